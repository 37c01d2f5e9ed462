import type { Manifest } from "../archive/manifest.ts";
import { type HostingErrorOf, hostingError } from "../errors/index.ts";
import type { ActingOptions, WorkOptions } from "../ports/call-options.ts";
import type { HostingPorts } from "../ports/hosting-ports.ts";
import type { StoreError } from "../ports/store/index.ts";
import type { Target, TargetObservation } from "../ports/target.ts";
import { err, flow, ok, okAsync, type Result, type ResultAsync } from "../result/index.ts";
import { type LoadManifestError, loadManifest } from "../revision/load-manifest.ts";
import type { Revision, RevisionId } from "../revision/revision.ts";
import type { SiteId } from "../site/site.ts";
import { askAll } from "./ask-targets.ts";
import { checkFleetPolicy, type FleetPolicy, requiredTargets } from "./fleet-policy.ts";
import { fleetPolicyOf } from "./fleet-policy-of.ts";
import { checkNotFrozen } from "./freeze-site.ts";
import { type HeldLease, holdLease, type LeaseError } from "./hold-lease.ts";
import type { PublicLook } from "./probe-public-name.ts";
import { type PruneOutcome, pruneReleases } from "./prune-releases.ts";
import type { Publication } from "./publication.ts";
import { type PublishSlotError, publishSlot } from "./publish-slot.ts";
import { type RecoverError, recoverPublications } from "./recover-publications.ts";
import { publicationOf, readSlot } from "./release-records.ts";
import { isUnsettled, settlePublication } from "./settle-publication.ts";
import type { Slot } from "./slot.ts";
import type { TargetResult } from "./target-result.ts";
import { targetsOf } from "./targets-of.ts";

/** Errors of `publish`, with an idempotency key or without. */
export type PublishError =
  | LeaseError
  | LoadManifestError
  | PublishSlotError
  | RecoverError
  | HostingErrorOf<"IDEMPOTENCY_CONFLICT">
  | HostingErrorOf<"IDEMPOTENCY_IN_PROGRESS">
  | HostingErrorOf<"IDEMPOTENCY_RESULT_LOST">
  | HostingErrorOf<"INVALID_INPUT">
  | HostingErrorOf<"PUBLISH_CONFLICT">
  | HostingErrorOf<"REVISION_FOREIGN">
  | HostingErrorOf<"REVISION_NOT_FOUND">
  | HostingErrorOf<"SITE_FROZEN">;

/** Options of `publish`. */
export interface PublishOptions extends ActingOptions, WorkOptions {
  /** Refuse with `REVISION_FOREIGN` unless the revision is this site's. For hosts that take both from a request. */
  readonly siteId?: SiteId | undefined;
  /**
   * Publish only if this revision is live now (`null`: only if nothing is), else `PUBLISH_CONFLICT`. Like git's
   * force-with-lease: nobody's work in between is lost unseen.
   */
  readonly expectCurrent?: RevisionId | null | undefined;
  /** Like `expectCurrent`, but by the live publication's number: also the same revision published anew is refused. */
  readonly expectPublication?: number | null | undefined;
  /**
   * Lay the content out anew although it is live everywhere: for a release that was damaged where it is served. Default
   * false: then it is `unchanged`.
   */
  readonly force?: boolean | undefined;
  /** How many targets have to show it; default what the hosting says for the site, else `all-or-nothing`. */
  readonly policy?: FleetPolicy | undefined;
  /** Targets worked on at once while staging, probing and pruning; default what the hosting says, else 8. */
  readonly concurrency?: number | undefined;
  /** How long to wait for another publication of the site to end, in milliseconds; default 60,000. */
  readonly waitMs?: number | undefined;
}

/**
 * Told of a publication under its lease, before anything of it is written. Its error ends the call with nothing done: for
 * callers that must find the publication again after they have died.
 */
export type BeforePublication = (publication: {
  readonly siteId: SiteId;
  readonly number: number;
}) => ResultAsync<void, StoreError | HostingErrorOf<"IDEMPOTENCY_IN_PROGRESS">>;

/** What publishing did. */
export interface PublishOutcome {
  /** `unchanged`: this content was live already, as the policy asks, and nothing was done. */
  readonly outcome: "published" | "unchanged";
  /** The publication that made it so, with how its targets flipped. */
  readonly publication: Publication;
  /** What became of each target, what it was sent, and how long it took; nothing when `unchanged`. */
  readonly deliveries: readonly TargetResult[];
  /** Names of the targets that do not show it, or can't be asked. Empty under `all-or-nothing`. */
  readonly behind: readonly string[];
  /** What was seen by the site's public name; absent when `unchanged`, and where nobody looks. */
  readonly publicLook?: PublicLook | undefined;
  /** Old releases that were removed, and what went wrong with that. */
  readonly pruned: PruneOutcome;
}

/**
 * Makes a revision the site's live content on as many of its targets as the policy asks (default: on all), or changes
 * nothing. Publish, rollback and promotion are this function.
 *
 * Atomic for readers on each target; idempotent (content that is live everywhere is `unchanged`); safe against other
 * publishers (one at a time by lease, late ones refused by fencing token); safe against being killed (the next call puts
 * right what was left, then does its own work). Cancelling works up to the flip; from there to the record it is finished.
 */
export function publishRevision(
  given: HostingPorts,
  revisionId: RevisionId,
  options: PublishOptions = {},
  before: BeforePublication = () => okAsync(undefined),
): ResultAsync<PublishOutcome, PublishError> {
  const { signal, waitMs } = options;
  const ports = withConcurrency(given, options.concurrency);
  return flow(async function* () {
    yield* checkConcurrency(options.concurrency);
    const revision = yield* ports.store.getRevision(revisionId, { signal });
    yield* checkOwner(revision, options.siteId);
    const manifest = yield* loadManifest(ports, revision, { signal });
    const done = await holdLease(ports, revision.siteId, { signal, waitMs }, (held) =>
      underLease(ports, held, { revision, manifest, before }, options),
    );
    if (done.isOk() || !isUnsettled(done.error)) return done;
    const settled = await settlePublication(ports, done.error, options.policy);
    if (settled.isErr()) return err(settled.error);
    return ok(publishedAs(settled.value, { discarded: [], problems: [] }));
  });
}

interface Wanted {
  readonly revision: Revision;
  readonly manifest: Manifest;
  readonly before: BeforePublication;
}

function underLease(
  ports: HostingPorts,
  held: HeldLease,
  { revision, manifest, before }: Wanted,
  options: PublishOptions,
): ResultAsync<PublishOutcome, PublishError> {
  return flow(async function* () {
    const { onProgress, actor = "system" } = options;
    // Read now, for it may have been frozen or moved while this call waited.
    const site = yield* ports.store.getSite(revision.siteId, { signal: held.signal });
    yield* checkNotFrozen(site);
    const targets = yield* targetsOf(ports, site);
    const policy = options.policy ?? fleetPolicyOf(ports, site);
    yield* checkFleetPolicy(policy, targets.length);
    yield* recoverPublications(ports, held, targets, policy);
    const current = yield* readSlot(ports, site.id, "live", { signal: held.signal });
    yield* checkExpected(site.id, current, options);
    if (options.force !== true && current !== undefined && current.manifestDigest === manifest.digest) {
      const standing = yield* standingPublication(ports, held, current, targets, policy);
      // Also then: whoever was killed after recording, or while putting right, has left something for this.
      if (standing !== undefined) {
        const pruned = await tidy(ports, held, standing.reached);
        const { publication, behind } = standing;
        return ok({ outcome: "unchanged" as const, publication, deliveries: [], behind, pruned });
      }
    }
    yield* before({ siteId: site.id, number: held.fencingToken });
    const { publication, reached, publicLook } = yield* publishSlot(ports, held, {
      revision,
      manifest,
      slot: "live",
      targets,
      policy,
      current,
      publicly: site.state === "live",
      actor,
      onProgress,
    });
    const outcome = publishedAs(publication, await tidy(ports, held, reached));
    return ok(publicLook === undefined ? outcome : { ...outcome, publicLook });
  });
}

/** The outcome of a publication that is recorded. */
export function publishedAs(publication: Publication, pruned: PruneOutcome): PublishOutcome {
  const { results: deliveries = [] } = publication;
  const behind = deliveries.filter(({ outcome }) => outcome === "behind").map(({ target }) => target);
  return { outcome: "published", publication, deliveries, behind, pruned };
}

type Reached = ReadonlyMap<Target, TargetObservation | undefined>;

/** Prunes; a failure of that is told, and does not undo what has been published. */
async function tidy(ports: HostingPorts, held: HeldLease, reached: Reached): Promise<PruneOutcome> {
  const pruned = await pruneReleases(ports, held, [...reached.keys()], reached);
  return pruned.isOk() ? pruned.value : { discarded: [], problems: [pruned.error] };
}

interface Standing {
  readonly publication: Publication;
  readonly behind: readonly string[];
  readonly reached: Reached;
}

/**
 * The publication on record, if as many targets as the policy asks are seen to show its release, and none is seen to show
 * another. One that can't be looked at is no proof.
 */
function standingPublication(
  ports: HostingPorts,
  held: HeldLease,
  current: Slot,
  targets: readonly Target[],
  policy: FleetPolicy,
): ResultAsync<Standing | undefined, PublishError> {
  return flow(async function* () {
    const seen = await askAll(ports, targets, held.signal, (target, signal) =>
      target.observe(current.siteId, { signal }),
    );
    const reached = new Map<Target, TargetObservation>();
    for (const { target, result } of seen) if (result?.isOk()) reached.set(target, result.value);
    const shown = [...reached.values()].every(({ slots }) => slots.get("live") === current.release);
    if (!shown || reached.size < requiredTargets(policy, targets.length)) return ok(undefined);
    const publication = yield* publicationOf(ports, current, { signal: held.signal });
    if (publication === undefined) return ok(undefined);
    const behind = targets.filter((target) => !reached.has(target)).map(({ name }) => name);
    return ok({ publication, behind, reached });
  });
}

function withConcurrency(ports: HostingPorts, targetConcurrency: number | undefined): HostingPorts {
  if (targetConcurrency === undefined) return ports;
  return { ...ports, publishing: { ...ports.publishing, targetConcurrency } };
}

function checkConcurrency(concurrency: number | undefined): Result<void, HostingErrorOf<"INVALID_INPUT">> {
  if (concurrency === undefined || (Number.isInteger(concurrency) && concurrency >= 1)) return ok(undefined);
  const problem = "must be a whole number from 1";
  return err(hostingError("INVALID_INPUT", `The concurrency ${problem}.`, { field: "concurrency", problem }));
}

function checkOwner(revision: Revision, siteId: SiteId | undefined): Result<void, HostingErrorOf<"REVISION_FOREIGN">> {
  if (siteId === undefined || revision.siteId === siteId) return ok(undefined);
  const details = { revisionId: revision.id, siteId, actualSiteId: revision.siteId };
  return err(hostingError("REVISION_FOREIGN", `Revision ${revision.id} belongs to another site.`, details));
}

function checkExpected(
  siteId: SiteId,
  current: Slot | undefined,
  options: PublishOptions,
): Result<void, HostingErrorOf<"PUBLISH_CONFLICT">> {
  const revision = current?.revisionId ?? null;
  const publication = current?.publication ?? null;
  const { expectCurrent = revision, expectPublication = publication } = options;
  if (expectCurrent !== revision) return conflict(siteId, expectCurrent, revision);
  if (expectPublication !== publication)
    return conflict(siteId, `publication ${expectPublication}`, `publication ${publication}`);
  return ok(undefined);
}

function conflict(
  siteId: SiteId,
  expected: string | null,
  actual: string | null,
): Result<never, HostingErrorOf<"PUBLISH_CONFLICT">> {
  const message = `Expected ${expected ?? "nothing"} to be live, but it is ${actual ?? "nothing"}.`;
  return err(hostingError("PUBLISH_CONFLICT", message, { siteId, expected, actual }));
}
