/**
 * `@hostelry/core/adapter`: everything an adapter author needs, and nothing an application does.
 * Take `Result` and its friends from here, not from neverthrow: a second copy of the classes is not assignable.
 */
export { decodeManifest, encodeManifest, type Manifest, type ManifestFile, manifestOf } from "./archive/manifest.ts";
export type { ArchiveReport } from "./archive/report.ts";
export type { AuditAction, AuditDraft, AuditEntry, JsonValue } from "./audit/audit-entry.ts";
export {
  type ErrorCode,
  type ErrorDetails,
  errorCodes,
  type FailureState,
  type HostingError,
  type HostingErrorOf,
  type HostingErrorOptions,
  hasCode,
  hostingError,
  isHostingError,
} from "./errors/index.ts";
export { type AdapterErrorContext, adapterError } from "./ports/adapter-error.ts";
export {
  type ActingOptions,
  type ActivateOutcome,
  type ActivateRequest,
  type AdapterError,
  type AuditRecords,
  type BlobInput,
  type BlobRange,
  type BlobStore,
  type BlobStoreCapabilities,
  type BlobStoreError,
  type CallOptions,
  type Clock,
  type ContentError,
  type ContentSource,
  type ContentView,
  type Events,
  type FencedRequest,
  type HostingEvent,
  type LeaseRecords,
  type Page,
  type PageRequest,
  type PreviewRecords,
  type PreviewTokenError,
  type ProbeOutcome,
  type ProbeSample,
  type Progress,
  type ProgressListener,
  type PublicationRecords,
  type Random,
  type ReleaseProblem,
  type RevisionMove,
  type RevisionRecords,
  type SiteContent,
  type SiteRecords,
  type SlotChange,
  type StageOutcome,
  type StageRequest,
  type Store,
  type StoreCapabilities,
  type StoredBlob,
  type StoreError,
  systemClock,
  systemRandom,
  type Target,
  type TargetCapabilities,
  type TargetError,
  type TargetObservation,
  type WorkOptions,
} from "./ports/index.ts";
export type { Preview, PreviewGuard, PreviewId } from "./preview/preview.ts";
export { hashPreviewToken } from "./preview/preview-token.ts";
export type { Lease } from "./publish/lease.ts";
export { mediaTypeOf } from "./publish/media-type.ts";
export type { Publication, PublicationState } from "./publish/publication.ts";
export {
  isReleaseId,
  publicationOfRelease,
  type ReleaseFile,
  type ReleaseId,
  type ReleaseManifest,
  releaseIdOf,
} from "./publish/release.ts";
export { decodeReleaseManifest, encodeReleaseManifest } from "./publish/release-manifest.ts";
export { previewOfSlot, previewSlot, type Slot, type SlotName } from "./publish/slot.ts";
export {
  type AllOptions,
  all,
  allSettled,
  attempt,
  Err,
  err,
  errAsync,
  flow,
  Ok,
  ok,
  okAsync,
  Result,
  ResultAsync,
  type Settled,
  unwrap,
} from "./result/index.ts";
export type { Revision, RevisionId, RevisionState, UploadedArchive } from "./revision/revision.ts";
export { type ServingState, type Site, type SiteId, servingStates } from "./site/site.ts";
