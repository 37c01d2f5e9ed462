/**
 * Names that nobody can have from a registry: the special-use names of RFC 6761 and its successors, and two that are used as if
 * they were. With everything below them.
 */
const specialUse: ReadonlySet<string> = new Set([
  "alt",
  "arpa",
  "corp",
  "example",
  "example.com",
  "example.net",
  "example.org",
  "home",
  "home.arpa",
  "internal",
  "invalid",
  "lan",
  "local",
  "localdomain",
  "localhost",
  "onion",
  "test",
]);

/** Whether a name, or one above it, has a special use. */
export function isSpecialUse(hostname: string): boolean {
  for (let rest = hostname; ; rest = rest.slice(rest.indexOf(".") + 1)) {
    if (specialUse.has(rest)) return true;
    if (!rest.includes(".")) return false;
  }
}

/**
 * Labels below a platform's root that a customer must not have, for browsers, mail programs or people take them for the
 * platform itself. `mta-sts`, `autoconfig`, `autodiscover`, `wpad` and `isatap` are asked for by programs without anybody's doing;
 * `admin`, `postmaster`, `hostmaster` and `webmaster` are addresses that certificate authorities believe.
 */
export const reservedPlatformLabels: readonly string[] = [
  "abuse",
  "account",
  "accounts",
  "admin",
  "administrator",
  "api",
  "app",
  "assets",
  "auth",
  "autoconfig",
  "autodiscover",
  "billing",
  "blog",
  "cdn",
  "console",
  "dashboard",
  "dns",
  "docs",
  "edge",
  "email",
  "ftp",
  "help",
  "hostmaster",
  "imap",
  "internal",
  "isatap",
  "localhost",
  "login",
  "mail",
  "mta-sts",
  "mx",
  "ns",
  "oauth",
  "pop",
  "pop3",
  "postmaster",
  "preview",
  "previews",
  "root",
  "security",
  "sftp",
  "signin",
  "smtp",
  "ssh",
  "ssl",
  "sso",
  "static",
  "status",
  "support",
  "system",
  "webmail",
  "webmaster",
  "wpad",
  "www",
];

/** `ns1`, `mx02`, `www3` …: a reserved name with a number is the next one of its kind. */
const numbered = /^(?:dns|imap|mail|mx|ns|pop|smtp|www|edge)\d+$/;

/** Whether a label below a platform's root is kept back. */
export function isReservedLabel(label: string, more: readonly string[] = []): boolean {
  return reservedPlatformLabels.includes(label) || numbered.test(label) || more.includes(label);
}
