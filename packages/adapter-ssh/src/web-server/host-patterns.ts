/** Regular expressions over a lower-case host name, for servers with PCRE and with RE2 alike. */
const label = "[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?";

/**
 * Any host name that can be a file name below `hosts/`: labels without slashes, and no empty label, so never `..`. Named
 * groups differ between the servers, so the caller says how a group begins.
 */
export const hostNamePattern: string = `${label}(?:\\.${label})*`;

/** The same, with what follows its first label in a group of its own, which `group` begins: `(`, or `(?<name>`. */
export function hostNameWithParent(group: string): string {
  return `${label}(?:\\.${group}${hostNamePattern}))?`;
}

/** What stands for `*.` in the names of files. Asked for as a name, it is one that the wildcard covers. */
export const wildcardPrefix = "_.";

/** A site's id, as core makes them. */
export const siteIdPattern = "site-[0-9a-z]{20}";

/** A preview's id, as core makes them. */
export const previewIdPattern = "preview-[0-9a-z]{20}";

/** A domain name as a pattern for itself. */
export function literalName(name: string): string {
  return name.replaceAll(".", "\\.");
}
