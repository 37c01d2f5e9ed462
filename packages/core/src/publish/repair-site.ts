import type { HostingError, HostingErrorOf } from "../errors/index.ts";
import type { HostingPorts } from "../ports/hosting-ports.ts";
import { err, flow, ok, type ResultAsync } from "../result/index.ts";
import { type LoadManifestError, loadManifest } from "../revision/load-manifest.ts";
import type { Site, SiteId } from "../site/site.ts";
import type { Drift } from "./drift.ts";
import { checkFleetPolicy, type FleetPolicy } from "./fleet-policy.ts";
import { fleetPolicyOf } from "./fleet-policy-of.ts";
import { type HeldLease, holdLease, type LeaseError } from "./hold-lease.ts";
import { noteRepairs } from "./note-repairs.ts";
import { pruneReleases } from "./prune-releases.ts";
import type { Publication } from "./publication.ts";
import { type PublishSlotError, publishSlot } from "./publish-slot.ts";
import { type ReconcileError, type ReconcileOptions, reconcileSite } from "./reconcile-site.ts";
import { type RecoverError, type Recovery, recoverPublications } from "./recover-publications.ts";
import type { ReleaseId } from "./release.ts";
import { readSlot } from "./release-records.ts";
import { isUnsettled, settlePublication } from "./settle-publication.ts";
import type { SlotName } from "./slot.ts";
import { slotGuard } from "./slot-guard.ts";
import { type SiteVerdict, type SlotVerdict, type TargetVerdict, type VerifyError, verifySite } from "./verify-site.ts";

/** Errors of `repair`: of the record and of recovery. What can't be repaired on one target is in that target's outcome. */
export type RepairError = ReconcileError | VerifyError;

/** Options of `repair`. */
export interface RepairOptions extends ReconcileOptions {
  /**
   * How many targets have to take what is laid out anew; default `best-effort`, for it is what they show already: one that
   * can't be reached must not keep a defaced one as it is. Also what an interrupted publication may be settled by, where the
   * default stays what the hosting says for the site.
   */
  readonly policy?: FleetPolicy | undefined;
}

/** What was found on one target and done about it. */
export interface TargetRepairOutcome {
  readonly target: string;
  /** `failed`: it could not be asked, or is still not as it should be, for the `problem` where one is known. */
  readonly outcome: "intact" | "repaired" | "unverifiable" | "failed";
  /** Pointers and serving state that were put right. */
  readonly drift: readonly Drift[];
  /** Releases whose bytes were wrong. */
  readonly damage: readonly SlotVerdict[];
  readonly problem?: HostingError | undefined;
}

/** What `repair` did. */
export interface RepairOutcome {
  readonly siteId: SiteId;
  /** Interrupted publications that were finished or undone first. */
  readonly recoveries: readonly Recovery[];
  readonly targets: readonly TargetRepairOutcome[];
  /** Publications that laid damaged content out anew, one for each slot. */
  readonly publications: readonly Publication[];
  /** Every target that was asked for was hashed and is, byte for byte, as the record says. */
  readonly intact: boolean;
}

type LayOutError = LeaseError | LoadManifestError | PublishSlotError | RecoverError | HostingErrorOf<"INVALID_INPUT">;

/**
 * Makes every target serve, byte for byte, what was published. First as `reconcile`; then everything is hashed as by
 * `verify`, and what is damaged is laid out anew from the blob store as a release of its own, on all of the site's targets,
 * and flipped to under the lease and its fencing token: the same revision by the one path of publishing. Files that were
 * served with other bytes get a new time, so that no cache goes on with those. At last what was repaired is hashed again.
 *
 * Allowed while the site is frozen, for visitors see what they should have seen. Idempotent: an intact site is only looked
 * at. Killed anywhere, it is finished or undone like any publication. What was damaged stays on the target, shown to nobody
 * and never begun with, until it is pruned like other old releases.
 */
export function repairSite(
  ports: HostingPorts,
  siteId: SiteId,
  options: RepairOptions = {},
): ResultAsync<RepairOutcome, RepairError> {
  const { signal, targets, onProgress, actor = "system" } = options;
  return flow(async function* () {
    const reconciled = yield* reconcileSite(ports, siteId, options);
    const found = yield* verifySite(ports, siteId, { signal, targets, onProgress });
    const publications: Publication[] = [];
    const failures = new Map<string, HostingError>();
    for (const damage of damagedSlots(found)) {
      const done = await layOutAnew(ports, siteId, damage, options);
      if (done.isErr()) for (const name of damage.targets) failures.set(name, done.error);
      else if (done.value !== undefined) publications.push(done.value);
    }
    const after = publications.length === 0 ? found : yield* verifySite(ports, siteId, { signal, targets, onProgress });
    const outcomes = found.targets.map((before): TargetRepairOutcome => {
      const { target } = before;
      const now = after.targets.find((verdict) => verdict.target === target) ?? before;
      const drift = reconciled.targets.find((one) => one.target === target)?.drift ?? [];
      const damage = before.slots.filter(({ state }) => state !== "intact");
      const problem = now.problem ?? failures.get(target) ?? failureOf(target, reconciled.targets);
      return { target, drift, damage, ...outcomeOf(now, drift.length + damage.length > 0, problem) };
    });
    const damaged = outcomes.filter(({ damage }) => damage.length > 0);
    if (damaged.length > 0)
      yield* noteRepairs(ports, siteId, { action: "site.repaired", actor, after: noted(damaged) });
    const intact = outcomes.every(({ outcome }) => outcome === "intact" || outcome === "repaired");
    return ok({ siteId, recoveries: reconciled.recoveries, targets: outcomes, publications, intact });
  });
}

/** A slot whose bytes are wrong somewhere. */
interface DamagedSlot {
  readonly slot: SlotName;
  readonly release: ReleaseId;
  /** Names of the targets where they are. */
  readonly targets: readonly string[];
  /** Files that were served with other bytes. */
  readonly changed: ReadonlySet<string> | "all";
}

/** A target names no more problems of a release than this. */
const maxProblems = 1000;

function damagedSlots({ targets }: SiteVerdict): readonly DamagedSlot[] {
  const damaged = new Map<SlotName, DamagedSlot>();
  for (const { target, slots } of targets) {
    for (const { slot, release, state, problems } of slots) {
      if (state === "intact") continue;
      const known = damaged.get(slot);
      const changed = problems.flatMap(({ path, problem }) => (problem === "changed" ? [path] : []));
      // A lost release, or one with more problems than were named: nobody knows which of its files.
      const isEvery = state === "lost" || problems.length >= maxProblems || known?.changed === "all";
      const paths = isEvery ? "all" : new Set([...(known?.changed ?? []), ...changed]);
      damaged.set(slot, { slot, release, targets: [...(known?.targets ?? []), target], changed: paths });
    }
  }
  return [...damaged.values()];
}

/** Publishes what a slot shows once more. Nothing, when the slot has moved on: then it is for the next look. */
async function layOutAnew(
  ports: HostingPorts,
  siteId: SiteId,
  damage: DamagedSlot,
  options: RepairOptions,
): Promise<Awaited<ResultAsync<Publication | undefined, LayOutError>>> {
  const { signal, waitMs } = options;
  const done = await holdLease(ports, siteId, { signal, waitMs }, (held) =>
    layOutUnderLease(ports, held, damage, options),
  );
  if (done.isOk() || !isUnsettled(done.error)) return done;
  const settled = await settlePublication(ports, done.error, options.policy);
  return settled.isErr() ? err(settled.error) : ok(settled.value);
}

function layOutUnderLease(
  ports: HostingPorts,
  held: HeldLease,
  { slot, release, changed }: DamagedSlot,
  options: RepairOptions,
): ResultAsync<Publication | undefined, LayOutError> {
  const { policy = "best-effort", actor = "system", onProgress } = options;
  const { siteId, signal } = held;
  return flow(async function* () {
    const site = yield* ports.store.getSite(siteId, { signal });
    const targets = ableTo(ports, site, slot);
    yield* checkFleetPolicy(policy, targets.length);
    yield* recoverPublications(ports, held, ports.targetsOf(site), options.policy ?? fleetPolicyOf(ports, site));
    const current = yield* readSlot(ports, siteId, slot, { signal });
    if (current === undefined || current.release !== release) return ok(undefined);
    const guard = yield* slotGuard(ports, current, { signal });
    if (guard === "nothing") return ok(undefined);
    const revision = yield* ports.store.getRevision(current.revisionId, { signal });
    const manifest = yield* loadManifest(ports, revision, { signal });
    const wanted = { revision, manifest, slot, guard, targets, policy, current, restamp: changed, actor, onProgress };
    const { publication, reached } = yield* publishSlot(ports, held, wanted);
    // Old releases that stay for now are for the next publication; it is no reason to call the repair failed.
    void (await pruneReleases(ports, held, [...reached.keys()], reached));
    return ok(publication);
  });
}

function ableTo(ports: HostingPorts, site: Site, slot: SlotName): ReturnType<HostingPorts["targetsOf"]> {
  return ports.targetsOf(site).filter(({ capabilities }) => slot === "live" || capabilities.previews);
}

function failureOf(
  target: string,
  reconciled: readonly { readonly target: string; readonly problem?: HostingError | undefined }[],
): HostingError | undefined {
  return reconciled.find((one) => one.target === target)?.problem;
}

function outcomeOf(
  { verdict }: TargetVerdict,
  wasWrong: boolean,
  problem: HostingError | undefined,
): Pick<TargetRepairOutcome, "outcome" | "problem"> {
  if (verdict === "failed" || verdict === "damaged") return { outcome: "failed", problem };
  if (verdict === "unverifiable") return { outcome: "unverifiable" };
  return { outcome: wasWrong ? "repaired" : "intact" };
}

const notedPaths = 20;

function noted(damaged: readonly TargetRepairOutcome[]): Parameters<typeof noteRepairs>[2]["after"] {
  return {
    targets: damaged.map(({ target, outcome, damage }) => ({
      target,
      outcome,
      damage: damage.map(({ slot, release, state, problems }) => ({
        slot,
        release,
        state,
        files: problems.length,
        paths: problems.slice(0, notedPaths).map(({ path }) => path),
      })),
    })),
  };
}
