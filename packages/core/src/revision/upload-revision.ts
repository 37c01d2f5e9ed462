import { archivePolicy } from "../archive/archive-policy.ts";
import { archiveBytes } from "../archive/source/archive-bytes.ts";
import type { ArchiveSource } from "../archive/source/archive-source.ts";
import type { AuditDraft } from "../audit/audit-entry.ts";
import type { HostingErrorOf } from "../errors/index.ts";
import { newId } from "../identity/identity.ts";
import type { BlobStoreError } from "../ports/blob-store.ts";
import type { ActingOptions, CallOptions } from "../ports/call-options.ts";
import type { HostingPorts } from "../ports/hosting-ports.ts";
import type { StoreError } from "../ports/store/index.ts";
import { flow, ok, type ResultAsync } from "../result/index.ts";
import type { SiteId } from "../site/site.ts";
import type { Revision, RevisionId, UploadedArchive } from "./revision.ts";

/** Errors of `revisions.upload`. */
export type UploadRevisionError =
  | BlobStoreError
  | StoreError
  | HostingErrorOf<"ARCHIVE_UNREADABLE">
  | HostingErrorOf<"INVALID_INPUT">
  | HostingErrorOf<"SITE_NOT_FOUND">;

/**
 * Stores an archive as it is in the blob store, while it arrives, unread and unserved; for a site that there is. It belongs
 * to nothing yet. Larger than the policy's `maxArchiveBytes` is `INVALID_INPUT`, told as soon as it is known.
 */
export function storeUpload(
  ports: HostingPorts,
  siteId: SiteId,
  source: ArchiveSource,
  options: CallOptions = {},
): ResultAsync<UploadedArchive, UploadRevisionError> {
  const { signal } = options;
  return flow(async function* () {
    yield* ports.store.getSite(siteId, { signal });
    const { maxArchiveBytes: maxBytes } = archivePolicy(ports.archivePolicy);
    const bytes = yield* archiveBytes(source, { signal, maxBytes });
    const { sha256, size } = yield* ports.blobs.put({ bytes }, { signal });
    return ok({ sha256, size });
  });
}

/**
 * Makes a stored archive the site's next revision, in state `uploaded`. The same bytes again are another revision (and one
 * blob), unless the `id` is the same: that gives the revision that is there.
 */
export function appendUpload(
  ports: HostingPorts,
  siteId: SiteId,
  archive: UploadedArchive,
  options: ActingOptions = {},
  id: RevisionId = newId("rev", ports.random) as RevisionId,
): ResultAsync<Revision, StoreError | HostingErrorOf<"SITE_NOT_FOUND">> {
  const { signal, actor = "system" } = options;
  return flow(async function* () {
    const at = ports.clock.now();
    const audit: AuditDraft = { actor, action: "revision.uploaded", siteId, subject: id, at, after: { ...archive } };
    const revision = yield* ports.store.appendRevision({ id, siteId, archive, createdAt: at, audit }, { signal });
    ports.emit(audit);
    return ok(revision);
  });
}
