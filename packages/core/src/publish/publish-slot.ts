import { type HostingErrorOf, hasCode } from "../errors/index.ts";
import type { BlobStoreError } from "../ports/blob-store.ts";
import type { ProgressListener } from "../ports/call-options.ts";
import type { HostingPorts } from "../ports/hosting-ports.ts";
import type { StoreError } from "../ports/store/index.ts";
import type { ActivateOutcome, StageOutcome, Target, TargetObservation } from "../ports/target.ts";
import { err, flow, ok, type ResultAsync } from "../result/index.ts";
import { advancePublication } from "./advance-publication.ts";
import { enough, succeeded } from "./enough-targets.ts";
import { requiredTargets } from "./fleet-policy.ts";
import { flipBack, probeAll } from "./flip.ts";
import { putBack, stepFailure } from "./give-up.ts";
import type { HeldLease } from "./hold-lease.ts";
import { latestStamp } from "./latest-stamp.ts";
import { prepareRelease } from "./prepare-release.ts";
import { type PublicLook, probePublicName, publicFailure } from "./probe-public-name.ts";
import { probeSamples } from "./probe-target.ts";
import type { Publication } from "./publication.ts";
import { publicationAudit } from "./publication-audit.ts";
import { type RecordPublicationError, recordPublication } from "./record-publication.ts";
import { type ReleaseId, releaseIdOf } from "./release.ts";
import { encodeReleaseManifest } from "./release-manifest.ts";
import { releaseManifestOf } from "./release-records.ts";
import type { BegunPublication, SlotPublication } from "./slot-publication.ts";
import { type StageAndFlipError, stageAndFlip } from "./stage-and-flip.ts";
import type { TargetAnswer } from "./target-failures.ts";
import { flipTiming, targetResults } from "./target-result.ts";

/** Errors of the steps of a publication. */
export type PublishSlotError = BlobStoreError | RecordPublicationError | StageAndFlipError | StoreError;

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
    const { onProgress } = wanted;
    const samples = probeSamples(begun.manifest);
    const launched = yield* await stageAndFlip(ports, held, wanted, begun, samples);
    const { staged, flipped } = launched;
    // From the flip to the record the caller's signal no longer counts: half a flip helps nobody.
    tellEach("activate", flipped, onProgress);
    if (!enough(flipped, required)) {
      return putBack(ports, held, launched.publication, wanted, flipped, (state) =>
        stepFailure(launched.publication, "activate", state, flipped),
      );
    }
    const activated = yield* advancePublication(ports, held, launched.publication, "activated");

    const { siteId, slot, release } = activated;
    const shown = { siteId, slot, release, fencingToken: held.fencingToken, targets: succeeded(flipped) };
    const probed = await probeAll(ports, shown, samples, held.lost, flipped);
    tellEach("probe", probed, onProgress);
    if (!enough(probed, required)) {
      return putBack(ports, held, activated, wanted, flipped, (state) =>
        stepFailure(activated, "probe", state, probed),
      );
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

function begin(
  ports: HostingPorts,
  held: HeldLease,
  wanted: SlotPublication,
): ResultAsync<
  BegunPublication,
  BlobStoreError | StoreError | HostingErrorOf<"LEASE_LOST"> | HostingErrorOf<"STORE_CONFLICT">
> {
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
