/**
 * A name under which a site can be reached, in the one form that is stored and compared: lower-case ASCII (punycode for what is
 * not), without a dot at the end. `*.example.com` stands for every name with one label before `example.com`.
 */
export type Hostname = string & { readonly __brand: "Hostname" };

/** A name that was read and judged by `parseHostname`. */
export interface ParsedHostname {
  readonly ascii: Hostname;
  /** For people; `ascii` where nothing was encoded. */
  readonly unicode: string;
  /** `platform`: one label below a root that the platform hands names out of. `custom`: a name of the customer's. */
  readonly kind: "custom" | "platform";
  /** It begins with `*.`. */
  readonly wildcard: boolean;
  /** The part that somebody registered: the public suffix and one label. For a platform name the root and its label. */
  readonly registrable: Hostname;
  /** The name is the registrable part itself, where a CNAME is impossible. Never true for a wildcard or a platform name. */
  readonly apex: boolean;
  /**
   * A label mixes alphabets that look alike (Latin, Greek, Cyrillic …). No reason to refuse it; one to show the ASCII form
   * beside it.
   */
  readonly mixedScripts: boolean;
}

/** What is wrong with the form of a name; `details.problem` of `HOSTNAME_INVALID`. */
export type HostnameProblem =
  | "bidi"
  | "character"
  | "email"
  | "empty"
  | "empty-label"
  | "hyphen"
  | "invisible"
  | "ip-address"
  | "joiner"
  | "label-too-long"
  | "port"
  | "punycode"
  | "single-label"
  | "too-long"
  | "underscore"
  | "unknown-suffix"
  | "url"
  | "whitespace"
  | "wildcard";

/** Why a well-formed name can't be had; `details.reason` of `HOSTNAME_RESERVED`. */
export type HostnameReservation = "label" | "platform" | "public-suffix" | "special-use";

/** The names above a name, nearest first, down to its registrable part: what could cover it or have handed it out. */
export function namesAbove(hostname: Hostname, registrable: string): readonly Hostname[] {
  const names: Hostname[] = [];
  let rest: string = withoutWildcard(hostname);
  if (rest !== hostname) names.push(rest as Hostname);
  while (rest !== registrable) {
    const dot = rest.indexOf(".");
    if (dot < 0) break;
    rest = rest.slice(dot + 1);
    const star = `*.${rest}` as Hostname;
    if (star !== hostname) names.push(star);
    names.push(rest as Hostname);
  }
  return names;
}

/** The wildcard that covers a name, for a wildcard covers one label and no more. */
export function wildcardAbove(hostname: string): Hostname | undefined {
  const dot = hostname.indexOf(".");
  return dot < 0 ? undefined : (`*${hostname.slice(dot)}` as Hostname);
}

/** Whether a name is covered by a pattern: itself, or a wildcard one label above. */
export function coversHostname(pattern: Hostname, hostname: string): boolean {
  return pattern === hostname || (!hostname.startsWith("*.") && pattern === wildcardAbove(hostname));
}

/** What follows `*.`; other names as they are. */
export function withoutWildcard(hostname: Hostname): Hostname {
  return (hostname.startsWith("*.") ? hostname.slice(2) : hostname) as Hostname;
}

/** The other of a name and its `www`: `example.com` and `www.example.com`. `undefined` for a wildcard. */
export function wwwCounterpart(hostname: Hostname): Hostname | undefined {
  if (hostname.startsWith("*.")) return undefined;
  return (hostname.startsWith("www.") ? hostname.slice(4) : `www.${hostname}`) as Hostname;
}
