import type { ArchiveSource } from "../archive/source/archive-source.ts";
import type { WorkOptions } from "../ports/call-options.ts";
import type { HostingPorts } from "../ports/hosting-ports.ts";
import { flow, type ResultAsync } from "../result/index.ts";
import type { Revision, RevisionId } from "../revision/revision.ts";
import { appendUpload, storeUpload, type UploadRevisionError } from "../revision/upload-revision.ts";
import type { SiteId } from "../site/site.ts";
import type { IdempotentOptions } from "./idempotency-policy.ts";
import { type IdempotencyError, once } from "./once.ts";

/**
 * `revisions.upload`, once for an idempotency key. The archive is part of the input, so it is read and stored (a blob
 * that is there already costs no space) before the key is asked for: only then is known whether it is the same request.
 * Without a key every call makes another revision.
 */
export function uploadRevisionOnce(
  ports: HostingPorts,
  siteId: SiteId,
  source: ArchiveSource,
  options: IdempotentOptions & WorkOptions = {},
): ResultAsync<Revision, UploadRevisionError | IdempotencyError> {
  return flow(async function* () {
    const archive = yield* storeUpload(ports, siteId, source, options);
    const input = [siteId, archive.sha256, archive.size];
    return once(ports, { operation: "revisions.upload", input, options }, (attempt) =>
      appendUpload(ports, siteId, archive, options, attempt.id("rev") as RevisionId).map(asUploaded),
    );
  });
}

/** As it was before anybody validated it. */
function asUploaded({ id, siteId, number, archive, createdAt }: Revision): Revision {
  return { id, siteId, number, state: "uploaded", archive, createdAt };
}
