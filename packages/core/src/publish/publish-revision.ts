import type { Manifest } from "../archive/manifest.ts";
import { type HostingErrorOf, hostingError } from "../errors/index.ts";
import type { ActingOptions, WorkOptions } from "../ports/call-options.ts";
import type { HostingPorts } from "../ports/hosting-ports.ts";
import type { Target } from "../ports/target.ts";
import { err, flow, ok, type Result, type ResultAsync } from "../result/index.ts";
import { type LoadManifestError, loadManifest } from "../revision/load-manifest.ts";
import type { Revision, RevisionId } from "../revision/revision.ts";
import type { Site, SiteId } from "../site/site.ts";
import { askAll } from "./flip.ts";
import { type HeldLease, holdLease, type LeaseError } from "./hold-lease.ts";
import { type PruneOutcome, pruneReleases } from "./prune-releases.ts";
import type { Publication } from "./publication.ts";
import { type PublishSlotError, publishSlot } from "./publish-slot.ts";
import { type RecoverError, recoverPublications } from "./recover-publications.ts";
import { publicationOf, readSlot } from "./release-records.ts";
import type { Slot } from "./slot.ts";
import { targetsOf } from "./targets-of.ts";

/** Errors of `publish`. */
export type PublishError =
  | LeaseError
  | LoadManifestError
  | PublishSlotError
  | RecoverError
  | HostingErrorOf<"INVALID_INPUT">
  | HostingErrorOf<"PUBLISH_CONFLICT">
  | HostingErrorOf<"REVISION_FOREIGN">
  | HostingErrorOf<"REVISION_NOT_FOUND">;

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
  /** How long to wait for another publication of the site to end, in milliseconds; default 60,000. */
  readonly waitMs?: number | undefined;
}

/** What was sent to one target. */
export interface TargetDelivery {
  readonly target: string;
  readonly sentFiles: number;
  readonly sentBytes: number;
  readonly reusedFiles: number;
}

/** What publishing did. */
export interface PublishOutcome {
  /** `unchanged`: this content was live everywhere already, and nothing was done. */
  readonly outcome: "published" | "unchanged";
  /** The publication that made it so. */
  readonly publication: Publication;
  readonly deliveries: readonly TargetDelivery[];
  /** Old releases that were removed, and what went wrong with that. */
  readonly pruned: PruneOutcome;
}

/**
 * Makes a revision the site's live content on all its targets, or changes nothing. Publish, rollback and promotion are
 * this function.
 *
 * Atomic for readers on each target; idempotent (content that is live everywhere is `unchanged`); safe against other
 * publishers (one at a time by lease, late ones refused by fencing token); safe against being killed (the next call puts
 * right what was left, then does its own work). Cancelling works up to the flip; from there to the record it is finished.
 */
export function publishRevision(
  ports: HostingPorts,
  revisionId: RevisionId,
  options: PublishOptions = {},
): ResultAsync<PublishOutcome, PublishError> {
  const { signal } = options;
  return flow(async function* () {
    const revision = yield* ports.store.getRevision(revisionId, { signal });
    yield* checkOwner(revision, options.siteId);
    const manifest = yield* loadManifest(ports, revision, { signal });
    const site = yield* ports.store.getSite(revision.siteId, { signal });
    const targets = yield* targetsOf(ports, site);
    return ok(
      yield* holdLease(ports, site.id, { signal, waitMs: options.waitMs }, (held) =>
        underLease(ports, held, { revision, manifest, site, targets }, options),
      ),
    );
  });
}

interface Wanted {
  readonly revision: Revision;
  readonly manifest: Manifest;
  readonly site: Site;
  readonly targets: readonly Target[];
}

function underLease(
  ports: HostingPorts,
  held: HeldLease,
  wanted: Wanted,
  options: PublishOptions,
): ResultAsync<PublishOutcome, PublishError> {
  return flow(async function* () {
    const { revision, manifest, site, targets } = wanted;
    const { onProgress, actor = "system" } = options;
    yield* recoverPublications(ports, held, targets);
    const current = yield* readSlot(ports, site.id, "live", { signal: held.signal });
    yield* checkExpected(site.id, current, options);
    if (options.force !== true && current !== undefined && current.manifestDigest === manifest.digest) {
      const standing = yield* standingPublication(ports, held, current, targets);
      // Also then: whoever was killed after recording, or while putting right, has left something for this.
      if (standing !== undefined) return ok(unchanged(standing, await tidy(ports, held, targets)));
    }
    const { publication, staged } = yield* publishSlot(ports, held, {
      revision,
      manifest,
      slot: "live",
      targets,
      current,
      actor,
      onProgress,
    });
    return ok({
      outcome: "published" as const,
      publication,
      deliveries: [...staged].map(([target, sent]) => ({ target: target.name, ...sent })),
      pruned: await tidy(ports, held, targets),
    });
  });
}

/** Prunes; a failure of that is told, and does not undo what has been published. */
async function tidy(ports: HostingPorts, held: HeldLease, targets: readonly Target[]): Promise<PruneOutcome> {
  const pruned = await pruneReleases(ports, held, targets);
  return pruned.isOk() ? pruned.value : { discarded: [], problems: [pruned.error] };
}

function unchanged(publication: Publication, pruned: PruneOutcome): PublishOutcome {
  return { outcome: "unchanged", publication, deliveries: [], pruned };
}

/** The publication on record, if every target is seen to show its release. One that can't be looked at is no proof. */
function standingPublication(
  ports: HostingPorts,
  held: HeldLease,
  current: Slot,
  targets: readonly Target[],
): ResultAsync<Publication | undefined, PublishError> {
  return flow(async function* () {
    const seen = await askAll(ports, targets, held.signal, (target, signal) =>
      target.observe(current.siteId, { signal }),
    );
    const everywhere = seen.every(
      ({ result }) => result?.isOk() === true && result.value.slots.get("live") === current.release,
    );
    return ok(everywhere ? yield* publicationOf(ports, current, { signal: held.signal }) : undefined);
  });
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
