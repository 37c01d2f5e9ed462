/**
 * `@hostelry/core`: the application-facing API. Compose ports into a {@link Hosting} with {@link createHosting}; write
 * ports with `@hostelry/core/adapter`.
 */
export {
  type ArchiveFormat,
  type ArchivePolicy,
  type ArchiveReport,
  type ArchiveSource,
  type ArchiveStats,
  archivePolicy,
  type BlobSink,
  decodeManifest,
  defaultArchivePolicy,
  encodeManifest,
  type Finding,
  type FindingCode,
  type FindingSeverity,
  type ForbidRule,
  findingCodes,
  type InspectError,
  type Inspection,
  type InspectOptions,
  inspectArchive,
  type Manifest,
  type ManifestFile,
  manifestOf,
  type RandomAccessSource,
} from "./archive/index.ts";
export { type AuditHead, auditChainStart, auditHash } from "./audit/audit-chain.ts";
export type { AuditAction, AuditDraft, AuditEntry, JsonValue } from "./audit/audit-entry.ts";
export type { AuditBatch, SubscribeAuditRequest } from "./audit/subscribe-audit.ts";
export type { AuditFault, AuditVerdict, VerifyAuditOptions } from "./audit/verify-audit.ts";
export {
  describeError,
  type ErrorCode,
  type ErrorDetails,
  type ErrorEntry,
  errorCodes,
  errorTable,
  type FailureState,
  type HostingError,
  type HostingErrorOf,
  type HostingErrorOptions,
  hasCode,
  hostingError,
  isHostingError,
  type TargetFailure,
  type TargetShown,
} from "./errors/index.ts";
export type { CollectedGarbage } from "./garbage/collect-garbage.ts";
export type { GarbageError, GarbageOptions } from "./garbage/find-garbage.ts";
export type { GarbagePolicy } from "./garbage/garbage-policy.ts";
export type { LostManifest } from "./garbage/mark-references.ts";
export type { GarbagePlan } from "./garbage/plan-garbage.ts";
export { createHosting, type Hosting } from "./hosting.ts";
export type { HostingOptions } from "./hosting-options.ts";
export type { IdempotencyPolicy, IdempotentOptions } from "./idempotency/idempotency-policy.ts";
export type { IdempotencyError } from "./idempotency/once.ts";
export * from "./infrastructure.ts";
export {
  type LogChannel,
  type LogEnd,
  type LogEntry,
  type LogHead,
  type LogLine,
  type LogStreamId,
  logChannels,
} from "./log/log-entry.ts";
export { isLogStreamId, logStreamId } from "./log/log-stream-id.ts";
export {
  type LogWriter,
  type LogWriterOptions,
  logWriter,
  type WriteLogError,
  type WriteLogOptions,
} from "./log/log-writer.ts";
export { type SubscribeLogRequest, subscribeLog } from "./log/subscribe-log.ts";
export {
  type ActingOptions,
  type AddDnsValues,
  type AnalyticsCapabilities,
  type AnalyticsError,
  type AnalyticsFacts,
  type AnalyticsProvider,
  type AnalyticsSite,
  type AnalyticsSiteKey,
  type AnalyticsSnippet,
  type AnyCertificateChallenge,
  type AppendLogError,
  type AppliedDnsChanges,
  type AppliedStep,
  type ApplyDnsChanges,
  type ApplyOptions,
  type ApplyStep,
  type BlobStore,
  type CallOptions,
  type CertificateAccount,
  type CertificateAccountError,
  type CertificateAuthority,
  type CertificateAuthorityCapabilities,
  type CertificateAuthorityError,
  type CertificateAuthorityFacts,
  type CertificateChallenge,
  type CertificateChallengeStatus,
  type CertificateChallengeType,
  type CertificateChange,
  type CertificateChangeError,
  type CertificateOrder,
  type CertificateOrderError,
  type CertificateOrderHead,
  type CertificateOrderStatus,
  type CertificateOrderStepError,
  type CertificateProblem,
  type CertificateRecordError,
  type CertificateRenewalInfo,
  type CertificateSeen,
  type CertificateStore,
  type CertificateTarget,
  type CertificateTargetError,
  type CertificateToDeliver,
  type ChallengeSolver,
  type ChallengeSolverError,
  type ChallengeToSolve,
  type ClaimedOperation,
  type ClaimOperation,
  type Clock,
  type ConcludeStep,
  type ContentSource,
  type CreateDnsZone,
  type DeliveredOperation,
  type DeliverOperation,
  type DnsAnswer,
  type DnsAuthority,
  type DnsCertificateChallenge,
  type DnsChange,
  type DnsChangeError,
  type DnsLookupProblem,
  type DnsOtherRecords,
  type DnsProvider,
  type DnsProviderCapabilities,
  type DnsProviderError,
  type DnsQuestion,
  type DnsQuestionType,
  type DnsRecordSet,
  type DnsRecordType,
  type DnsServerAnswer,
  type DnsZone,
  type DnsZoneContents,
  type DnsZoneError,
  type DomainChange,
  type DomainChangeError,
  type DomainStore,
  dnsRecordTypes,
  type EnsureAnalyticsSite,
  type EnsuredAnalyticsSite,
  type Events,
  type HostAnswer,
  type HostingEvent,
  type HostProbe,
  type HostRoute,
  type HostRoutes,
  type HostRoutesCapabilities,
  type HostRoutesError,
  type HttpCertificateChallenge,
  type IntendStep,
  type IssuedCertificate,
  type KeyVault,
  type ListCertificates,
  type ListDomains,
  type ListOperations,
  type ListWaitingSites,
  type LogAppend,
  type LogAppended,
  type LogPage,
  type LogRead,
  type LogStore,
  type MoveOperation,
  type NameProof,
  type NameProofStatus,
  type NewCertificateRecord,
  type Opened,
  type OpenSealedError,
  type OperationActError,
  type OperationClaim,
  type OperationClaimError,
  type OperationRunner,
  type OperationRunnerCapabilities,
  type OperationStore,
  type Page,
  type PageRequest,
  type PlaceCertificateOrder,
  type PlaceCertificateOrderError,
  type PlanError,
  type PlanResource,
  type Progress,
  type ProgressListener,
  type PublicProbe,
  type PublishPolicy,
  type Random,
  type RegisterCertificateAccount,
  type ReleaseProblem,
  type RemoveDnsValues,
  type RemoveHostRoute,
  type ReplaceDnsSet,
  type RequestOperation,
  type Resolver,
  type ResolverError,
  type ResourceDifference,
  type ResourceError,
  type ResourceObservation,
  type ResourcePiece,
  type ResourceProvider,
  type ResourceProviderCapabilities,
  type ResourceSecrets,
  type ResourceStep,
  type RevocationReason,
  type RouteTarget,
  type Sealed,
  type SetHostRoute,
  type SettleOperation,
  type SiteOutcome,
  type SiteOutcomeReason,
  type Store,
  type StoreError,
  type SubmittedOperation,
  systemClock,
  systemRandom,
  type Target,
  type TargetError,
  type VerifyDomain,
  type VerifyRequest,
  type WaitingSite,
  type WaitingSiteClaim,
  type WaitingSites,
  type WorkOptions,
} from "./ports/index.ts";
export type { CheckPreviewError } from "./preview/check-preview.ts";
export type { ClosePreviewError, SweptPreviews } from "./preview/close-preview.ts";
export type { OpenedPreview, OpenPreviewError, OpenPreviewOptions } from "./preview/open-preview.ts";
export type { Preview, PreviewGuard, PreviewId } from "./preview/preview.ts";
export { hashPreviewToken } from "./preview/preview-token.ts";
export type { Drift } from "./publish/drift.ts";
export type { FleetPolicy } from "./publish/fleet-policy.ts";
export type { FreezeSiteError } from "./publish/freeze-site.ts";
export type { HoldLeaseOptions, LeaseError } from "./publish/hold-lease.ts";
export type { PublishPlan, TargetPlan } from "./publish/plan-publication.ts";
export type { PublicLook } from "./publish/probe-public-name.ts";
export type { PruneOutcome } from "./publish/prune-releases.ts";
export type { Publication, PublicationState } from "./publish/publication.ts";
export type { PublishError, PublishOptions, PublishOutcome } from "./publish/publish-revision.ts";
export type { PublishSlotError } from "./publish/publish-slot.ts";
export type {
  ReconcileError,
  ReconcileOptions,
  ReconcileOutcome,
  ReconcilePlan,
  TargetDrift,
  TargetReconciliation,
} from "./publish/reconcile-site.ts";
export type { RecordPublicationError } from "./publish/record-publication.ts";
export type { RecoverError, Recovery } from "./publish/recover-publications.ts";
export type { RecoverSiteError, RecoverSiteOptions } from "./publish/recover-site.ts";
export type { ContentCoding, ReleaseFile, ReleaseId, ReleaseManifest } from "./publish/release.ts";
export type { RepairError, RepairOptions, RepairOutcome, TargetRepairOutcome } from "./publish/repair-site.ts";
export type { RollbackError, RollbackOptions } from "./publish/rollback-site.ts";
export type { SetServingStateError } from "./publish/set-serving-state.ts";
export type { SiteStatus, TargetStatus } from "./publish/site-status.ts";
export { previewSlot, type Slot, type SlotName } from "./publish/slot.ts";
export type { StageAndFlipError } from "./publish/stage-and-flip.ts";
export type { TargetFailureError } from "./publish/target-failures.ts";
export type { FleetStep, FlipTiming, TargetResult, TargetResultFailure } from "./publish/target-result.ts";
export type { TidiedSite, TidiedTarget, TidySiteError, TidySiteOptions } from "./publish/tidy-site.ts";
export type { UndoPublicationError } from "./publish/undo-publication.ts";
export type { SiteVerdict, SlotVerdict, TargetVerdict, VerifyError, VerifyOptions } from "./publish/verify-site.ts";
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
export type { LoadManifestError } from "./revision/load-manifest.ts";
export type { RejectRevisionError } from "./revision/reject-revision.ts";
export type { Revision, RevisionId, RevisionState, UploadedArchive } from "./revision/revision.ts";
export { nextRevisionState, type RevisionEvent, revisionTransitions } from "./revision/revision-machine.ts";
export type { UploadRevisionError } from "./revision/upload-revision.ts";
export type { ValidateRevisionError } from "./revision/validate-revision.ts";
export type { HeaderRule, RedirectRule, RedirectStatus, SiteRules } from "./routing/site-rules.ts";
export type { CreateSiteError } from "./site/create-site.ts";
export type { RenameSiteError } from "./site/rename-site.ts";
export { type ServingState, type Site, type SiteFreeze, type SiteId, servingStates } from "./site/site.ts";
