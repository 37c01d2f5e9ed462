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
export { type CertificateFacts, certificateFacts } from "./certificate/certificate-facts.ts";
export { checkCertificateNames, coversName } from "./certificate/certificate-names.ts";
export {
  type CertificateFinding,
  type CertificateFindingCode,
  type CertificateToCheck,
  type CheckedCertificate,
  checkCertificate,
} from "./certificate/check-certificate.ts";
export {
  type CertificateRateLimit,
  type CertificateRateLimits,
  checkRates,
  failedProofCosts,
  letsEncryptRateLimits,
  orderCosts,
  type RateCost,
  type RateUses,
  type RateVerdict,
  spendRates,
} from "./certificate/rate-budget.ts";
export {
  type FailedRenewal,
  type RenewedCertificate,
  renewalRetryTime,
  renewalTime,
} from "./certificate/renewal-time.ts";
export { type ApplyDnsPlanError, type ApplyDnsPlanOptions, applyDnsPlan } from "./dns/apply-dns-plan.ts";
export { type DiffDnsRecords, diffDnsRecords, type WantedDnsRecords } from "./dns/diff-records.ts";
export { canonicalDnsName, isDnsName, isInZone } from "./dns/dns-name.ts";
export {
  type DnsPlanRow,
  type DnsPlanVerb,
  dnsPlanRows,
  dnsPlanTable,
  dnsPlanVerb,
} from "./dns/dns-plan-table.ts";
export { findDnsZone } from "./dns/find-dns-zone.ts";
export type { FoldedDnsChange } from "./dns/fold-changes.ts";
export {
  type DnsFinding,
  type DnsFindingCode,
  type DnsGuardLimits,
  type GuardDnsChanges,
  type GuardedDnsChanges,
  guardDnsChanges,
} from "./dns/guard-changes.ts";
export { type DnsMarker, type DnsOwner, type DnsOwnership, dnsOwnership, isMarkerName } from "./dns/ownership.ts";
export {
  type DnsPlan,
  type PlanDns,
  type PlanDnsChanges,
  type PlanDnsError,
  planDns,
  planDnsChanges,
} from "./dns/plan-dns.ts";
export { canonicalValue, type DnsRecordFields, recordFields, recordValue } from "./dns/record-value.ts";
export {
  type PresentedTxt,
  type TxtChallenge,
  type TxtChallengeError,
  type TxtChallengePorts,
  type TxtChallenges,
  txtChallenges,
  type WaitForTxtOptions,
} from "./dns/txt-challenge.ts";
export type { ActivateDomainError, ActivateDomainOptions } from "./domain/activate-domain.ts";
export {
  challengeName,
  challengePath,
  isToken,
  type ProofInstructions,
  proofInstructions,
} from "./domain/challenge.ts";
export { type Pointing, pointsHere } from "./domain/check-pointing.ts";
export type { ClaimDomain, ClaimDomainError, ClaimedDomain } from "./domain/claim-domain.ts";
export { createDomains, type Domains } from "./domain/create-domains.ts";
export {
  type Domain,
  type DomainChallenge,
  type DomainId,
  type DomainState,
  holdingStates,
  isHeld,
  isRouted,
  type ProofMethod,
  type RedirectPolicy,
  redirectPolicies,
  routedStates,
  type TenantId,
} from "./domain/domain.ts";
export {
  type DomainIndex,
  type DomainIndexOptions,
  domainIndex,
  type IssueDecision,
  type RoutedDomain,
} from "./domain/domain-index.ts";
export { isTenantId } from "./domain/domain-limits.ts";
export {
  type DomainEvent,
  type DomainOutcome,
  domainEvents,
  domainTransitions,
  nextDomainState,
} from "./domain/domain-machine.ts";
export { type DomainPolicy, defaultDomainPolicy } from "./domain/domain-policy.ts";
export type { DomainsOptions } from "./domain/domain-ports.ts";
export {
  coversHostname,
  type Hostname,
  type HostnameProblem,
  type HostnameReservation,
  namesAbove,
  type ParsedHostname,
  wildcardAbove,
  wwwCounterpart,
} from "./domain/hostname.ts";
export type { LookError } from "./domain/look-for-proof.ts";
export type { MoveDomainError } from "./domain/move-domain.ts";
export { type HostnameError, type PlatformNames, parseHostname } from "./domain/parse-hostname.ts";
export type { RecheckDomainError } from "./domain/recheck-domain.ts";
export { redirectHostname } from "./domain/redirect-hostname.ts";
export { reservedPlatformLabels } from "./domain/reserved-hostnames.ts";
export type { SweepDomainsOptions, SweptDomains } from "./domain/sweep-domains.ts";
export type { VerifyDomainError } from "./domain/verify-domain.ts";
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
  type AnyCertificateChallenge,
  type AppendLogError,
  type AppliedDnsChanges,
  type ApplyDnsChanges,
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
  type CertificateOrder,
  type CertificateOrderError,
  type CertificateOrderHead,
  type CertificateOrderStatus,
  type CertificateOrderStepError,
  type CertificateProblem,
  type CertificateRenewalInfo,
  type Clock,
  type ContentSource,
  type CreateDnsZone,
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
  type Events,
  type HostAnswer,
  type HostingEvent,
  type HostProbe,
  type HttpCertificateChallenge,
  type IssuedCertificate,
  type ListDomains,
  type LogAppend,
  type LogAppended,
  type LogPage,
  type LogRead,
  type LogStore,
  type NameProof,
  type NameProofStatus,
  type Page,
  type PageRequest,
  type PlaceCertificateOrder,
  type PlaceCertificateOrderError,
  type Progress,
  type ProgressListener,
  type PublicProbe,
  type PublishPolicy,
  type Random,
  type RegisterCertificateAccount,
  type ReleaseProblem,
  type RemoveDnsValues,
  type ReplaceDnsSet,
  type Resolver,
  type ResolverError,
  type RevocationReason,
  type Store,
  type StoreError,
  systemClock,
  systemRandom,
  type Target,
  type TargetError,
  type VerifyDomain,
  type VerifyRequest,
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
