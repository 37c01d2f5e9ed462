import type { HostingPorts } from "../ports/hosting-ports.ts";
import { flow, ok, type ResultAsync } from "../result/index.ts";
import type { SiteId } from "../site/site.ts";
import { applyServingState } from "./apply-serving-state.ts";
import { type HoldLeaseOptions, holdLease, type LeaseError } from "./hold-lease.ts";
import { pruneReleases } from "./prune-releases.ts";
import { type RecoverError, type Recovery, recoverPublications } from "./recover-publications.ts";

/** Errors of `sites.recover`. */
export type RecoverSiteError = LeaseError | RecoverError;

/**
 * Puts a site right after a crash, without publishing anything: interrupted publications are finished or undone, the
 * serving state is brought to the targets, left-overs are removed. For the start of a process; `publish` does the same
 * by itself. A healthy site is left alone. Idempotent.
 */
export function recoverSite(
  ports: HostingPorts,
  siteId: SiteId,
  options: HoldLeaseOptions = {},
): ResultAsync<readonly Recovery[], RecoverSiteError> {
  return flow(async function* () {
    const site = yield* ports.store.getSite(siteId, { signal: options.signal });
    const targets = ports.targetsOf(site);
    return ok(
      yield* holdLease(ports, siteId, options, (held) =>
        flow(async function* () {
          const recoveries = yield* recoverPublications(ports, held, targets);
          yield* applyServingState(ports, held, targets);
          yield* pruneReleases(ports, held, targets);
          return ok(recoveries);
        }),
      ),
    );
  });
}
