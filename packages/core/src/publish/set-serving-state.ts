import type { AuditDraft } from "../audit/audit-entry.ts";
import { type HostingErrorOf, hostingError } from "../errors/index.ts";
import type { ActingOptions } from "../ports/call-options.ts";
import type { HostingPorts } from "../ports/hosting-ports.ts";
import { err, flow, ok, type ResultAsync } from "../result/index.ts";
import { type ServingState, type Site, type SiteId, servingStates } from "../site/site.ts";
import { applyServingState } from "./apply-serving-state.ts";
import { type HeldLease, type HoldLeaseOptions, holdLease, type LeaseError } from "./hold-lease.ts";
import type { TargetFailureError } from "./target-failures.ts";

/** Errors of `sites.setState`. */
export type SetServingStateError =
  | LeaseError
  | TargetFailureError
  | HostingErrorOf<"INVALID_INPUT">
  | HostingErrorOf<"STORE_CONFLICT">;

/**
 * Takes a site to maintenance, suspends it, or brings it back: first on record, then on every target. What is published
 * stays untouched. Idempotent, and repeating it mends a target that missed it.
 */
export function setServingState(
  ports: HostingPorts,
  siteId: SiteId,
  state: ServingState,
  options: ActingOptions & HoldLeaseOptions = {},
): ResultAsync<Site, SetServingStateError> {
  return flow(async function* () {
    if (!servingStates.includes(state)) {
      const problem = `is not one of ${servingStates.join(", ")}`;
      return err(hostingError("INVALID_INPUT", `The serving state ${problem}.`, { field: "state", problem }));
    }
    return ok(yield* holdLease(ports, siteId, options, (held) => change(ports, held, state, options)));
  });
}

function change(
  ports: HostingPorts,
  held: HeldLease,
  state: ServingState,
  options: ActingOptions,
): ResultAsync<Site, SetServingStateError> {
  return flow(async function* () {
    const { siteId, signal } = held;
    let site = yield* ports.store.getSite(siteId, { signal });
    if (site.state !== state) {
      const audit: AuditDraft = {
        actor: options.actor ?? "system",
        action: "site.state_changed",
        siteId,
        subject: siteId,
        at: ports.clock.now(),
        before: { state: site.state },
        after: { state },
      };
      site = yield* ports.store.updateSite(
        { siteId, expectVersion: site.version, change: { state }, audit },
        { signal },
      );
      ports.emit(audit);
    }
    yield* applyServingState(ports, held, ports.targetsOf(site));
    return ok(site);
  });
}
