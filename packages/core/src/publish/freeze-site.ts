import type { AuditDraft } from "../audit/audit-entry.ts";
import { type HostingErrorOf, hostingError } from "../errors/index.ts";
import type { ActingOptions } from "../ports/call-options.ts";
import type { HostingPorts } from "../ports/hosting-ports.ts";
import type { StoreError } from "../ports/store/index.ts";
import { err, flow, ok, type Result, type ResultAsync } from "../result/index.ts";
import type { Site, SiteFreeze, SiteId } from "../site/site.ts";
import { askAll } from "./ask-targets.ts";
import { type HoldLeaseOptions, holdLease, type LeaseError } from "./hold-lease.ts";

/** Errors of `sites.freeze`. */
export type FreezeSiteError = LeaseError | HostingErrorOf<"INVALID_INPUT">;

const longestReason = 500;

/**
 * Freezes a site: until it is unfrozen, publish and rollback are `SITE_FROZEN`. What is published stays and is served;
 * previews, serving state and `reconcile` go on working. Waits for a publication that is running, and when it answers no
 * earlier one can still become visible, neither by a publisher that was paused. Idempotent: the first freeze stays.
 */
export function freezeSite(
  ports: HostingPorts,
  siteId: SiteId,
  input: { readonly reason: string },
  options: ActingOptions & HoldLeaseOptions = {},
): ResultAsync<Site, FreezeSiteError> {
  const { actor = "system" } = options;
  return flow(async function* () {
    const reason = yield* checkReason(input.reason);
    return ok(
      yield* holdLease(ports, siteId, options, (held) =>
        flow(async function* () {
          const { fencingToken, signal, lost } = held;
          const since = ports.clock.now();
          const freeze: SiteFreeze = { reason, frozenBy: actor, since };
          const audit: AuditDraft = {
            actor,
            action: "site.frozen",
            siteId,
            subject: siteId,
            at: since,
            after: { reason },
          };
          const { site, changed } = yield* ports.store.setFreeze({ siteId, freeze, audit }, { signal });
          if (changed) ports.emit(audit);
          // A publisher that was paused past its lease may wake up yet. Whoever has seen this token refuses it; a target
          // that can't be reached has nothing to flip to either, unless it was staged before.
          await askAll(ports, ports.targetsOf(site), lost, (target, own) =>
            target.discard({ siteId, releases: [], fencingToken }, { signal: own }),
          );
          return ok(site);
        }),
      ),
    );
  });
}

/** Ends a site's freeze. Idempotent. */
export function unfreezeSite(
  ports: HostingPorts,
  siteId: SiteId,
  options: ActingOptions = {},
): ResultAsync<Site, StoreError | HostingErrorOf<"SITE_NOT_FOUND">> {
  const { actor = "system", signal } = options;
  return flow(async function* () {
    const { frozen } = yield* ports.store.getSite(siteId, { signal });
    const at = ports.clock.now();
    const before = frozen === undefined ? null : { reason: frozen.reason, frozenBy: frozen.frozenBy };
    const audit: AuditDraft = { actor, action: "site.unfrozen", siteId, subject: siteId, at, before };
    const { site, changed } = yield* ports.store.setFreeze({ siteId, freeze: null, audit }, { signal });
    if (changed) ports.emit(audit);
    return ok(site);
  });
}

/** Refuses what a freeze forbids. Asked under the lease: freezing takes it too, so the answer holds. */
export function checkNotFrozen({ id, name, frozen }: Site): Result<void, HostingErrorOf<"SITE_FROZEN">> {
  if (frozen === undefined) return ok(undefined);
  const { reason, frozenBy, since } = frozen;
  const message = `${name} was frozen by ${frozenBy}: ${reason.replace(/[.!?]*$/, ".")}`;
  return err(hostingError("SITE_FROZEN", message, { siteId: id, reason, frozenBy, since: since.toISOString() }));
}

function checkReason(given: string): Result<string, HostingErrorOf<"INVALID_INPUT">> {
  const reason = given.trim();
  if (reason !== "" && reason.length <= longestReason) return ok(reason);
  const problem = `must have 1 to ${longestReason} characters`;
  return err(hostingError("INVALID_INPUT", `The reason of a freeze ${problem}.`, { field: "reason", problem }));
}
