import type { HostingError } from "../errors/index.ts";
import type { HostingPorts } from "../ports/hosting-ports.ts";
import { flow, ok, type ResultAsync } from "../result/index.ts";
import type { SiteId } from "../site/site.ts";
import { askAll } from "./ask-targets.ts";
import type { FleetPolicy } from "./fleet-policy.ts";
import { fleetPolicyOf } from "./fleet-policy-of.ts";
import { type HoldLeaseOptions, holdLease, type LeaseError } from "./hold-lease.ts";
import { pruneReleases } from "./prune-releases.ts";
import { type RecoverError, type Recovery, recoverPublications } from "./recover-publications.ts";
import type { ReleaseId } from "./release.ts";

/** Errors of `sites.tidy`. */
export type TidySiteError = LeaseError | RecoverError;

/** Options of `sites.tidy`. */
export interface TidySiteOptions extends HoldLeaseOptions {
  /** How many targets have to answer for an interrupted publication; default what the hosting says for the site. */
  readonly policy?: FleetPolicy | undefined;
}

/** What was taken away on one target. */
export interface TidiedTarget {
  readonly target: string;
  /** Left-overs of publications that never ended. */
  readonly leftovers: number;
  /** Old releases that nobody needs any more. */
  readonly discarded: readonly ReleaseId[];
  /** Why nothing, or not everything, was taken away; the next call goes on. */
  readonly problem?: HostingError | undefined;
}

/** What `sites.tidy` did. */
export interface TidiedSite {
  readonly siteId: SiteId;
  /** Interrupted publications that were finished or undone first. */
  readonly recoveries: readonly Recovery[];
  readonly targets: readonly TidiedTarget[];
}

/**
 * Takes away from every target what nothing needs: left-overs of publications that never ended, and old releases beyond
 * what is kept. Under the lease, so never what a publication is just making: while one runs the call is `LEASE_HELD`, at
 * once unless `waitMs` says otherwise, and that publication tidies by itself. Interrupted publications are finished or
 * undone first. A target that fails does not stop the others. Idempotent.
 */
export function tidySite(
  ports: HostingPorts,
  siteId: SiteId,
  options: TidySiteOptions = {},
): ResultAsync<TidiedSite, TidySiteError> {
  const { signal, waitMs = 0 } = options;
  return flow(async function* () {
    const site = yield* ports.store.getSite(siteId, { signal });
    const targets = ports.targetsOf(site);
    const policy = options.policy ?? fleetPolicyOf(ports, site);
    return ok(
      yield* holdLease(ports, siteId, { signal, waitMs }, (held) =>
        flow(async function* () {
          const recoveries = yield* recoverPublications(ports, held, targets, policy);
          const seen = await askAll(ports, targets, held.signal, (target, own) =>
            target.observe(siteId, { signal: own }),
          );
          const tidied: TidiedTarget[] = [];
          for (const { target, result } of seen) {
            const { name } = target;
            if (result?.isOk() !== true) {
              const problem = result?.isErr() ? result.error : undefined;
              tidied.push({ target: name, leftovers: 0, discarded: [], problem });
              continue;
            }
            const { discarded, problems } = yield* pruneReleases(
              ports,
              held,
              [target],
              new Map([[target, result.value]]),
            );
            const [problem] = problems;
            const leftovers = problem === undefined ? result.value.leftovers : 0;
            tidied.push({ target: name, leftovers, discarded, ...(problem === undefined ? {} : { problem }) });
          }
          return ok({ siteId, recoveries, targets: tidied });
        }),
      ),
    );
  });
}
