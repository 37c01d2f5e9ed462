import { type HostingErrorOf, hostingError } from "../errors/index.ts";
import type { CallOptions } from "../ports/call-options.ts";
import type { AppliedDnsChanges, DnsChangeError, DnsProvider } from "../ports/dns/index.ts";
import { guardDnsProvider } from "../ports/index.ts";
import { errAsync, okAsync, type ResultAsync } from "../result/index.ts";
import type { DnsPlan } from "./plan-dns.ts";

/** Errors of {@link applyDnsPlan}. */
export type ApplyDnsPlanError = DnsChangeError | HostingErrorOf<"DNS_PLAN_REFUSED">;

/** How to apply a plan. */
export interface ApplyDnsPlanOptions extends CallOptions {
  /** Findings that are forcible do not stop it. Default `false`. */
  readonly force?: boolean | undefined;
}

/**
 * Does what a plan shows. `DNS_PLAN_REFUSED` when something is wrong with it, `DNS_ZONE_CHANGED` when anything in the zone has
 * changed since it was made; then nothing is done. A plan without changes is done at once.
 */
export function applyDnsPlan(
  provider: DnsProvider,
  plan: DnsPlan,
  options: ApplyDnsPlanOptions = {},
): ResultAsync<AppliedDnsChanges, ApplyDnsPlanError> {
  const { zone, version, changes, findings } = plan;
  const { force = false, signal } = options;
  const inTheWay = findings.filter(({ forcible }) => !(force && forcible));
  const [first, ...more] = inTheWay;
  if (first !== undefined) {
    const rest = more.length === 0 ? "" : ` And ${more.length} more.`;
    const message = `The plan for ${zone} is refused: ${first.message}${rest}`;
    return errAsync(hostingError("DNS_PLAN_REFUSED", message, { zone, findings: inTheWay }));
  }
  if (changes.length === 0) return okAsync({ changed: false, serial: null });
  return guardDnsProvider(provider).applyChanges({ zone, changes, expectVersion: version }, { signal });
}
