import type { Manifest } from "../archive/manifest.ts";
import { type HostingErrorOf, hasCode, hostingError, isHostingError } from "../errors/index.ts";
import type { BlobStoreError } from "../ports/blob-store.ts";
import type { ProgressListener } from "../ports/call-options.ts";
import type { HostingPorts } from "../ports/hosting-ports.ts";
import type { StoreError } from "../ports/store/index.ts";
import type { ActivateOutcome, StageOutcome, Target, TargetObservation } from "../ports/target.ts";
import type { PreviewGuard } from "../preview/preview.ts";
import { err, flow, ok, type Result, type ResultAsync } from "../result/index.ts";
import type { Revision } from "../revision/revision.ts";
import { askAll } from "./ask-targets.ts";
import { type FleetPolicy, requiredTargets } from "./fleet-policy.ts";
import { flipAll, flipBack, mayHaveFlipped, probeAll } from "./flip.ts";
import type { HeldLease, LeaseError } from "./hold-lease.ts";
import { latestStamp } from "./latest-stamp.ts";
import { prepareRelease } from "./prepare-release.ts";
import { type PublicLook, probePublicName, publicFailure } from "./probe-public-name.ts";
import { probeSamples } from "./probe-target.ts";
import type { Publication } from "./publication.ts";
import { publicationAudit } from "./publication-audit.ts";
import { type RecordPublicationError, recordPublication } from "./record-publication.ts";
import { type ReleaseId, type ReleaseManifest, releaseIdOf } from "./release.ts";
import { encodeReleaseManifest } from "./release-manifest.ts";
import { releaseManifestOf } from "./release-records.ts";
import type { Slot, SlotName } from "./slot.ts";
import { type TargetAnswer, type TargetFailureError, targetFailure } from "./target-failures.ts";
import { flipTiming, targetResults } from "./target-result.ts";
import { type UndoPublicationError, undoPublication } from "./undo-publication.ts";

/** Errors of the steps of a publication. */
export type PublishSlotError =
  | BlobStoreError
  | LeaseError
  | RecordPublicationError
  | StoreError
  | TargetFailureError
  | UndoPublicationError;

/** What to show, where. */
export interface SlotPublication {
  readonly revision: Revision;
  readonly manifest: Manifest;
  readonly slot: SlotName;
  readonly guard?: PreviewGuard | undefined;
  readonly targets: readonly Target[];
  /** How many of the targets have to show it. */
  readonly policy: FleetPolicy;
  /** The slot's record, read under this lease. */
  readonly current: Slot | undefined;
  /** Paths that were served with other bytes than these: they get a new time, so that nobody keeps those. */
  readonly restamp?: ReadonlySet<string> | "all" | undefined;
  /** Look at it by the site's public name, too, if the host can. */
  readonly publicly?: boolean | undefined;
  readonly actor: string;
  readonly onProgress?: ProgressListener | undefined;
}

/** A publication, and where the publisher may clear up after it. */
export interface RecordedPublication {
  readonly publication: Publication;
  /** Targets that answered, and what each showed and held after its flip, if it said so. */
  readonly reached: ReadonlyMap<Target, TargetObservation | undefined>;
  readonly publicLook?: PublicLook | undefined;
}

/**
 * Steps 3 to 6 of publishing, under a held lease: stage everywhere, barrier, flip everywhere, probe, record. The journal
 * is ahead of every step that a visitor could see, so a process killed anywhere is put right by `recoverPublications`.
 *
 * Where the policy lets targets fail, a target that fails at a step is left out of the next, and recorded as behind.
 */
export function publishSlot(
  ports: HostingPorts,
  held: HeldLease,
  wanted: SlotPublication,
): ResultAsync<RecordedPublication, PublishSlotError> {
  return flow(async function* () {
    const { targets, policy, actor } = wanted;
    const required = requiredTargets(policy, targets.length);
    const begun = yield* begin(ports, held, wanted);
    const { publication: intended, manifest } = begun;

    const staged = await stageAll(ports, held, wanted, begun, targets.length - required);
    if (!enough(staged, required)) {
      return giveUp(ports, held, intended, wanted, failure(intended, "stage", "unchanged", staged));
    }

    const barrier = await advance(ports, held, intended, "staged");
    if (barrier.isErr()) return giveUp(ports, held, intended, wanted, barrier.error);
    const atBarrier = barrier.value;
    if (held.signal.aborted) return giveUp(ports, held, atBarrier, wanted, stopped(held));

    const { siteId, slot, release } = atBarrier;
    const { guard, onProgress } = wanted;
    const samples = probeSamples(manifest);
    const { fencingToken } = held;
    const flip = { siteId, slot, release, guard, samples, fencingToken, targets: succeeded(staged) };
    // From here to the record the caller's signal no longer counts: half a flip helps nobody.
    const flipped = await flipAll(ports, flip, held.lost);
    tellEach("activate", flipped, onProgress);
    if (!enough(flipped, required)) {
      return putBack(ports, held, atBarrier, wanted, flipped, (state) =>
        failure(atBarrier, "activate", state, flipped),
      );
    }
    const activated = yield* advance(ports, held, atBarrier, "activated");

    const shown = { ...flip, targets: succeeded(flipped) };
    const probed = await probeAll(ports, shown, samples, held.lost, flipped);
    tellEach("probe", probed, onProgress);
    if (!enough(probed, required)) {
      return putBack(ports, held, activated, wanted, flipped, (state) => failure(activated, "probe", state, probed));
    }
    const shows = await takeBackWrong(ports, held, activated, flipped, probed);

    const look = wanted.publicly === true ? await probePublicName(ports, activated, samples, held.lost) : undefined;
    if (look?.outcome === "wrong") {
      return putBack(ports, held, activated, wanted, flipped, (state) => publicFailure(activated, look.problem, state));
    }

    const results = targetResults({ staged, flipped, probed, shows });
    const recorded = await recordPublication(ports, held, activated, actor, { results, flip: flipTiming(flipped) });
    if (recorded.isErr()) {
      // A refused record is certain; after anything else the record may have been written, and recovery will look.
      const refused = hasCode(recorded.error, "STORE_CONFLICT", "REVISION_TRANSITION_INVALID");
      if (!refused) return err(recorded.error);
      return putBack(ports, held, activated, wanted, flipped, () => recorded.error);
    }
    return ok({ publication: recorded.value, reached: reachedOf(staged, flipped, probed), publicLook: look });
  });
}

/**
 * Whether a step went well on as many targets as the policy asks. A target that says `FENCED` has seen a later publisher:
 * then this one has no say any more, whatever the policy.
 */
function enough(answers: readonly TargetAnswer<unknown>[], required: number): boolean {
  const fenced = answers.some(({ result }) => result?.isErr() === true && hasCode(result.error, "FENCED"));
  return !fenced && succeeded(answers).length >= required;
}

function succeeded(answers: readonly TargetAnswer<unknown>[]): readonly Target[] {
  return answers.filter(({ result }) => result?.isOk() === true).map(({ target }) => target);
}

/**
 * Under a policy that lets targets fail: one that was seen to serve the new release wrongly goes back to what it showed.
 * Gives what the targets that are behind show now, as far as is known.
 */
async function takeBackWrong(
  ports: HostingPorts,
  held: HeldLease,
  publication: Publication,
  flipped: readonly TargetAnswer<ActivateOutcome>[],
  probed: readonly TargetAnswer<void>[],
): Promise<ReadonlyMap<string, ReleaseId | null>> {
  const shows = new Map<string, ReleaseId | null>();
  const wrong = probed.filter(({ result }) => result?.isErr() === true && hasCode(result.error, "PROBE_FAILED"));
  const answers = flipped.filter(({ target }) => wrong.some((probe) => probe.target === target));
  const { siteId, slot, previous, release } = publication;
  const back = { siteId, slot, fencingToken: held.fencingToken };
  for (const { target, result } of await flipBack(ports, back, answers, previous?.release ?? null, held.lost)) {
    const before = answers.find((answer) => answer.target === target)?.result;
    if (result?.isOk() !== true) shows.set(target.name, release);
    else if (before?.isOk()) shows.set(target.name, before.value.changed ? before.value.previous : release);
  }
  return shows;
}

function tellEach(step: string, answers: readonly TargetAnswer<unknown>[], onProgress?: ProgressListener): void {
  const total = answers.length;
  answers.forEach(({ target }, index) => {
    onProgress?.({ step, done: index + 1, total, unit: "targets", target: target.name });
  });
}

/** A full disk is worth clearing up on; a target that could not be reached is not worth waiting for again. */
function reachedOf(
  staged: readonly TargetAnswer<StageOutcome>[],
  flipped: readonly TargetAnswer<ActivateOutcome>[],
  probed: readonly TargetAnswer<void>[],
): ReadonlyMap<Target, TargetObservation | undefined> {
  const reached = new Map<Target, TargetObservation | undefined>();
  const well = new Set(succeeded(probed));
  for (const { target, result } of flipped) {
    if (well.has(target) && result?.isOk()) reached.set(target, result.value.observed);
  }
  for (const { target, result } of staged) {
    if (result?.isErr() && hasCode(result.error, "STORAGE_FULL")) reached.set(target, undefined);
  }
  return reached;
}

interface Begun {
  readonly publication: Publication;
  readonly manifest: ReleaseManifest;
  /** What is live on record; `null`: nothing, or nothing is known of it. */
  readonly before: ReleaseManifest | null;
}

function begin(
  ports: HostingPorts,
  held: HeldLease,
  wanted: SlotPublication,
): ResultAsync<Begun, BlobStoreError | StoreError | HostingErrorOf<"LEASE_LOST"> | HostingErrorOf<"STORE_CONFLICT">> {
  return flow(async function* () {
    const { revision, slot, current, targets, policy, actor } = wanted;
    const { fencingToken: number, signal } = held;
    const startedAt = ports.clock.now();
    const release = releaseIdOf(number, wanted.manifest.digest);
    const before = yield* releaseManifestOf(ports, current, { signal });
    const laterThanSeconds = yield* latestStamp(ports, revision.siteId, before, { signal });
    const { restamp } = wanted;
    const content = { manifest: wanted.manifest, release, before, now: startedAt, laterThanSeconds, restamp };
    const manifest = yield* prepareRelease(ports, content, { signal });
    const blob = yield* ports.blobs.put({ bytes: encodeReleaseManifest(manifest) }, { signal });
    const publication: Publication = {
      siteId: revision.siteId,
      number,
      slot,
      revisionId: revision.id,
      manifestDigest: wanted.manifest.digest,
      release,
      releaseManifestBlob: blob.sha256,
      previous:
        current === undefined
          ? null
          : { release: current.release, revisionId: current.revisionId, publication: current.publication },
      targets: targets.map((target) => target.name),
      policy,
      state: "intended",
      startedAt,
    };
    const audit = publicationAudit("publication.started", publication, actor, startedAt);
    const written = yield* ports.store.beginPublication({ publication, audit }, { signal });
    ports.emit(audit);
    return ok({ publication: written, manifest, before: before ?? null });
  });
}

function stageAll(
  ports: HostingPorts,
  held: HeldLease,
  wanted: SlotPublication,
  { manifest, before }: Begun,
  tolerate: number,
): Promise<readonly TargetAnswer<StageOutcome>[]> {
  const { siteId } = wanted.revision;
  const { fencingToken, signal } = held;
  const { onProgress } = wanted;
  const stage = (target: Target, own: AbortSignal): ReturnType<Target["stage"]> =>
    target.stage(
      { siteId, manifest, before, blobs: ports.blobs, fencingToken },
      { signal: own, onProgress: onProgress && ((progress) => onProgress({ ...progress, target: target.name })) },
    );
  return askAll(ports, wanted.targets, signal, stage, { tolerate, timeoutMs: ports.publishing.stageTimeoutMs });
}

/** Renews the lease, so that it is surely ours while the step that follows is done, and writes the journal. */
function advance(
  ports: HostingPorts,
  held: HeldLease,
  publication: Publication,
  to: "staged" | "activated",
): ResultAsync<Publication, LeaseError | UndoPublicationError> {
  return flow(async function* () {
    yield* held.confirm();
    const { siteId, number, state: from } = publication;
    const { fencingToken } = held;
    return ok(yield* ports.store.advancePublication({ siteId, number, from, to, fencingToken, at: ports.clock.now() }));
  });
}

/** Nothing was flipped: close the journal, and tell why. If closing fails too, recovery closes it. */
async function giveUp<E extends PublishSlotError>(
  ports: HostingPorts,
  held: HeldLease,
  publication: Publication,
  wanted: SlotPublication,
  reason: E,
): Promise<Result<never, E>> {
  const why = { failure: reason.code, actor: wanted.actor };
  // The first error is the one to tell; one of closing leaves the journal open, and the next run closes it.
  void (await undoPublication(ports, held, publication, wanted.targets, why));
  return err(reason);
}

/**
 * Some targets flipped: flip them back, then close the journal. It stays open for recovery when a target could not be put
 * back, and also when a flip had no clear answer: that one may still be on its way, and only the higher fencing token of
 * the next lease keeps it out.
 */
async function putBack<E extends PublishSlotError>(
  ports: HostingPorts,
  held: HeldLease,
  publication: Publication,
  wanted: SlotPublication,
  flipped: readonly TargetAnswer<ActivateOutcome>[],
  reason: (state: "unchanged" | "unknown") => E,
): Promise<Result<never, E>> {
  const { siteId, slot, previous } = publication;
  const flip = { siteId, slot, fencingToken: held.fencingToken };
  const back = await flipBack(ports, flip, flipped, previous?.release ?? null, held.lost);
  const clear = flipped.every(({ result }) => result?.isErr() !== true || !mayHaveFlipped(result.error));
  const restored = back.every(({ result }) => result?.isOk() === true);
  if (!clear || !restored) return err(reason("unknown"));
  return giveUp(ports, held, publication, wanted, reason("unchanged"));
}

function failure<T>(
  publication: Publication,
  step: string,
  state: "unchanged" | "unknown",
  answers: readonly TargetAnswer<T>[],
): TargetFailureError {
  return targetFailure(answers, { siteId: publication.siteId, publication: publication.number, step, state });
}

/** Why the work under a lease was stopped: the lease's own error, or the caller's wish. */
function stopped(held: HeldLease): LeaseError {
  const { reason } = held.lost;
  if (held.lost.aborted && isHostingError(reason)) return reason as LeaseError;
  return hostingError("ABORTED", "Publishing was ended by its caller before anything was visible.", {
    operation: "publish",
  });
}
