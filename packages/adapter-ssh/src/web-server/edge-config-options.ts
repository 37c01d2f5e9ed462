import { err, type HostingErrorOf, hostingError, ok, type Result } from "@hostelry/core/adapter";

/** Where a listener's certificate comes from. */
export type EdgeTls = "delivered" | "on-demand" | { readonly certificateFile: string; readonly keyFile: string };

/** A place where the web server answers. */
export interface EdgeListener {
  /** An IP address; IPv6 in brackets. Default: every address. */
  readonly address?: string | undefined;
  readonly port: number;
  /**
   * Then it speaks TLS. PEM files on the node: the same certificate for every visitor. `delivered` (nginx 1.15.9 or newer): for each name what
   * `edgeCertificates` has delivered below the root, looked up at each handshake, so that a new one needs no reload; a visitor
   * of a name without one is refused. `on-demand` (Caddy): Caddy gets a certificate in the handshake for whatever name its `ask` allows. Who is
   * asked is a global option, `on_demand_tls { ask URL }`, in the Caddyfile that imports this; without it Caddy would ask for any name.
   */
  readonly tls?: EdgeTls | undefined;
}

/** Who sees a preview. */
export type PreviewAccess =
  /** Whoever has the address. The id in it is 103 random bits; the preview's token is not asked for. */
  | "anyone-with-the-address"
  /**
   * Each request is asked about at this URL first (`X-Forwarded-Host` and `X-Forwarded-Uri` say what for, cookies go
   * along): 2xx lets it pass, 401 and 403 refuse it; a `Set-Cookie` of the answer reaches the visitor.
   */
  | { readonly askAt: string };

/** What goes into {@link edgeConfig}. Every value is checked: none can become a directive. */
export interface EdgeConfigOptions {
  /** Root of the edge node, an absolute path of plain characters, e.g. `/srv/hostelry`. */
  readonly root: string;
  /** Default: port 80. */
  readonly listen?: readonly EdgeListener[] | undefined;
  /**
   * Sites also answer at `<siteId>.<siteLabels>`, without being bound to that name. Default: only at names below `hosts/`.
   */
  readonly siteLabels?: string | undefined;
  /** Previews answer at `<previewId>--<siteId>.<below>`. Default: no previews. */
  readonly previews?: { readonly below: string; readonly access: PreviewAccess } | undefined;
  /**
   * What a path without a file is, when its last part has no dot in it: `not-found` (default), `index` (the site's
   * `index.html`, for single-page applications, on every site of the node), or `marked`: `index` for sites that have an
   * empty file `single-page` beside `current`.
   */
  readonly missingPath?: "not-found" | "index" | "marked" | undefined;
  /** Where PHP listens, e.g. `unix:/run/php/php-fpm.sock` or `127.0.0.1:9000`. Default: `.php` is never sent or run. */
  readonly php?: { readonly listensAt: string } | undefined;
  /** What visitors are told to wait during maintenance and suspension. Default 120 s. */
  readonly retryAfterSeconds?: number | undefined;
  /**
   * `on-request` (default): text is compressed as it is sent. `prepared`: the files that publishing has compressed are sent
   * (`publishing.precompress`; nginx takes `.gz`, Caddy `.br` too), the rest as on request. The server goes by names alone: with
   * a `data.txt.gz` of its own beside `data.txt`, a site's visitors get the one for the other.
   */
  readonly compress?: "never" | "on-request" | "prepared" | undefined;
  /**
   * What is answered at `/.well-known/<provider>-edge`, for every name: by it `domains.checkPointing` knows that a name leads here through a proxy of
   * its owner's (`edgeMark` of `createDomains`). 1 to 200 letters, digits, `_` and `-`. Default: nothing.
   */
  readonly edgeMark?: { readonly provider?: string | undefined; readonly text: string } | undefined;
}

/** Options that were checked, with their defaults. */
export interface CheckedEdgeConfigOptions {
  readonly root: string;
  readonly listen: readonly EdgeListener[];
  readonly siteLabels: string | undefined;
  readonly previews: { readonly below: string; readonly access: PreviewAccess } | undefined;
  readonly missingPath: "not-found" | "index" | "marked";
  readonly php: { readonly listensAt: string } | undefined;
  readonly retryAfterSeconds: number;
  readonly compress: "never" | "on-request" | "prepared";
  /** Path and text of the mark. */
  readonly edgeMark: { readonly path: string; readonly text: string } | undefined;
}

// Lists of what is allowed, not of what is dangerous: what may stand in a quoted word differs between servers, and neither
// has a way to write every character (`$` in nginx, `{` in Caddy).
const plainPath = /^(?:\/[A-Za-z0-9._@+=~-]+)+$/;
const dottedSegment = /\/\.{1,2}(?:\/|$)/;
const domainName = /^(?=.{1,190}$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/;
const ipv4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/;
const ipv6 = /^\[[0-9a-f:]{2,39}\]$/i;
const localUrl = /^https?:\/\/[a-z0-9.-]+(?::\d{1,5})?(?:\/[A-Za-z0-9._~-]+)*\/?$/;

/** Refuses every value that is not plainly what it is for. */
export function checkEdgeConfigOptions(
  options: EdgeConfigOptions,
): Result<CheckedEdgeConfigOptions, HostingErrorOf<"INVALID_INPUT">> {
  const { root, listen = [{ port: 80 }], siteLabels, previews, missingPath = "not-found", php } = options;
  const { retryAfterSeconds = 120, compress = "on-request", edgeMark } = options;
  const problem =
    pathProblem("root", root) ??
    listenProblem(listen) ??
    nameProblem("siteLabels", siteLabels) ??
    nameProblem("previews.below", previews?.below) ??
    accessProblem(previews?.access) ??
    phpProblem(php?.listensAt) ??
    choiceProblem("missingPath", missingPath, ["not-found", "index", "marked"]) ??
    choiceProblem("compress", compress, ["never", "on-request", "prepared"]) ??
    markProblem(edgeMark) ??
    (Number.isSafeInteger(retryAfterSeconds) && retryAfterSeconds >= 1 && retryAfterSeconds <= 31_536_000
      ? undefined
      : invalid("retryAfterSeconds", "it must be whole seconds, from 1 to a year"));
  if (problem !== undefined) return err(problem);
  const mark = edgeMark && { path: `/.well-known/${edgeMark.provider ?? "hostelry"}-edge`, text: edgeMark.text };
  return ok({ root, listen, siteLabels, previews, missingPath, php, retryAfterSeconds, compress, edgeMark: mark });
}

/** The error for a path that is not absolute, or has characters that a configuration could read otherwise. */
export function pathProblem(field: string, path: string): HostingErrorOf<"INVALID_INPUT"> | undefined {
  if (plainPath.test(path) && !dottedSegment.test(path) && path.length <= 512) return undefined;
  return invalid(field, "it must be an absolute path of letters, digits and . _ @ + = ~ -, without . and .. segments");
}

function listenProblem(listen: readonly EdgeListener[]): HostingErrorOf<"INVALID_INPUT"> | undefined {
  if (listen.length === 0) return invalid("listen", "there must be at least one");
  for (const { address, port, tls } of listen) {
    if (!Number.isSafeInteger(port) || port < 1 || port > 65_535)
      return invalid("listen.port", "it must be 1 to 65535");
    if (address !== undefined && !ipv4.test(address) && !ipv6.test(address)) {
      return invalid("listen.address", "it must be an IP address, IPv6 in brackets");
    }
    const problem =
      typeof tls === "object" &&
      (pathProblem("listen.tls.certificateFile", tls.certificateFile) ??
        pathProblem("listen.tls.keyFile", tls.keyFile));
    if (problem !== false && problem !== undefined) return problem;
    if (typeof tls === "string" && tls !== "delivered" && tls !== "on-demand")
      return invalid("listen.tls", "it must be files, delivered or on-demand");
  }
  return undefined;
}

function nameProblem(field: string, name: string | undefined): HostingErrorOf<"INVALID_INPUT"> | undefined {
  return name === undefined || domainName.test(name)
    ? undefined
    : invalid(field, "it must be a host name in lower case");
}

function choiceProblem(
  field: string,
  value: string,
  choices: readonly string[],
): HostingErrorOf<"INVALID_INPUT"> | undefined {
  return choices.includes(value) ? undefined : invalid(field, `it must be one of ${choices.join(", ")}`);
}

function accessProblem(access: PreviewAccess | undefined): HostingErrorOf<"INVALID_INPUT"> | undefined {
  if (access === undefined || access === "anyone-with-the-address") return undefined;
  if (typeof access === "object" && localUrl.test(access.askAt) && URL.canParse(access.askAt)) return undefined;
  return invalid("previews.access", "it must be anyone-with-the-address, or askAt with a plain http or https URL");
}

function markProblem(mark: EdgeConfigOptions["edgeMark"]): HostingErrorOf<"INVALID_INPUT"> | undefined {
  if (mark === undefined) return undefined;
  if (!/^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$/.test(mark.provider ?? "hostelry")) {
    return invalid("edgeMark.provider", "it must be 1 to 32 lower-case letters, digits and hyphens");
  }
  if (/^[A-Za-z0-9][A-Za-z0-9_-]{0,199}$/.test(mark.text)) return undefined;
  return invalid("edgeMark.text", "it must be 1 to 200 letters, digits, _ and -, the first one no sign");
}

function phpProblem(listensAt: string | undefined): HostingErrorOf<"INVALID_INPUT"> | undefined {
  if (listensAt === undefined) return undefined;
  if (listensAt.startsWith("unix:")) return pathProblem("php.listensAt", listensAt.slice("unix:".length));
  const [, host = "", port = ""] = /^(.+):(\d{1,5})$/.exec(listensAt) ?? [];
  if ((ipv4.test(host) || ipv6.test(host) || domainName.test(host)) && Number(port) >= 1 && Number(port) <= 65_535) {
    return undefined;
  }
  return invalid("php.listensAt", "it must be unix:/a/path or host:port");
}

function invalid(field: string, problem: string): HostingErrorOf<"INVALID_INPUT"> {
  return hostingError("INVALID_INPUT", `${field} can't be used: ${problem}.`, { field, problem });
}
