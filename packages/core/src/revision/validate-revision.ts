import { type InspectError, inspectArchive } from "../archive/inspect-archive.ts";
import { encodeManifest, type Manifest } from "../archive/manifest.ts";
import type { ArchiveReport } from "../archive/report.ts";
import type { AuditDraft } from "../audit/audit-entry.ts";
import type { HostingErrorOf } from "../errors/index.ts";
import type { BlobStoreError } from "../ports/blob-store.ts";
import type { ActingOptions, WorkOptions } from "../ports/call-options.ts";
import type { HostingPorts } from "../ports/hosting-ports.ts";
import type { StoreError } from "../ports/store/index.ts";
import { flow, ok, type ResultAsync } from "../result/index.ts";
import { moveRevision } from "./move-revision.ts";
import { quarantinedArchive } from "./quarantined-archive.ts";
import type { Revision, RevisionId } from "./revision.ts";

/** Errors of `revisions.validate`. A bad archive is none: its report says so. */
export type ValidateRevisionError =
  | BlobStoreError
  | InspectError
  | StoreError
  | HostingErrorOf<"REVISION_NOT_FOUND">
  | HostingErrorOf<"REVISION_TRANSITION_INVALID">
  | HostingErrorOf<"STORE_CONFLICT">;

/**
 * Inspects a revision's archive and, in the same pass, stores its files as blobs. A good one becomes `validated`; a bad
 * one stays `uploaded` with its report, its bytes where they were, and nothing of it can be published.
 *
 * Idempotent: a revision that is validated already answers with its report and does no work.
 */
export function validateRevision(
  ports: HostingPorts,
  revisionId: RevisionId,
  options: ActingOptions & WorkOptions = {},
): ResultAsync<ArchiveReport, ValidateRevisionError> {
  const { signal, onProgress } = options;
  return flow(async function* () {
    const revision = yield* ports.store.getRevision(revisionId, { signal });
    if (revision.report?.ok === true && revision.manifestDigest !== undefined) return ok(revision.report);
    const state = yield* moveRevision(revision, "validate");
    const source = yield* quarantinedArchive(ports, revision, { signal });
    const { blobs, archivePolicy: policy } = ports;
    const { report, manifest } = yield* inspectArchive(source, { policy, blobs, signal, onProgress });
    const change = manifest === undefined ? { report } : { report, state, manifestDigest: manifest.digest };
    if (manifest !== undefined)
      yield* ports.blobs.put({ bytes: encodeManifest(manifest), sha256: manifest.digest }, { signal });
    const audit = draft(ports, revision, options, report, manifest);
    yield* ports.store.updateRevision({ revisionId, expectState: revision.state, change, audit }, { signal });
    ports.emit(audit);
    return ok(report);
  });
}

function draft(
  ports: HostingPorts,
  revision: Revision,
  options: ActingOptions,
  report: ArchiveReport,
  manifest: Manifest | undefined,
): AuditDraft {
  return {
    actor: options.actor ?? "system",
    action: manifest === undefined ? "revision.refused" : "revision.validated",
    siteId: revision.siteId,
    subject: revision.id,
    at: ports.clock.now(),
    before: { state: revision.state },
    after:
      manifest === undefined
        ? { state: revision.state, findings: report.findings.slice(0, 5).map((finding) => finding.code) }
        : { state: "validated", manifestDigest: manifest.digest, files: report.stats.files, bytes: report.stats.bytes },
  };
}
