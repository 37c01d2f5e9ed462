// The file format of sshd(8), section SSH_KNOWN_HOSTS FILE FORMAT.
import { createHmac, timingSafeEqual } from "node:crypto";
import { type PublicKey, parsePublicKey } from "./public-key.ts";

/** What a known_hosts file says of one host. */
export interface KnownHost {
  readonly keys: readonly PublicKey[];
  /** Keys that must never be accepted again, from any host. */
  readonly revoked: readonly PublicKey[];
  /** Whether a certificate authority vouches for the host (`@cert-authority`). That is of no use here, but worth saying. */
  readonly hasAuthority: boolean;
}

/**
 * Looks a host up. Lines that can't be read are passed over, as OpenSSH does. The keys of certificate authorities are never a
 * host's: the protocol library asks no host for a certificate.
 */
export function lookUpKnownHost(text: string, host: string, port: number): KnownHost {
  const name = port === 22 ? host.toLowerCase() : `[${host.toLowerCase()}]:${port}`;
  const keys: PublicKey[] = [];
  const revoked: PublicKey[] = [];
  let hasAuthority = false;
  for (const line of text.split("\n")) {
    const words = line.trim().split(/\s+/);
    const marker = words[0]?.startsWith("@") === true ? words.shift() : undefined;
    const [hosts = "", ...rest] = words;
    if (hosts === "" || hosts.startsWith("#")) continue;
    const key = parsePublicKey(rest.join(" "));
    if (key === undefined || !namesHost(hosts, name)) continue;
    if (marker === undefined) keys.push(key);
    else if (marker === "@revoked") revoked.push(key);
    else if (marker === "@cert-authority") hasAuthority = true;
  }
  return { keys, revoked, hasAuthority };
}

/** `pattern,!pattern,…` or one hashed name. A pattern with `!` that fits excludes the host, whatever else fits. */
function namesHost(hosts: string, name: string): boolean {
  if (hosts.startsWith("|")) return isHashOf(hosts, name);
  const patterns = hosts.toLowerCase().split(",");
  const excluded = patterns.some((pattern) => pattern.startsWith("!") && fits(pattern.slice(1), name));
  return !excluded && patterns.some((pattern) => !pattern.startsWith("!") && fits(pattern, name));
}

/** `|1|salt|HMAC-SHA1(salt, name)`, both in base64. */
function isHashOf(hashed: string, name: string): boolean {
  const [, version, salt = "", hash = ""] = hashed.split("|");
  if (version !== "1") return false;
  const expected = Buffer.from(hash, "base64");
  const actual = createHmac("sha1", Buffer.from(salt, "base64")).update(name).digest();
  return expected.length === actual.length && timingSafeEqual(expected, actual);
}

/** `*` for any characters, `?` for one. */
function fits(pattern: string, name: string): boolean {
  const source = pattern
    .replace(/[.*+?^${}()|[\]\\]/g, "\\$&")
    .replaceAll("\\*", ".*")
    .replaceAll("\\?", ".");
  return new RegExp(`^${source}$`).test(name);
}
