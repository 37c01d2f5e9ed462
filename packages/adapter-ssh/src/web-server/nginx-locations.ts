import { checkingPath, revisionPlaceholder } from "./configuration-check.ts";
import type { CheckedEdgeConfigOptions, PreviewAccess } from "./edge-config-options.ts";
import { type StatePageName, statePagePolicy, statePages } from "./state-pages.ts";

/** Where a server of the configuration finds a site. Paths with nginx variables in them. */
export interface NginxPlace {
  /** The directory with the markers. */
  readonly site: string;
  /** The link to what is served. */
  readonly content: string;
  readonly preview?: { readonly access: PreviewAccess } | undefined;
  /** Directives that find the place out, before everything that uses it. */
  readonly begin?: string | undefined;
}

/** The locations of a server: files, PHP, and the pages for everything else. */
export function nginxLocations(options: CheckedEdgeConfigOptions, place: NginxPlace): string {
  return [
    hiddenFiles,
    configurationCheck,
    ...files(options, place),
    ...(options.php === undefined ? [noPhp] : [php(options.php.listensAt, nginxGate(place, true))]),
    ...statePage(options, place, "maintenance", 503, [
      `${fromRoot(options, place)}/503.html`,
      "/pages/maintenance.html",
    ]),
    ...statePage(options, place, "suspended", 503, ["/pages/suspended.html"]),
    ...notFound(options, place),
    notAllowed,
    ...gateLocations(place),
  ].join("\n");
}

/** Nothing whose name begins with a dot, at any depth, except below `/.well-known/`. */
const hiddenFiles = `
    location ~ "(?:(?<=.)/\\.|^/\\.(?!well-known/))" { return 404; }
`;

const configurationCheck = `    location = ${checkingPath} {
        default_type text/plain;
        if ($remote_addr !~ "^(?:127\\.0\\.0\\.1|::1)$") { return 404; }
        return 200 ${revisionPlaceholder};
    }
`;

/** Without PHP, its sources must not be sent to anybody. */
const noPhp = `    location ~* "\\.(?:php[0-9]?|phtml|phar)(?:$|/)" { return 404; }
`;

function files({ missingPath, php }: CheckedEdgeConfigOptions, place: NginxPlace): readonly string[] {
  const gate = nginxGate(place, true);
  const index = php === undefined ? "" : "index index.html index.php; ";
  // With PHP the index module finds the index, for it starts over with the file's name and so comes to the PHP location.
  const directory =
    php === undefined
      ? `location ~ /$ { ${gate}try_files "\${uri}index.html"${missingPath === "index" ? " /index.html" : ""}${missingPath === "marked" ? " @hostelry_single_page" : " =404"}; }`
      : `location ~ /$ { ${gate}${index}}`;
  const lines = [`    ${directory}\n    location / { ${gate}}\n`];
  if (missingPath === "not-found") return lines;
  const fallback = missingPath === "index" ? "/index.html =404" : "@hostelry_single_page";
  lines.push(`    location ~ "/[^/.]+$" { ${gate}${index}try_files $uri $uri/ ${fallback}; }\n`);
  if (missingPath === "marked") {
    lines.push(`    location @hostelry_single_page {
        ${gate}if (!-f "${place.site}/single-page") { return 404; }
        try_files /index.html =404;
    }
`);
  }
  return lines;
}

/**
 * The real path is asked for once in a request, and before PHP sees it: OPcache and PHP's own path cache then know each
 * release by another name, and a flip in the middle of a request does not mix two releases.
 */
function php(listensAt: string, gate: string): string {
  const parameters = [
    ["QUERY_STRING", "$query_string"],
    ["REQUEST_METHOD", "$request_method"],
    ["CONTENT_TYPE", "$content_type"],
    ["CONTENT_LENGTH", "$content_length"],
    ["SCRIPT_NAME", "$fastcgi_script_name"],
    ["SCRIPT_FILENAME", "$hostelry_release$fastcgi_script_name"],
    ["DOCUMENT_ROOT", "$hostelry_release"],
    ["DOCUMENT_URI", "$document_uri"],
    ["REQUEST_URI", "$request_uri"],
    ["REQUEST_SCHEME", "$scheme"],
    ["SERVER_PROTOCOL", "$server_protocol"],
    ["SERVER_SOFTWARE", "nginx"],
    ["SERVER_NAME", "$host"],
    ["SERVER_ADDR", "$server_addr"],
    ["SERVER_PORT", "$server_port"],
    ["REMOTE_ADDR", "$remote_addr"],
    ["REMOTE_PORT", "$remote_port"],
    ["GATEWAY_INTERFACE", "CGI/1.1"],
    ["REDIRECT_STATUS", "200"],
  ];
  return `    location ~ "\\.php$" {
        ${gate}set $hostelry_release $realpath_root;
        try_files $uri =404;
${parameters.map(([name, value]) => `        fastcgi_param ${name} ${value};\n`).join("")}        fastcgi_param HTTPS $https if_not_empty;
        # A client's Proxy header would otherwise become the environment's HTTP_PROXY.
        fastcgi_param HTTP_PROXY "";
        fastcgi_pass ${listensAt};
    }
`;
}

/** An error's page: the first of `pages` (below the root) that is there, or one of ours. */
function statePage(
  { root, retryAfterSeconds }: CheckedEdgeConfigOptions,
  place: NginxPlace,
  state: "maintenance" | "suspended",
  status: number,
  pages: readonly string[],
): readonly string[] {
  const headers = `${pageHeaders(place)}        add_header Retry-After ${retryAfterSeconds} always;\n`;
  return [
    // By way of error_page, so that whatever method came the file is read as for GET, and sent with this status.
    `    location = /.hostelry/${state} {
        internal;
        error_page ${status} /.hostelry/${state}-page;
        return ${status};
    }
    location = /.hostelry/${state}-page {
        internal;
        root "${root}";
${fileOfError}${headers}        try_files ${pages.map((page) => `"${page}"`).join(" ")} @hostelry_${state};
    }
    location @hostelry_${state} {
${headers}${ownPage(status, state)}    }
`,
  ];
}

function notFound({ root, ...options }: CheckedEdgeConfigOptions, place: NginxPlace): readonly string[] {
  const site = fromRoot({ root, ...options }, place);
  return [
    `    location = /.hostelry/not-found {
        internal;
        root "${root}";
${fileOfError}${pageHeaders(place)}        try_files "${site}/404.html" @hostelry_nothing;
    }
    location @hostelry_nothing {
        root "${root}";
${fileOfError}${pageHeaders(place)}        if (!-d "${place.site}") { rewrite ^ /.hostelry/unknown-host last; }
        try_files /pages/not-found.html @hostelry_not_found;
    }
    location = /.hostelry/unknown-host {
        internal;
${pageHeaders(place)}${ownPage(404, "unknownHost")}    }
    location @hostelry_not_found {
${pageHeaders(place)}${ownPage(404, "notFound")}    }
`,
  ];
}

const notAllowed = `    location = /.hostelry/not-allowed {
        internal;
        add_header Allow "GET, HEAD" always;
        add_header Cache-Control no-store always;
        add_header X-Content-Type-Options nosniff always;
${ownPage(405, "notAllowed")}    }
`;

/** A file that explains an error is not what was asked for: its own validators say nothing about that. */
const fileOfError = `        etag off;
        add_header Last-Modified "" always;
`;

function pageHeaders(place: NginxPlace): string {
  const robots = place.preview === undefined ? "" : `        add_header X-Robots-Tag "noindex, nofollow" always;\n`;
  return `        add_header Cache-Control no-store always;\n        add_header X-Content-Type-Options nosniff always;\n${robots}`;
}

function ownPage(status: number, name: StatePageName): string {
  return `        default_type "text/html; charset=utf-8";
        add_header Content-Security-Policy "${statePagePolicy}" always;
        return ${status} '${statePages[name]}';
`;
}

/** The content's path below the root, where the operator's own pages are too. */
function fromRoot({ root }: Pick<CheckedEdgeConfigOptions, "root">, place: NginxPlace): string {
  return place.content.slice(root.length);
}

/** Asks about a preview's request, where something is to be asked. */
export function nginxGate(place: NginxPlace, asks: boolean): string {
  if (place.preview === undefined || place.preview.access === "anyone-with-the-address" || !asks) return "";
  return "auth_request /.hostelry/gate; auth_request_set $hostelry_cookie $upstream_http_set_cookie; ";
}

function gateLocations({ preview }: NginxPlace): readonly string[] {
  if (preview === undefined || preview.access === "anyone-with-the-address") return [];
  const { askAt } = preview.access;
  return [
    `    location = /.hostelry/gate {
        internal;
        proxy_pass ${askAt};
        proxy_pass_request_body off;
        proxy_set_header Content-Length "";
        proxy_set_header X-Forwarded-Host $host;
        proxy_set_header X-Forwarded-Proto $scheme;
        proxy_set_header X-Forwarded-Uri $request_uri;
    }
`,
  ];
}
