import type { HostingError, HostingErrorOf } from "../errors/index.ts";
import type { ActingOptions, CallOptions, WorkOptions } from "../ports/call-options.ts";
import type { HostingPorts } from "../ports/hosting-ports.ts";
import type { StoreError } from "../ports/store/index.ts";
import type { Target, TargetObservation } from "../ports/target.ts";
import { flow, ok, type ResultAsync } from "../result/index.ts";
import type { Site, SiteId } from "../site/site.ts";
import { askAll } from "./ask-targets.ts";
import { chooseTargets } from "./choose-targets.ts";
import { type Drift, driftOf } from "./drift.ts";
import { checkFleetPolicy, type FleetPolicy } from "./fleet-policy.ts";
import { fleetPolicyOf } from "./fleet-policy-of.ts";
import { type HeldLease, holdLease, type LeaseError } from "./hold-lease.ts";
import { noteRepairs } from "./note-repairs.ts";
import { type PruneOutcome, pruneReleases } from "./prune-releases.ts";
import type { Publication } from "./publication.ts";
import { type RecoverError, type Recovery, recoverPublications } from "./recover-publications.ts";
import { repairTarget } from "./repair-target.ts";
import type { Slot } from "./slot.ts";
import type { TargetAnswer } from "./target-failures.ts";

/** Errors of `reconcile`: of the record and of recovery. What fails on one target is in that target's outcome. */
export type ReconcileError = LeaseError | RecoverError | HostingErrorOf<"INVALID_INPUT">;

/** Options of `reconcile`. */
export interface ReconcileOptions extends ActingOptions, WorkOptions {
  /** Names of the targets to look at; default: all of the site's. */
  readonly targets?: readonly string[] | undefined;
  /** What an interrupted publication may be settled by; default what the hosting says for the site. */
  readonly policy?: FleetPolicy | undefined;
  /** How long to wait for a publication of the site to end, in milliseconds; default 60,000. */
  readonly waitMs?: number | undefined;
}

/** What was found on one target. */
export interface TargetDrift {
  readonly target: string;
  readonly drift: readonly Drift[];
  /** Set when it could not be asked; then nothing is known of it. */
  readonly problem?: HostingError | undefined;
}

/** What `reconcile` would find to do. Nothing has been done. */
export interface ReconcilePlan {
  readonly siteId: SiteId;
  /** Publications that never ended; reconciling finishes or undoes them first. */
  readonly unfinished: readonly Publication[];
  readonly targets: readonly TargetDrift[];
  readonly inSync: boolean;
}

/** What was done about one target. */
export interface TargetReconciliation {
  readonly target: string;
  /** `failed`: it could not be asked, or not be repaired, for the `problem`; what was found stays. */
  readonly outcome: "in-sync" | "repaired" | "failed";
  /** What was found before. */
  readonly drift: readonly Drift[];
  readonly problem?: HostingError | undefined;
}

/** What `reconcile` did. */
export interface ReconcileOutcome {
  readonly siteId: SiteId;
  /** Interrupted publications that were finished or undone first. */
  readonly recoveries: readonly Recovery[];
  readonly targets: readonly TargetReconciliation[];
  readonly pruned: PruneOutcome;
  /** Every target that was asked for is now as the record says. */
  readonly inSync: boolean;
}

/** Looks at every target and lists where it differs from the record. Changes nothing and takes no lease. */
export function planReconcile(
  ports: HostingPorts,
  siteId: SiteId,
  options: CallOptions & Pick<ReconcileOptions, "targets"> = {},
): ResultAsync<ReconcilePlan, StoreError | HostingErrorOf<"INVALID_INPUT"> | HostingErrorOf<"SITE_NOT_FOUND">> {
  const { signal = new AbortController().signal } = options;
  return flow(async function* () {
    const site = yield* ports.store.getSite(siteId, { signal });
    const targets = yield* chooseTargets(ports, site, options.targets, "reconciled");
    const slots = yield* ports.store.listSlots(siteId, { signal });
    const states = ["intended", "staged", "activated"] as const;
    const { items: unfinished } = yield* ports.store.listPublications({ siteId, states }, { signal });
    const seen = await askAll(ports, targets, signal, (target, own) => target.observe(siteId, { signal: own }));
    const found = seen.map((answer): TargetDrift => foundOn(answer, site, slots));
    const inSync =
      unfinished.length === 0 && found.every(({ drift, problem }) => problem === undefined && drift.length === 0);
    return ok({ siteId, unfinished, targets: found, inSync });
  });
}

/**
 * Brings every target to what the record says: interrupted publications are finished or undone, then each target's live
 * slot, previews and serving state are compared and repaired by the primitives of publishing, under the lease and its
 * fencing token. For a target that was down, or is new, or was changed by hand. Publishes nothing, so it is allowed while
 * the site is frozen. A target that fails does not stop the others. Idempotent; a site that is in sync is left alone.
 */
export function reconcileSite(
  ports: HostingPorts,
  siteId: SiteId,
  options: ReconcileOptions = {},
): ResultAsync<ReconcileOutcome, ReconcileError> {
  const { signal, waitMs } = options;
  return flow(async function* () {
    return ok(yield* holdLease(ports, siteId, { signal, waitMs }, (held) => underLease(ports, held, options)));
  });
}

function underLease(
  ports: HostingPorts,
  held: HeldLease,
  options: ReconcileOptions,
): ResultAsync<ReconcileOutcome, ReconcileError> {
  return flow(async function* () {
    const { siteId, signal } = held;
    const { onProgress } = options;
    const site = yield* ports.store.getSite(siteId, { signal });
    const targets = yield* chooseTargets(ports, site, options.targets, "reconciled");
    const policy = options.policy ?? fleetPolicyOf(ports, site);
    const all = ports.targetsOf(site);
    yield* checkFleetPolicy(policy, all.length);
    const recoveries = yield* recoverPublications(ports, held, all, policy);
    const slots = yield* ports.store.listSlots(siteId, { signal });

    const seen = await askAll(ports, targets, signal, (target, own) => target.observe(siteId, { signal: own }));
    const repairs = new Map<string, Repair>();
    const wanting = seen.filter((answer) => foundOn(answer, site, slots).drift.length > 0);
    let done = 0;
    await askAll(
      ports,
      wanting.map(({ target }) => target),
      signal,
      (target, own) => {
        const { drift } = foundOn(answerOf(seen, target), site, slots);
        return repairTarget(ports, held, { target, site, slots, drift, signal: own }).map((result) => {
          done += 1;
          onProgress?.({ step: "reconcile", done, total: wanting.length, unit: "targets", target: target.name });
          return result;
        });
      },
    ).then((answers) => {
      for (const { target, result } of answers) repairs.set(target.name, result);
    });

    const outcomes = seen.map((answer) => outcomeOf(foundOn(answer, site, slots), repairs));
    const repaired = outcomes.filter(({ outcome }) => outcome === "repaired");
    if (repaired.length > 0) {
      const after = {
        targets: repaired.map(({ target, drift }) => ({ target, drift: drift.map((one) => ({ ...one })) })),
      };
      yield* noteRepairs(ports, siteId, { action: "site.reconciled", actor: options.actor ?? "system", after });
    }
    const reached = new Map<Target, TargetObservation | undefined>();
    for (const { target, result } of seen) {
      // What was repaired holds other releases now than were seen before.
      if (result?.isOk()) reached.set(target, repairs.has(target.name) ? undefined : result.value);
    }
    const pruned = yield* pruneReleases(ports, held, [...reached.keys()], reached);
    const inSync = outcomes.every(({ outcome }) => outcome !== "failed");
    return ok({ siteId, recoveries, targets: outcomes, pruned, inSync });
  });
}

type Repair = TargetAnswer<void>["result"];

function answerOf<T>(answers: readonly TargetAnswer<T>[], target: Target): TargetAnswer<T> | undefined {
  return answers.find((answer) => answer.target === target);
}

function foundOn(answer: TargetAnswer<TargetObservation> | undefined, site: Site, slots: readonly Slot[]): TargetDrift {
  const target = answer?.target.name ?? "";
  if (answer?.result?.isOk()) return { target, drift: driftOf(site, slots, answer.result.value, answer.target) };
  return { target, drift: [], problem: answer?.result?.isErr() ? answer.result.error : undefined };
}

function outcomeOf(found: TargetDrift, repairs: ReadonlyMap<string, Repair>): TargetReconciliation {
  const { target, drift, problem } = found;
  if (problem !== undefined) return { target, outcome: "failed", drift, problem };
  if (drift.length === 0) return { target, outcome: "in-sync", drift };
  const repair = repairs.get(target);
  if (repair?.isOk()) return { target, outcome: "repaired", drift };
  return { target, outcome: "failed", drift, problem: repair?.isErr() ? repair.error : undefined };
}
