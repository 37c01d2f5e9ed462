import { type HostingErrorOf, hostingError } from "../errors/index.ts";
import { err, ok, type Result } from "../result/index.ts";
import { isTenantId } from "../tenant/tenant.ts";
import type { Domain } from "./domain.ts";

const longestWaitMs = 60_000;
const longestList = 1000;

/** Checks what `DomainStore.claimDomain` is given, so that all stores refuse the same. */
export function checkDomainClaim({
  hostname,
  tenantId,
  challenge,
}: Domain): Result<undefined, HostingErrorOf<"INVALID_INPUT">> {
  if (!isTenantId(tenantId)) return invalid("tenantId", "use 1 to 200 visible ASCII characters, without spaces");
  if (!/^(?:\*\.)?[a-z0-9.-]{1,253}$/.test(hostname)) return invalid("hostname", "not in the form of parseHostname");
  return /^[a-z0-9]{26,64}$/.test(challenge.token)
    ? ok(undefined)
    : invalid("challenge.token", "use 26 to 64 lower-case letters and digits");
}

/** Checks the `limit` of `DomainStore`'s lists. */
export function checkDomainLimit(limit: number): Result<number, HostingErrorOf<"INVALID_INPUT">> {
  const isWhole = Number.isInteger(limit) && limit >= 1 && limit <= longestList;
  return isWhole ? ok(limit) : invalid("limit", `not a whole number from 1 to ${longestList}`);
}

/** Checks what `DomainStore.awaitDomainChange` is given. */
export function checkDomainWait(waitMs: number): Result<number, HostingErrorOf<"INVALID_INPUT">> {
  const isWhole = Number.isInteger(waitMs) && waitMs >= 1 && waitMs <= longestWaitMs;
  return isWhole ? ok(waitMs) : invalid("waitMs", `a wait lasts 1 to ${longestWaitMs} ms`);
}

function invalid<T>(field: string, problem: string): Result<T, HostingErrorOf<"INVALID_INPUT">> {
  return err(
    hostingError("INVALID_INPUT", `The domain store can't take that: ${field}: ${problem}.`, { field, problem }),
  );
}
