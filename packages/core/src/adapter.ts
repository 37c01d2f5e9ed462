/**
 * `@hostelry/core/adapter`: everything an adapter author needs, and nothing an application does.
 * Take `Result` and its friends from here, not from neverthrow: a second copy of the classes is not assignable.
 */
export { decodeManifest, encodeManifest, type Manifest, type ManifestFile, manifestOf } from "./archive/manifest.ts";
export type { ArchiveReport } from "./archive/report.ts";
export { type AuditHead, auditChainStart, auditHash } from "./audit/audit-chain.ts";
export type { AuditAction, AuditDraft, AuditEntry, JsonValue } from "./audit/audit-entry.ts";
export { type AuditBatch, type SubscribeAuditRequest, subscribeAudit } from "./audit/subscribe-audit.ts";
export { type AuditFault, type AuditVerdict, type VerifyAuditOptions, verifyAudit } from "./audit/verify-audit.ts";
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
  type Command,
  type CommandOutput,
  type ContentError,
  type ContentSource,
  type ContentView,
  type Events,
  type ExpiredCount,
  type ExpiredRecords,
  type FencedRequest,
  type HostingEvent,
  type IdempotencyBeginning,
  type IdempotencyRecords,
  type IdempotentCall,
  type LeaseRecords,
  type ListedBlob,
  type Page,
  type PageRequest,
  type PreviewRecords,
  type PreviewTokenError,
  type ProbeOutcome,
  type ProbeSample,
  type ProcessOutcome,
  type Progress,
  type ProgressListener,
  type PublicationRecords,
  type PublicProbe,
  type PublicProbeOutcome,
  type PublicProbeRequest,
  type Random,
  type ReadFileOptions,
  type ReleaseProblem,
  type RemoteDirectoryEntry,
  type RemoteFileFacts,
  type RemoteFileKind,
  type RemoveOptions,
  type RevisionMove,
  type RevisionRecords,
  type RunOptions,
  type SiteContent,
  type SiteRecords,
  type SlotChange,
  type StageOutcome,
  type StageRequest,
  type StartOptions,
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
  type Transport,
  type TransportCapabilities,
  type TransportError,
  type TransportFileError,
  type TransportFiles,
  type TransportProcess,
  type WorkOptions,
  type WriteFileOptions,
} from "./ports/index.ts";
export type { Preview, PreviewGuard, PreviewId } from "./preview/preview.ts";
export { hashPreviewToken } from "./preview/preview-token.ts";
export { isCompressible } from "./publish/compressible.ts";
export type { FleetPolicy } from "./publish/fleet-policy.ts";
export { isHashedAsset } from "./publish/keep-assets.ts";
export type { FormerHolder, Lease } from "./publish/lease.ts";
export { mediaTypeOf } from "./publish/media-type.ts";
export type { Publication, PublicationState } from "./publish/publication.ts";
export {
  type ContentCoding,
  codingSuffix,
  isContentFile,
  isReleaseId,
  publicationOfRelease,
  type ReleaseFile,
  type ReleaseId,
  type ReleaseManifest,
  releaseIdOf,
} from "./publish/release.ts";
export { decodeReleaseManifest, encodeReleaseManifest } from "./publish/release-manifest.ts";
export { assertReleasePaths, isPathSafeId, isReleasePath, releaseDirectories } from "./publish/release-path.ts";
export { previewOfSlot, previewSlot, type Slot, type SlotName } from "./publish/slot.ts";
export type { FleetStep, FlipTiming, TargetResult, TargetResultFailure } from "./publish/target-result.ts";
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
export { parseRules, type ReadRules, type RuleTexts } from "./routing/read-site-rules.ts";
export { type Captures, fillIn, type RulePattern, rulePattern } from "./routing/rule-pattern.ts";
export type {
  HeaderRule,
  RedirectRule,
  RedirectStatus,
  RuleFile,
  RuleProblem,
  SiteRules,
} from "./routing/site-rules.ts";
export { type ServingState, type Site, type SiteFreeze, type SiteId, servingStates } from "./site/site.ts";
export {
  gatherOutput,
  type ProcessContext,
  type ProcessEnd,
  type ProcessPipes,
  posixQuoted,
  remotePath,
  type SupervisedProcess,
  supervisedCommand,
  supervisedLine,
  transportProcess,
  untilAborted,
} from "./transport/index.ts";
