import type { Manifest } from "../archive/manifest.ts";
import { type HostingErrorOf, hasCode, hostingError, isHostingError } from "../errors/index.ts";
import type { BlobStoreError } from "../ports/blob-store.ts";
import type { ProgressListener } from "../ports/call-options.ts";
import type { HostingPorts } from "../ports/hosting-ports.ts";
import type { StoreError } from "../ports/store/index.ts";
import type { ActivateOutcome, StageOutcome, Target } from "../ports/target.ts";
import type { PreviewGuard } from "../preview/preview.ts";
import { err, flow, ok, type Result, type ResultAsync } from "../result/index.ts";
import type { Revision } from "../revision/revision.ts";
import { askAll, type Flip, flipAll, flipBack, probeAll } from "./flip.ts";
import type { HeldLease, LeaseError } from "./hold-lease.ts";
import { probeSamples } from "./probe-target.ts";
import type { Publication } from "./publication.ts";
import { publicationAudit } from "./publication-audit.ts";
import { type RecordPublicationError, recordPublication } from "./record-publication.ts";
import { type ReleaseManifest, releaseIdOf } from "./release.ts";
import { encodeReleaseManifest } from "./release-manifest.ts";
import { releaseManifestOf } from "./release-records.ts";
import type { Slot, SlotName } from "./slot.ts";
import { stampTimes } from "./stamp-times.ts";
import { type TargetAnswer, type TargetFailureError, targetFailure } from "./target-failures.ts";
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
  /** The slot's record, read under this lease. */
  readonly current: Slot | undefined;
  readonly actor: string;
  readonly onProgress?: ProgressListener | undefined;
}

/** A publication, and what each target was sent for it. */
export interface RecordedPublication {
  readonly publication: Publication;
  readonly staged: ReadonlyMap<Target, StageOutcome>;
}

/**
 * Steps 3 to 6 of publishing, under a held lease: stage everywhere, barrier, flip everywhere, probe, record. The journal
 * is ahead of every step that a visitor could see, so a process killed anywhere is put right by `recoverPublications`.
 */
export function publishSlot(
  ports: HostingPorts,
  held: HeldLease,
  wanted: SlotPublication,
): ResultAsync<RecordedPublication, PublishSlotError> {
  return flow(async function* () {
    const { targets, actor } = wanted;
    const { publication: intended, manifest } = yield* begin(ports, held, wanted);

    const staged = await stageAll(ports, held, wanted, manifest);
    if (staged.some(({ result }) => result === undefined || result.isErr())) {
      return giveUp(ports, held, intended, wanted, failure(intended, "stage", "unchanged", staged));
    }

    const barrier = await advance(ports, held, intended, "staged");
    if (barrier.isErr()) return giveUp(ports, held, intended, wanted, barrier.error);
    const atBarrier = barrier.value;
    if (held.signal.aborted) return giveUp(ports, held, atBarrier, wanted, stopped(held));

    const { siteId, slot, release } = atBarrier;
    const flip: Flip & { readonly release: typeof release } = {
      siteId,
      slot,
      release,
      guard: wanted.guard,
      fencingToken: held.fencingToken,
      targets,
    };
    // From here to the record the caller's signal no longer counts: half a flip helps nobody.
    const flipped = await flipAll(ports, flip, held.lost);
    wanted.onProgress?.({ step: "activate", done: targets.length, total: targets.length, unit: "targets" });
    if (flipped.some(({ result }) => result?.isOk() !== true)) {
      return putBack(ports, held, atBarrier, wanted, flip, flipped, (state) =>
        failure(atBarrier, "activate", state, flipped),
      );
    }
    const activated = yield* advance(ports, held, atBarrier, "activated");

    const probed = await probeAll(ports, flip, probeSamples(manifest), held.lost);
    if (probed.some(({ result }) => result?.isOk() !== true)) {
      return putBack(ports, held, activated, wanted, flip, flipped, (state) =>
        failure(activated, "probe", state, probed),
      );
    }

    const recorded = await recordPublication(ports, held, activated, actor);
    if (recorded.isErr()) {
      // A refused record is certain; after anything else the record may have been written, and recovery will look.
      const refused = hasCode(recorded.error, "STORE_CONFLICT", "REVISION_TRANSITION_INVALID");
      if (!refused) return err(recorded.error);
      return putBack(ports, held, activated, wanted, flip, flipped, () => recorded.error);
    }
    return ok({ publication: recorded.value, staged: outcomes(staged) });
  });
}

interface Begun {
  readonly publication: Publication;
  readonly manifest: ReleaseManifest;
}

function begin(
  ports: HostingPorts,
  held: HeldLease,
  wanted: SlotPublication,
): ResultAsync<Begun, BlobStoreError | StoreError | HostingErrorOf<"LEASE_LOST"> | HostingErrorOf<"STORE_CONFLICT">> {
  return flow(async function* () {
    const { revision, slot, current, targets, actor } = wanted;
    const { fencingToken: number, signal } = held;
    const startedAt = ports.clock.now();
    const release = releaseIdOf(number, wanted.manifest.digest);
    const before = yield* releaseManifestOf(ports, current, { signal });
    const manifest = stampTimes(wanted.manifest, release, before, startedAt);
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
      state: "intended",
      startedAt,
    };
    const audit = publicationAudit("publication.started", publication, actor, startedAt);
    const written = yield* ports.store.beginPublication({ publication, audit }, { signal });
    ports.emit(audit);
    return ok({ publication: written, manifest });
  });
}

function stageAll(
  ports: HostingPorts,
  held: HeldLease,
  wanted: SlotPublication,
  manifest: ReleaseManifest,
): Promise<readonly TargetAnswer<StageOutcome>[]> {
  const { siteId } = wanted.revision;
  const { fencingToken, signal } = held;
  const { onProgress } = wanted;
  const stage = (target: Target, own: AbortSignal): ReturnType<Target["stage"]> =>
    target.stage(
      { siteId, manifest, blobs: ports.blobs, fencingToken },
      { signal: own, onProgress: onProgress && ((progress) => onProgress({ ...progress, target: target.name })) },
    );
  return askAll(ports, wanted.targets, signal, stage, true);
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

/** Some targets flipped: flip them back, then close the journal. If that fails, it stays open for recovery. */
async function putBack<E extends PublishSlotError>(
  ports: HostingPorts,
  held: HeldLease,
  publication: Publication,
  wanted: SlotPublication,
  flip: Flip,
  answers: readonly TargetAnswer<ActivateOutcome>[],
  reason: (state: "unchanged" | "unknown") => E,
): Promise<Result<never, E>> {
  const back = await flipBack(ports, flip, answers, publication.previous?.release ?? null, held.lost);
  const restored = back.every(({ result }) => result?.isOk() === true);
  if (!restored) return err(reason("unknown"));
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

function outcomes(answers: readonly TargetAnswer<StageOutcome>[]): ReadonlyMap<Target, StageOutcome> {
  const map = new Map<Target, StageOutcome>();
  for (const { target, result } of answers) if (result?.isOk()) map.set(target, result.value);
  return map;
}
