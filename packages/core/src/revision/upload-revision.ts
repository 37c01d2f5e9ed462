import { archivePolicy } from "../archive/archive-policy.ts";
import { archiveBytes } from "../archive/source/archive-bytes.ts";
import type { ArchiveSource } from "../archive/source/archive-source.ts";
import type { AuditDraft } from "../audit/audit-entry.ts";
import type { HostingErrorOf } from "../errors/index.ts";
import { newId } from "../identity/identity.ts";
import type { BlobStoreError } from "../ports/blob-store.ts";
import type { ActingOptions, WorkOptions } from "../ports/call-options.ts";
import type { HostingPorts } from "../ports/hosting-ports.ts";
import type { StoreError } from "../ports/store/index.ts";
import { flow, ok, type ResultAsync } from "../result/index.ts";
import type { SiteId } from "../site/site.ts";
import type { Revision, RevisionId } from "./revision.ts";

/** Errors of `revisions.upload`. */
export type UploadRevisionError =
  | BlobStoreError
  | StoreError
  | HostingErrorOf<"ARCHIVE_UNREADABLE">
  | HostingErrorOf<"INVALID_INPUT">
  | HostingErrorOf<"SITE_NOT_FOUND">;

/**
 * Takes an archive in, as it is: its bytes go into the blob store while they arrive, unread and unserved, and the site
 * gets its next revision in state `uploaded`. Not idempotent: the same bytes again are another revision (and one blob).
 *
 * Larger than the policy's `maxArchiveBytes` is `INVALID_INPUT`, told as soon as it is known.
 */
export function uploadRevision(
  ports: HostingPorts,
  siteId: SiteId,
  source: ArchiveSource,
  options: ActingOptions & WorkOptions = {},
): ResultAsync<Revision, UploadRevisionError> {
  const { signal } = options;
  return flow(async function* () {
    yield* ports.store.getSite(siteId, { signal });
    const { maxArchiveBytes: maxBytes } = archivePolicy(ports.archivePolicy);
    const bytes = yield* archiveBytes(source, { signal, maxBytes });
    const blob = yield* ports.blobs.put({ bytes }, { signal });
    const at = ports.clock.now();
    const id = newId("rev", ports.random) as RevisionId;
    const archive = { sha256: blob.sha256, size: blob.size };
    const actor = options.actor ?? "system";
    const audit: AuditDraft = { actor, action: "revision.uploaded", siteId, subject: id, at, after: { ...archive } };
    const revision = yield* ports.store.appendRevision({ id, siteId, archive, createdAt: at, audit }, { signal });
    ports.emit(audit);
    return ok(revision);
  });
}
