import type { CheckedEdgeConfigOptions } from "./edge-config-options.ts";
import { type StatePageName, statePagePolicy, statePages } from "./state-pages.ts";

/** Pages for everything that is not a file: the site's, the operator's below `pages/`, or ours. */
export function caddyErrorRoutes({ root, retryAfterSeconds }: CheckedEdgeConfigOptions): string {
  const wait = [`header Retry-After ${retryAfterSeconds}`];
  const operators = `${root}/pages`;
  return `	handle_errors {
		# The page explains the error: it is sent whole, and not compared with what the visitor has of it.
		request_header -If-None-Match
		request_header -If-Modified-Since
		request_header -If-Match
		request_header -If-Unmodified-Since
		request_header -If-Range
		request_header -Range
		@writing not method GET HEAD
		method @writing GET
		header {
			-Accept-Ranges
			-Etag
			-Last-Modified
			-Server
			Cache-Control no-store
			X-Content-Type-Options nosniff
			defer
		}
${[
  file("maintenance", "{vars.hostelry_content}", "503.html", wait),
  file("maintenance", operators, "maintenance.html", wait),
  own("maintenance", 503, wait),
  file("suspended", operators, "suspended.html", wait),
  own("suspended", 503, wait),
  own("unknownHost", 404, []),
  own("notAllowed", 405, [`header Allow "GET, HEAD"`]),
  fileRoute("notFound", nothingThere, "{vars.hostelry_content}", "404.html", []),
  fileRoute("notFound", nothingThere, operators, "not-found.html", []),
  ownRoute("notFound", nothingThere, 404, []),
].join("")}		respond "{err.status_code} {err.status_text}"
	}
`;
}

function own(reason: StatePageName, status: number, headers: readonly string[]): string {
  return ownRoute(reason, isReason(reason), status, headers);
}

/** A page from a file, if it is there. Caddy sends a file in an error route with the error's status. */
function file(reason: StatePageName, folder: string, name: string, headers: readonly string[]): string {
  return fileRoute(reason, isReason(reason), folder, name, headers);
}

function isReason(reason: StatePageName): string {
  return `vars {err.message} ${reason}`;
}

/** Errors of Caddy's file server have no word of ours; what may not be read is not there either. */
const nothingThere = "expression {err.status_code} in [403, 404]";

function fileRoute(
  reason: string,
  condition: string,
  folder: string,
  name: string,
  headers: readonly string[],
): string {
  const matcher = `${reason}_${name.slice(0, name.indexOf("."))}`;
  return route(matcher, `${condition}\n\t\t\tfile {\n\t\t\t\troot ${folder}\n\t\t\t\ttry_files /${name}\n\t\t\t}`, [
    ...headers,
    `header Content-Type "text/html; charset=utf-8"`,
    `root * ${folder}`,
    `rewrite * /${name}`,
    "file_server",
  ]);
}

function ownRoute(reason: StatePageName, condition: string, status: number, headers: readonly string[]): string {
  return route(`${reason}_own`, condition, [
    ...headers,
    `header Content-Security-Policy "${statePagePolicy}"`,
    `header Content-Type "text/html; charset=utf-8"`,
    `respond \`${statePages[reason]}\` ${status}`,
  ]);
}

function route(matcher: string, condition: string, steps: readonly string[]): string {
  const lines = steps.map((step) => `\t\t\t${step}\n`).join("");
  return `\t\t@${matcher} {\n\t\t\t${condition}\n\t\t}\n\t\troute @${matcher} {\n${lines}\t\t}\n`;
}
