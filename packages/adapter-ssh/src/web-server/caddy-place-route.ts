import type { CheckedEdgeConfigOptions, PreviewAccess } from "./edge-config-options.ts";
import { extensionsByMediaType, textualMediaTypes } from "./media-types.ts";

/** A way of naming sites, and where what is named is. */
export interface CaddyPlace {
  /** Name of the matcher, and of the regular expression whose groups the paths use. */
  readonly name: string;
  /** Regular expression over the host name. */
  readonly names: string;
  /** The directory with the markers. */
  readonly site: string;
  /** The link to what is served. */
  readonly content: string;
  /** Set for previews. */
  readonly access?: PreviewAccess | undefined;
  /** Steps that find the place out, before everything that uses it. */
  readonly begin?: readonly string[] | undefined;
}

/** What is done with a request whose host name is of this kind. In the order of the steps, which `route` keeps. */
export function caddyPlaceRoute(options: CheckedEdgeConfigOptions, place: CaddyPlace): string {
  const { name, names, site, content, access, begin = [] } = place;
  const steps = [
    ...begin,
    `vars hostelry_site ${site}`,
    `vars hostelry_content ${content}`,
    ...(access === undefined ? [] : ["header Referrer-Policy no-referrer", `header X-Robots-Tag "noindex, nofollow"`]),
    // Without a directory there is no such host; said before everything else, so that markers are those of a site.
    ...refuse(`unknown_${name}`, `not file {\n\t\t\t\troot ${site}\n\t\t\t\ttry_files /\n\t\t\t}`, "unknownHost", 404),
    ...redirects(name, site),
    ...refuse(`suspended_${name}`, marker(site, "suspended"), "suspended", 503),
    ...refuse(`maintenance_${name}`, marker(site, "maintenance"), "maintenance", 503),
    ...gate(access),
    ...refuse(`hidden_${name}`, hiddenFiles, "notFound", 404),
    `root * ${content}`,
    ...php(options, place),
    ...refuse(`method_${name}`, "not method GET HEAD", "notAllowed", 405),
    `header Cache-Control "${access === undefined ? "public, max-age=0, must-revalidate" : "private, no-store"}"`,
    ...missingPath(options, place),
    ...contentType(place),
    `file_server {\n\t\t\tindex index.html\n${options.compress === "prepared" ? "\t\t\tprecompressed br gzip\n" : ""}\t\t}`,
  ];
  return `	@${name} header_regexp ${name} Host ^${names}\\.?(?::[0-9]+)?$
	route @${name} {
${steps.map((step) => `\t\t${step}\n`).join("")}	}
`;
}

function refuse(matcher: string, condition: string, reason: string, status: number): readonly string[] {
  return [`@${matcher} {\n\t\t\t${condition}\n\t\t}`, `error @${matcher} "${reason}" ${status}`];
}

/** A host that is a link to `redirects/to-apex` has that file in its place; where it leads follows from its own name. */
function redirects(name: string, site: string): readonly string[] {
  const host = `header_regexp apex_${name} Host ^(?i)www\\.([a-z0-9.-]+?)\\.?(?::[0-9]+)?$`;
  return [
    `@apex_${name} {\n\t\t\t${marker(site, "to-apex")}\n\t\t\t${host}\n\t\t}`,
    `redir @apex_${name} {scheme}://{re.apex_${name}.1}{uri} 308`,
    `@www_${name} {\n\t\t\t${marker(site, "to-www")}\n\t\t}`,
    `redir @www_${name} {scheme}://www.{host}{uri} 308`,
  ];
}

function marker(site: string, name: string): string {
  return `file {\n\t\t\t\troot ${site}\n\t\t\t\ttry_files /${name}\n\t\t\t}`;
}

/** Everything whose name begins with a dot, at any depth, except below `/.well-known/`. RE2 can't look ahead. */
const hiddenFiles = "path_regexp /\\.\n\t\t\tnot path_regexp ^/\\.well-known/(?:[^./][^/]*(?:/[^./][^/]*)*/?)?$";

function gate(access: PreviewAccess | undefined): readonly string[] {
  if (access === undefined || access === "anyone-with-the-address") return [];
  const { origin, pathname } = new URL(access.askAt);
  // Whatever is no 2xx is sent to the visitor as it is, so a gate can explain itself and send cookies.
  return [`forward_auth ${origin} {\n\t\t\turi ${pathname}\n\t\t}`];
}

function php({ php: wanted }: CheckedEdgeConfigOptions, { name, content }: CaddyPlace): readonly string[] {
  const sources = "path_regexp (?i)\\.(?:php[0-9]?|phtml|phar)(?:$|/)";
  if (wanted === undefined) return refuse(`php_${name}`, sources, "notFound", 404);
  const { listensAt } = wanted;
  const upstream = listensAt.startsWith("unix:") ? `unix/${listensAt.slice("unix:".length)}` : listensAt;
  return [
    `@index_${name} {\n\t\t\tpath_regexp /$\n\t\t\tnot file {path}index.html\n\t\t\tfile {path}index.php\n\t\t}`,
    `rewrite @index_${name} {path}index.php`,
    `@php_${name} {\n\t\t\tpath_regexp \\.php$\n\t\t\tfile\n\t\t}`,
    // PHP is told the real path: its caches then know each release by another name.
    `reverse_proxy @php_${name} ${upstream} {\n\t\t\ttransport fastcgi {\n\t\t\t\troot ${content}\n\t\t\t\tsplit .php\n\t\t\t\tresolve_root_symlink\n\t\t\t}\n\t\t}`,
    ...refuse(`source_${name}`, sources, "notFound", 404),
  ];
}

function missingPath({ missingPath: wanted }: CheckedEdgeConfigOptions, place: CaddyPlace): readonly string[] {
  if (wanted === "not-found") return [];
  const marked = wanted === "marked" ? `\n\t\t\t${marker(place.site, "single-page")}` : "";
  const conditions = `path_regexp /[^/.]*$\n\t\t\tnot file {path} {path}/index.html${marked}`;
  return [`@single_${place.name} {\n\t\t\t${conditions}\n\t\t}`, `rewrite @single_${place.name} /index.html`];
}

/** Caddy takes types from lists of the system, which differ: they are said here, as nginx is told them. */
function contentType({ name }: CaddyPlace): readonly string[] {
  const lines: string[] = [];
  const known: string[] = [];
  for (const [type, extensions] of extensionsByMediaType) {
    const full = textualMediaTypes.includes(type) ? `"${type}; charset=utf-8"` : type;
    for (const extension of extensions) lines.push(`\t\t\t${extension} ${full}\n`);
    known.push(...extensions);
  }
  return [
    `@type_${name} path_regexp type_${name} \\.(${known.join("|")})$`,
    `map {re.type_${name}.1} {hostelry_type} {\n${lines.join("")}\t\t}`,
    `header @type_${name} Content-Type {hostelry_type}`,
    // The index of a directory.
    `@page_${name} path_regexp /$`,
    `header @page_${name} Content-Type "text/html; charset=utf-8"`,
  ];
}
