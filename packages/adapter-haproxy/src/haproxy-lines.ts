/** What goes into {@link haproxyLines}. */
export interface HaproxyLinesOptions {
  /** The map file, an absolute path of plain characters, as `haproxyRoutes` has it. */
  readonly mapFile: string;
  /** Scheme of the address that visitors are sent to by a redirect. Default `https`. */
  readonly redirectScheme?: "http" | "https" | undefined;
}

const plainPath = /^(?:\/[A-Za-z0-9._@+=~-]+)+$/;

/**
 * The lines of a frontend that route by the map: an exact name first, then the wildcard one label above; a value that begins with `>`
 * is the name that visitors are sent to, any other one a backend. What is not in the map is 404 (421 would ask clients to try
 * another connection). Challenges of certificate authorities come before redirects, for a name that only redirects has a certificate
 * too: with `challenges` being a backend that answers them, put `use_backend challenges if { path_beg /.well-known/acme-challenge/ }`
 * and the like before these lines.
 *
 * @throws TypeError for a path that a configuration could read otherwise.
 */
export function haproxyLines({ mapFile, redirectScheme = "https" }: HaproxyLinesOptions): string {
  if (!plainPath.test(mapFile)) {
    throw new TypeError("mapFile must be an absolute path of letters, digits and . _ @ + = ~ -");
  }
  return [
    "http-request set-var(txn.hostelry_host) req.hdr(host),field(1,:),lower,regsub(\\.$,)",
    `http-request set-var(txn.hostelry_route) var(txn.hostelry_host),map_str(${mapFile})`,
    `http-request set-var(txn.hostelry_route) var(txn.hostelry_host),regsub(^[^.]+,*),map_str(${mapFile}) unless { var(txn.hostelry_route) -m found }`,
    'http-request return status 404 content-type text/plain string "There is no site here." hdr cache-control no-store unless { var(txn.hostelry_route) -m found }',
    "http-request set-var(txn.hostelry_to) var(txn.hostelry_route),regsub(^>,) if { var(txn.hostelry_route) -m beg > }",
    // RFC 9110 lets 308 be kept for ever where nothing else is said; what a policy says may change.
    `http-after-response set-header cache-control "public, max-age=0, must-revalidate" if { var(txn.hostelry_to) -m found }`,
    `http-request redirect code 308 location ${redirectScheme}://%[var(txn.hostelry_to)]%[capture.req.uri] if { var(txn.hostelry_to) -m found }`,
    "use_backend %[var(txn.hostelry_route)]",
  ]
    .map((line) => `    ${line}\n`)
    .join("");
}
