import type { HostingPorts } from "../ports/hosting-ports.ts";
import { flow, ok, type ResultAsync } from "../result/index.ts";
import type { SiteId } from "../site/site.ts";
import { applyServingState } from "./apply-serving-state.ts";
import type { FleetPolicy } from "./fleet-policy.ts";
import { fleetPolicyOf } from "./fleet-policy-of.ts";
import { type HoldLeaseOptions, holdLease, type LeaseError } from "./hold-lease.ts";
import { pruneReleases } from "./prune-releases.ts";
import { type RecoverError, type Recovery, recoverPublications } from "./recover-publications.ts";

/** Errors of `sites.recover`. */
export type RecoverSiteError = LeaseError | RecoverError;

/** Options of `sites.recover`. */
export interface RecoverSiteOptions extends HoldLeaseOptions {
  /** How many targets have to answer; default what the hosting says for the site. */
  readonly policy?: FleetPolicy | undefined;
}

/**
 * Puts a site right after a crash, without publishing anything: interrupted publications are finished or undone, the
 * serving state is brought to the targets, left-overs are removed. For the start of a process; `publish` does the same
 * by itself. A healthy site is left alone. Idempotent.
 */
export function recoverSite(
  ports: HostingPorts,
  siteId: SiteId,
  options: RecoverSiteOptions = {},
): ResultAsync<readonly Recovery[], RecoverSiteError> {
  return flow(async function* () {
    const site = yield* ports.store.getSite(siteId, { signal: options.signal });
    const targets = ports.targetsOf(site);
    const policy = options.policy ?? fleetPolicyOf(ports, site);
    return ok(
      yield* holdLease(ports, siteId, options, (held) =>
        flow(async function* () {
          const recoveries = yield* recoverPublications(ports, held, targets, policy);
          yield* applyServingState(ports, held, targets, policy);
          yield* pruneReleases(ports, held, targets);
          return ok(recoveries);
        }),
      ),
    );
  });
}
