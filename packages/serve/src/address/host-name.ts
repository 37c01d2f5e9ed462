/** The name in an authority (`Host` header or URL): lower case, without port and final dot. IPv6 stays in brackets. */
export function hostName(authority: string): string {
  const end = authority.startsWith("[") ? authority.indexOf("]") + 1 : authority.indexOf(":");
  const name = end > 0 ? authority.slice(0, end) : authority;
  const lower = name.toLowerCase();
  return lower.endsWith(".") ? lower.slice(0, -1) : lower;
}
