import { caddyErrorRoutes } from "./caddy-error-routes.ts";
import { type CaddyPlace, caddyPlaceRoute } from "./caddy-place-route.ts";
import { checkingHost, checkingPath, revisionPlaceholder } from "./configuration-check.ts";
import type { CheckedEdgeConfigOptions, EdgeListener } from "./edge-config-options.ts";
import { hostNameWithParent, literalName, previewIdPattern, siteIdPattern, wildcardPrefix } from "./host-patterns.ts";

/**
 * The edge root as a Caddyfile without global options: it can be a whole Caddyfile, or be imported by one. Where a request
 * belongs is found out by placeholders and files at the time of the request.
 */
export function caddyConfig(options: CheckedEdgeConfigOptions): string {
  return options.listen.map((listener) => siteBlock(options, listener)).join("\n");
}

function siteBlock(options: CheckedEdgeConfigOptions, { address, port, tls }: EdgeListener): string {
  const head = [
    ...(address === undefined ? [] : [`\tbind ${address}\n`]),
    ...(tls === "on-demand" ? ["\ttls {\n\t\ton_demand\n\t}\n"] : []),
    ...(typeof tls !== "object" ? [] : [`\ttls ${tls.certificateFile} ${tls.keyFile}\n`]),
    ...(options.compress === "never" ? [] : ["\tencode zstd gzip\n"]),
  ];
  return `${tls === undefined ? "http" : "https"}://:${port} {
${head.join("")}	header -Server
	header X-Content-Type-Options nosniff
	@configuration {
		path ${checkingPath}
		host ${checkingHost}
		remote_ip 127.0.0.1 ::1
	}
	route @configuration {
		respond ${revisionPlaceholder} 200
	}
	@challenge path_regexp ^/\\.well-known/acme-challenge/[A-Za-z0-9_-]+$
	route @challenge {
		root * ${options.root}/acme
		uri strip_prefix /.well-known/acme-challenge
		header Content-Type text/plain
		file_server
	}
${edgeMark(options)}${places(options)
  .map((place) => caddyPlaceRoute(options, place))
  .join("")}	route {
		error "unknownHost" 404
	}
${caddyErrorRoutes(options)}}
`;
}

function edgeMark({ edgeMark: mark }: CheckedEdgeConfigOptions): string {
  if (mark === undefined) return "";
  return `	@mark path ${mark.path}
	route @mark {
		header Content-Type text/plain
		header Cache-Control no-store
		respond "${mark.text}" 200
	}
`;
}

function places({ root, siteLabels, previews }: CheckedEdgeConfigOptions): readonly CaddyPlace[] {
  const found: CaddyPlace[] = [];
  if (previews !== undefined) {
    const names = `(${previewIdPattern})--(${siteIdPattern})\\.${literalName(previews.below)}`;
    const site = `${root}/sites/{re.preview.2}`;
    found.push({ name: "preview", names, site, content: `${site}/previews/{re.preview.1}`, access: previews.access });
  }
  if (siteLabels !== undefined) {
    const site = `${root}/sites/{re.label.1}`;
    const names = `(${siteIdPattern})\\.${literalName(siteLabels)}`;
    found.push({ name: "label", names, site, content: `${site}/current` });
  }
  const site = `${root}/hosts/{vars.hostelry_bound}`;
  const names = `(${hostNameWithParent("(")})`;
  found.push({ name: "bound", names, site, content: `${site}/current`, begin: boundHost(root) });
  return found;
}

/** A name of its own wins; without one, the wildcard one label above answers. */
function boundHost(root: string): readonly string[] {
  return [
    "vars hostelry_bound {re.bound.1}",
    `@covered not file {\n\t\t\troot ${root}/hosts/{re.bound.1}\n\t\t\ttry_files /\n\t\t}`,
    `vars @covered hostelry_bound ${wildcardPrefix}{re.bound.2}`,
  ];
}
