/** An address in a rule, in the form in which requests come. */
export interface RuleAddress {
  /** Host, with port if there is one; `undefined`: a path of the site itself. */
  readonly host: string | undefined;
  /** Percent-encoded, with what was asked for of query and fragment. */
  readonly path: string;
}

/** Which parts of an address count. */
export interface RuleAddressForm {
  readonly host: "none" | "without port" | "any";
  /** Query and fragment are kept; otherwise they are dropped. */
  readonly query: boolean;
}

const absolute = /^https:\/\/+([^/?#\s]+)(.*)$/i;

/** Reads an address of a rule; a text says what is wrong with it. */
export function ruleAddress(token: string, form: RuleAddressForm): RuleAddress | string {
  const [, host, rest = ""] = absolute.exec(token) ?? [];
  if (host !== undefined) {
    if (form.host === "none") return `Only paths of the site can stand here, and "${token}" is a whole address.`;
    if (form.host === "without port" && /:\d+$/.test(host)) return `A port can't be part of "${token}".`;
    if (/[@\\]/.test(host)) return `"${token}" has no host name that can be used.`;
  }
  const path = host === undefined ? token : rest.startsWith("/") ? rest : `/${rest}`;
  if (!path.startsWith("/") && form.host === "none") return ruleAddress(`/${token}`, form);
  if (!path.startsWith("/")) return `"${token}" is neither a path that begins with a slash nor an https:// address.`;
  // The parser of browsers encodes a path as browsers send it, and resolves its dot segments.
  const url = URL.canParse(`https://host.invalid${path}`) ? new URL(`https://host.invalid${path}`) : undefined;
  if (url === undefined) return `"${token}" can't be read as an address.`;
  const lowerHost = host?.replace(/:[A-Za-z]\w*|[A-Z]+/g, (part) => (part.startsWith(":") ? part : part.toLowerCase()));
  return { host: lowerHost, path: form.query ? url.pathname + url.search + url.hash : url.pathname };
}
