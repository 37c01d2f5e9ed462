import { type InspectError, inspectArchive } from "../archive/inspect-archive.ts";
import { encodeManifest, type Manifest } from "../archive/manifest.ts";
import type { ArchiveReport } from "../archive/report.ts";
import type { AuditDraft } from "../audit/audit-entry.ts";
import { type HostingErrorOf, hostingError } from "../errors/index.ts";
import type { BlobStoreError } from "../ports/blob-store.ts";
import type { ActingOptions, WorkOptions } from "../ports/call-options.ts";
import type { HostingPorts } from "../ports/hosting-ports.ts";
import type { StoreError } from "../ports/store/index.ts";
import { err, flow, ok, type Result, type ResultAsync } from "../result/index.ts";
import { moveRevision } from "./move-revision.ts";
import { quarantinedArchive } from "./quarantined-archive.ts";
import type { Revision, RevisionId } from "./revision.ts";

/** Errors of `revisions.validate`. A bad archive is none: its report says so. */
export type ValidateRevisionError =
  | BlobStoreError
  | InspectError
  | StoreError
  | HostingErrorOf<"INTAKE_TOO_SLOW">
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
    const begunAt = ports.clock.now();
    const revision = yield* ports.store.getRevision(revisionId, { signal });
    if (revision.report?.ok === true && revision.manifestDigest !== undefined) return ok(revision.report);
    const state = yield* moveRevision(revision, "validate");
    const source = yield* quarantinedArchive(ports, revision, { signal });
    const { blobs, archivePolicy: policy } = ports;
    const { report, manifest } = yield* inspectArchive(source, { policy, blobs, signal, onProgress });
    const change = manifest === undefined ? { report } : { report, state, manifestDigest: manifest.digest };
    if (manifest !== undefined)
      yield* ports.blobs.put({ bytes: encodeManifest(manifest), sha256: manifest.digest }, { signal });
    yield* checkElapsed(ports, begunAt);
    const audit = draft(ports, revision, options, report, manifest);
    yield* ports.store.updateRevision({ revisionId, expectState: revision.state, change, audit }, { signal });
    ports.emit(audit);
    return ok(report);
  });
}

/**
 * Until they are recorded, blobs live by the grace period of garbage collection, also those that were there before. Half of
 * it is left for recording.
 */
function checkElapsed(
  { clock, garbage }: HostingPorts,
  begunAt: Date,
): Result<void, HostingErrorOf<"INTAKE_TOO_SLOW">> {
  const elapsedMs = clock.now().getTime() - begunAt.getTime();
  const limitMs = garbage.graceMs / 2;
  if (elapsedMs <= limitMs) return ok(undefined);
  const message = `The inspection took ${elapsedMs} ms, and after ${limitMs} ms its files are no longer sure to be there.`;
  return err(hostingError("INTAKE_TOO_SLOW", message, { elapsedMs, limitMs }));
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
