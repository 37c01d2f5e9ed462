import type { HostingError } from "../errors/index.ts";
import type { HostingPorts } from "../ports/hosting-ports.ts";
import type { StoreError } from "../ports/store/index.ts";
import type { Target, TargetError, TargetObservation } from "../ports/target.ts";
import { flow, ok, type ResultAsync } from "../result/index.ts";
import { askAll } from "./ask-targets.ts";
import type { HeldLease } from "./hold-lease.ts";
import { publicationOfRelease, type ReleaseId } from "./release.ts";

/** What pruning removed, and what went wrong: never a reason for a publication to fail. */
export interface PruneOutcome {
  readonly discarded: readonly ReleaseId[];
  readonly problems: readonly HostingError[];
}

/**
 * Removes what no visitor and no rollback needs: keeps whatever a slot shows and the newest live releases, as many as
 * the policy says; takes left-overs of dead publications away. Under the lease, after recording. A target in `observed`
 * is not asked again what it holds.
 */
export function pruneReleases(
  ports: HostingPorts,
  held: HeldLease,
  targets: readonly Target[],
  observed: ReadonlyMap<Target, TargetObservation | undefined> = new Map(),
): ResultAsync<PruneOutcome, StoreError> {
  return flow(async function* () {
    const { siteId, fencingToken, lost } = held;
    const { keepReleases } = ports.publishing;
    const request = { siteId, slot: "live", states: ["recorded"], limit: Math.max(1, keepReleases) } as const;
    const recent = yield* ports.store.listPublications(request, { signal: lost });
    const slots = yield* ports.store.listSlots(siteId, { signal: lost });
    const keep = new Set<ReleaseId>([...slots, ...recent.items.slice(0, keepReleases)].map(({ release }) => release));
    const answers = await askAll(ports, targets, lost, (target, signal) => prune(target, signal));
    const discarded = new Set<ReleaseId>();
    const problems: HostingError[] = [];
    for (const { result } of answers) {
      if (result?.isOk()) for (const release of result.value.discarded) discarded.add(release);
      else if (result?.isErr()) problems.push(result.error);
    }
    return ok({ discarded: [...discarded], problems });

    function prune(
      target: Target,
      signal: AbortSignal,
    ): ResultAsync<{ readonly discarded: readonly ReleaseId[] }, TargetError> {
      return flow(async function* () {
        const seen = observed.get(target) ?? (yield* target.observe(siteId, { signal }));
        const shown = new Set(seen.slots.values());
        const old = (release: ReleaseId): boolean =>
          !keep.has(release) && !shown.has(release) && publicationOfRelease(release) <= fencingToken;
        const releases = seen.releases.filter(old);
        if (releases.length === 0 && seen.leftovers === 0) return ok({ discarded: [] });
        return ok(yield* target.discard({ siteId, releases, fencingToken }, { signal }));
      });
    }
  });
}
