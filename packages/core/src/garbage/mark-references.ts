import { type HostingError, hasCode } from "../errors/index.ts";
import type { BlobStoreError } from "../ports/blob-store.ts";
import type { CallOptions } from "../ports/call-options.ts";
import type { HostingPorts } from "../ports/hosting-ports.ts";
import type { StoreError } from "../ports/store/index.ts";
import type { Publication } from "../publish/publication.ts";
import { manifestOfPublication, publicationOf } from "../publish/release-records.ts";
import type { Slot } from "../publish/slot.ts";
import { err, flow, ok, type Result, type ResultAsync } from "../result/index.ts";
import { readManifest } from "../revision/load-manifest.ts";
import type { Revision, RevisionId } from "../revision/revision.ts";
import type { SiteId } from "../site/site.ts";

/** A revision whose files nobody can name, because its manifest can't be read. */
export interface LostManifest {
  readonly revisionId: RevisionId;
  readonly error: HostingError;
}

/** How to mark. */
export interface MarkOptions extends CallOptions {
  /** Told after each site. */
  readonly onSite?: ((sites: number) => void) | undefined;
}

/** The names of all blobs that a record refers to, each told to `keep`; revisions that could not be followed are given back. */
export function markReferences(
  ports: HostingPorts,
  keep: (sha256: string) => void,
  options: MarkOptions,
): ResultAsync<readonly LostManifest[], BlobStoreError | StoreError> {
  const { signal } = options;
  return flow(async function* () {
    const lost: LostManifest[] = [];
    const followed = new Set<string>();
    let sites = 0;
    let after: string | undefined;
    do {
      const page = yield* ports.store.listSites({ after, limit: 1000, signal });
      for (const { id } of page.items) {
        // Slots first: whatever a slot shows by now is a revision that exists by now.
        const slots = yield* ports.store.listSlots(id, { signal });
        yield* markPublications(ports, id, slots, keep, options);
        lost.push(...(yield* markRevisions(ports, { siteId: id, slots, followed }, keep, options)));
        sites += 1;
        options.onSite?.(sites);
      }
      after = page.next;
    } while (after !== undefined);
    return ok(lost);
  });
}

/**
 * The releases that a slot shows, that may be shown again, or that are under way: how they were laid out, and their files,
 * of which some (compressed ones, assets kept for a while) are in no revision. A layout that is lost is made anew by the
 * next publication, and blocks nothing.
 */
function markPublications(
  ports: HostingPorts,
  siteId: SiteId,
  slots: readonly Slot[],
  keep: (sha256: string) => void,
  { signal }: CallOptions,
): ResultAsync<void, BlobStoreError | StoreError> {
  return flow(async function* () {
    const publications = new Map<number, Publication>();
    for (const slot of slots) {
      const publication = yield* publicationOf(ports, slot, { signal });
      if (publication !== undefined) publications.set(publication.number, publication);
    }
    const states = ["intended", "staged", "activated"] as const;
    const limit = Math.min(1000, Math.max(1, ports.publishing.keepReleases));
    for (const request of [
      { siteId, states, limit: 1000 },
      { siteId, slot: "live", states: ["recorded"], limit },
    ] as const) {
      const { items } = yield* ports.store.listPublications(request, { signal });
      for (const publication of items) publications.set(publication.number, publication);
    }
    for (const publication of publications.values()) {
      keep(publication.releaseManifestBlob);
      const manifest = yield* await manifestOfPublication(ports, publication, { signal });
      for (const { sha256 } of manifest?.files ?? []) keep(sha256);
    }
    return ok(undefined);
  });
}

function markRevisions(
  ports: HostingPorts,
  site: { readonly siteId: SiteId; readonly slots: readonly Slot[]; readonly followed: Set<string> },
  keep: (sha256: string) => void,
  { signal }: CallOptions,
): ResultAsync<readonly LostManifest[], BlobStoreError | StoreError> {
  const { siteId, slots, followed } = site;
  return flow(async function* () {
    const lost: LostManifest[] = [];
    const shown = new Set(slots.map(({ revisionId }) => revisionId));
    let after: string | undefined;
    do {
      const page = yield* ports.store.listRevisions({ siteId, after, limit: 1000 }, { signal });
      for (const revision of page.items) {
        if (keepsArchive(ports, revision)) keep(revision.archive.sha256);
        const { id: revisionId, manifestDigest } = revision;
        if (manifestDigest === undefined || followed.has(manifestDigest)) continue;
        if (!shown.has(revisionId) && !keepsFiles(ports, revision)) continue;
        keep(manifestDigest);
        const error = yield* await follow(ports, manifestDigest, keep, signal);
        if (error === undefined) followed.add(manifestDigest);
        else lost.push({ revisionId, error });
      }
      after = page.next;
    } while (after !== undefined);
    return ok(lost);
  });
}

/** Marks a manifest's files. A manifest that is gone or damaged is told, any other error ends the marking. */
async function follow(
  ports: HostingPorts,
  digest: string,
  keep: (sha256: string) => void,
  signal: AbortSignal | undefined,
): Promise<Result<HostingError | undefined, BlobStoreError>> {
  const manifest = await readManifest(ports, digest, { signal });
  if (manifest.isOk()) {
    for (const { sha256 } of manifest.value.files) keep(sha256);
    return ok(undefined);
  }
  const { error } = manifest;
  if (hasCode(error, "BLOB_MISMATCH", "BLOB_NOT_FOUND", "MANIFEST_INVALID")) return ok(error);
  return err(error);
}

function keepsArchive(ports: HostingPorts, revision: Revision): boolean {
  const passed = revision.report?.ok === true && revision.state !== "rejected";
  return passed ? ports.garbage.keepArchives : isInQuarantine(ports, revision);
}

function keepsFiles(ports: HostingPorts, revision: Revision): boolean {
  return revision.state !== "rejected" || isInQuarantine(ports, revision);
}

function isInQuarantine({ clock, garbage }: HostingPorts, { createdAt }: Revision): boolean {
  return clock.now().getTime() - createdAt.getTime() < garbage.quarantineMs;
}
