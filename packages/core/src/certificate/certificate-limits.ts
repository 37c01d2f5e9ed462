// What every store of certificates refuses, in one place, so that all refuse the same.
import { type HostingErrorOf, hostingError } from "../errors/index.ts";
import type { NewCertificateRecord } from "../ports/certificate-store.ts";
import { err, ok, type Result } from "../result/index.ts";
import { isTenantId } from "../tenant/tenant.ts";
import type { CertificateAccountRecord, ChallengeAnswerRecord } from "./certificate.ts";

const mostNames = 100;
const longestName = 253;
const longestList = 1000;
const mostKeys = 500;
const longestKey = 6000;
const longestRemoval = 10_000;
const longestContent = 1000;
const longestLeaseMs = 24 * 60 * 60_000;

/** Checks what `CertificateStore.beginCertificate` is given. */
export function checkNewCertificate({
  names,
  tenantId,
}: NewCertificateRecord): Result<undefined, HostingErrorOf<"INVALID_INPUT">> {
  const sorted = [...new Set(names)].sort();
  const isSorted = sorted.length === names.length && sorted.every((name, index) => name === names[index]);
  if (names.length === 0 || names.length > mostNames || !isSorted)
    return invalid("names", `use 1 to ${mostNames} names, sorted, each once`);
  if (!names.every((name) => isName(name))) return invalid("names", "not in the form of checkCertificateNames");
  return tenantId === undefined || isTenantId(tenantId)
    ? ok(undefined)
    : invalid("tenantId", "use 1 to 200 visible ASCII characters, without spaces");
}

/** Checks what `CertificateStore.leaseCertificate` is given. */
export function checkCertificateLease(lease: {
  readonly holder: string;
  readonly now: Date;
  readonly expiresAt: Date;
}): Result<undefined, HostingErrorOf<"INVALID_INPUT">> {
  if (!isShortText(lease.holder)) return invalid("holder", "use 1 to 200 visible ASCII characters");
  const lastsMs = lease.expiresAt.getTime() - lease.now.getTime();
  return lastsMs > 0 && lastsMs <= longestLeaseMs
    ? ok(undefined)
    : invalid("expiresAt", "a lease lasts more than nothing and at most a day");
}

/** Checks the `limit` of `CertificateStore`'s lists. */
export function checkCertificateLimit(limit: number): Result<undefined, HostingErrorOf<"INVALID_INPUT">> {
  return isWhole(limit, longestList) ? ok(undefined) : invalid("limit", `not a whole number from 1 to ${longestList}`);
}

/** Checks the `limit` of `CertificateStore.removeStale`. */
export function checkStaleLimit(limit: number): Result<undefined, HostingErrorOf<"INVALID_INPUT">> {
  return isWhole(limit, longestRemoval)
    ? ok(undefined)
    : invalid("limit", `not a whole number from 1 to ${longestRemoval}`);
}

/** Checks keys of uses of limits. */
export function checkRateKeys(keys: readonly string[]): Result<undefined, HostingErrorOf<"INVALID_INPUT">> {
  if (keys.length === 0 || keys.length > mostKeys) return invalid("keys", `use 1 to ${mostKeys} keys`);
  return keys.every((key) => key !== "" && key.length <= longestKey)
    ? ok(undefined)
    : invalid("keys", `a key has 1 to ${longestKey} characters`);
}

/** Checks what `CertificateStore.spendRateUses` is given. */
export function checkSpentRates(request: {
  readonly expected: ReadonlyMap<string, Date | null>;
  readonly uses: ReadonlyMap<string, Date>;
}): Result<undefined, HostingErrorOf<"INVALID_INPUT">> {
  const keys = checkRateKeys([...request.expected.keys()]);
  if (keys.isErr()) return keys;
  return [...request.uses.keys()].every((key) => request.expected.has(key))
    ? ok(undefined)
    : invalid("uses", "a key is not among the expected ones");
}

/** Checks what `CertificateStore.keepAccount` is given. */
export function checkCertificateAccount({
  authority,
}: Pick<CertificateAccountRecord, "authority">): Result<undefined, HostingErrorOf<"INVALID_INPUT">> {
  return isShortText(authority) ? ok(undefined) : invalid("authority", "use 1 to 200 visible ASCII characters");
}

/** Checks what `CertificateStore.putChallengeAnswer` is given. */
export function checkChallengeAnswer({
  hostname,
  token,
  content,
}: ChallengeAnswerRecord): Result<undefined, HostingErrorOf<"INVALID_INPUT">> {
  if (!isName(hostname) || hostname.startsWith("*.")) return invalid("hostname", "not a name in its canonical form");
  if (!/^[A-Za-z0-9_-]{1,200}$/.test(token)) return invalid("token", "use 1 to 200 letters, digits, - and _");
  return content.length <= longestContent
    ? ok(undefined)
    : invalid("content", `has more than ${longestContent} characters`);
}

function isName(name: string): boolean {
  return name.length <= longestName && /^(?:\*\.)?[a-z0-9-]+(?:\.[a-z0-9-]+)*$/.test(name);
}

function isShortText(text: string): boolean {
  return /^[\x20-\x7e]{1,200}$/.test(text);
}

function isWhole(limit: number, highest: number): boolean {
  return Number.isInteger(limit) && limit >= 1 && limit <= highest;
}

function invalid(field: string, problem: string): Result<undefined, HostingErrorOf<"INVALID_INPUT">> {
  return err(
    hostingError("INVALID_INPUT", `The certificate store can't take that: ${field}: ${problem}.`, { field, problem }),
  );
}
