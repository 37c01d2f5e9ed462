import type { CheckedEdgeConfigOptions, EdgeListener } from "./edge-config-options.ts";
import {
  hostNamePattern,
  hostNameWithParent,
  literalName,
  previewIdPattern,
  siteIdPattern,
  wildcardPrefix,
} from "./host-patterns.ts";
import { extensionsByMediaType, textualMediaTypes } from "./media-types.ts";
import { type NginxPlace, nginxGate, nginxLocations } from "./nginx-locations.ts";
import { statePagePolicy, statePages } from "./state-pages.ts";

/**
 * The edge root as nginx configuration, for the `http` context. One server for each way of naming a site; a server name
 * with a regular expression loses against an exact one, so other sites on the same nginx keep their names.
 */
export function nginxConfig(options: CheckedEdgeConfigOptions): string {
  const { root, siteLabels, previews } = options;
  const servers: string[] = [];
  if (previews !== undefined) {
    const names = `(?<hostelry_preview>${previewIdPattern})--(?<hostelry_site>${siteIdPattern})\\.${literalName(previews.below)}`;
    const site = `${root}/sites/$hostelry_site`;
    servers.push(server(options, names, { site, content: `${site}/previews/$hostelry_preview`, preview: previews }));
  }
  if (siteLabels !== undefined) {
    const names = `(?<hostelry_site>${siteIdPattern})\\.${literalName(siteLabels)}`;
    const site = `${root}/sites/$hostelry_site`;
    servers.push(server(options, names, { site, content: `${site}/current` }));
  }
  const site = `${root}/hosts/$hostelry_bound`;
  const names = `(?<hostelry_host>${hostNameWithParent("(?<hostelry_parent>")})`;
  servers.push(server(options, names, { site, content: `${site}/current`, begin: boundHost(root) }));
  servers.push(noHostServer(options));
  if (options.listen.some(({ tls }) => tls === "delivered")) servers.unshift(certificateMap(root));
  return servers.join("\n");
}

/**
 * Where the certificate of a name is. Looked up at each handshake: nginx opens the files then, as its workers. Only what wildcards answer for
 * is in a file of its own, which nginx reads when it is reloaded. A name that is no file's finds none, so the handshake is refused.
 */
function certificateMap(root: string): string {
  return `map $ssl_server_name $hostelry_certificate {
    default none;
    include "${root}/certificates/[w]ildcards.map";
    "~^(?<hostelry_sni>${hostNamePattern})$" $hostelry_sni;
}
`;
}

/** A name of its own wins; without one, the wildcard one label above answers. One more look at each request. */
function boundHost(root: string): string {
  return `
    set $hostelry_bound $hostelry_host;
    if (!-e "${root}/hosts/$hostelry_host") { set $hostelry_bound "${wildcardPrefix}$hostelry_parent"; }
`;
}

function server(options: CheckedEdgeConfigOptions, names: string, place: NginxPlace): string {
  const { root, listen } = options;
  const cacheControl = place.preview === undefined ? "public, max-age=0, must-revalidate" : "private, no-store";
  return `server {
${listen.map((listener) => listenLines(root, listener, false)).join("")}
    server_name "~^(?=.{1,253}$)${names}$";
    server_tokens off;
    root "${place.content}";
${place.begin ?? ""}
    # Every open sees what the links say at that moment: no cache of open files, also where the http block has one.
    open_file_cache off;
    sendfile on;
    tcp_nopush on;
    absolute_redirect off;
    log_not_found off;

    # The publisher chooses each file's time, so time and size are right as validators on every node and release.
    etag on;
    if_modified_since exact;

    charset utf-8;
    charset_types ${textualMediaTypes.filter((type) => type !== "text/html").join(" ")};
    default_type application/octet-stream;
    types {
${[...extensionsByMediaType].map(([type, extensions]) => `        ${type} ${extensions.join(" ")};\n`).join("")}    }
${compression(options)}
    add_header Cache-Control "${cacheControl}";
    add_header X-Content-Type-Options nosniff always;
${place.preview === undefined ? "" : previewHeaders}
    error_page 404 /.hostelry/not-found;
    error_page 403 =404 /.hostelry/not-found;
    error_page 405 /.hostelry/not-allowed;

    # Markers are looked at on each request; suspension wins. Certificates are renewed in every state.
    set $hostelry_state "";
    if (-f "${place.site}/maintenance") { set $hostelry_state maintenance; }
    if (-f "${place.site}/suspended") { set $hostelry_state suspended; }
    if (-f "${place.site}/to-apex") { set $hostelry_state to-apex; }
    if (-f "${place.site}/to-www") { set $hostelry_state to-www; }
    if ($uri ~ "^/\\.(?:hostelry/|well-known/(?:acme-challenge/|[a-z0-9-]+-edge$))") { set $hostelry_state ""; }
    if ($hostelry_state != "") { rewrite ^ /.hostelry/$hostelry_state last; }

    location ^~ /.well-known/acme-challenge/ {
        ${nginxGate(place, false)}alias "${root}/acme/";
        default_type text/plain;
    }
${edgeMark(options)}${redirectLocations}${nginxLocations(options, place)}}
`;
}

/** A host that is a link to `redirects/to-apex` has that file in its place; where it leads follows from its own name. */
const redirectLocations = `    location = /.hostelry/to-apex {
        internal;
        if ($host ~ "^www\\.(?<hostelry_apex>.+)$") { return 308 $scheme://$hostelry_apex$request_uri; }
        return 404;
    }
    location = /.hostelry/to-www {
        internal;
        return 308 $scheme://www.$host$request_uri;
    }
`;

function edgeMark({ edgeMark: mark }: CheckedEdgeConfigOptions): string {
  if (mark === undefined) return "";
  return `    location = ${mark.path} {
        default_type text/plain;
        add_header Cache-Control no-store always;
        return 200 "${mark.text}";
    }
`;
}

const previewHeaders = `    add_header Referrer-Policy no-referrer always;
    add_header X-Robots-Tag "noindex, nofollow" always;
`;

function compression({ compress }: CheckedEdgeConfigOptions): string {
  if (compress === "never") return "";
  return `
    gzip on;
${compress === "prepared" ? "    gzip_static on;\n" : ""}    gzip_vary on;
    gzip_min_length 1024;
    gzip_proxied any;
    gzip_types ${textualMediaTypes.filter((type) => type !== "text/html").join(" ")} application/wasm;
`;
}

/** For requests without a name, or with one that can't be a file's name. */
function noHostServer({ root, listen }: CheckedEdgeConfigOptions): string {
  return `server {
${listen.map((listener) => listenLines(root, listener, true)).join("")}
    server_name _;
    server_tokens off;
    default_type "text/html; charset=utf-8";
    add_header Cache-Control no-store always;
    add_header Content-Security-Policy "${statePagePolicy}" always;
    add_header X-Content-Type-Options nosniff always;
    return 404 '${statePages.unknownHost}';
}
`;
}

function listenLines(root: string, { address, port, tls }: EdgeListener, isDefault: boolean): string {
  const parameters = `${tls === undefined ? "" : " ssl"}${isDefault ? " default_server" : ""}`;
  const places = address === undefined ? [`${port}`, `[::]:${port}`] : [`${address}:${port}`];
  const lines = places.map((place) => `    listen ${place}${parameters};\n`).join("");
  if (tls === undefined) return lines;
  const held = `${root}/certificates/names/$hostelry_certificate`;
  const { certificateFile, keyFile } =
    typeof tls === "string" ? { certificateFile: `${held}/chain.pem`, keyFile: `${held}/key.pem` } : tls;
  return `${lines}    ssl_certificate "${certificateFile}";\n    ssl_certificate_key "${keyFile}";\n`;
}
