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
export { checkCertificateNames } from "./certificate/certificate-names.ts";
export { checkDnsChanges } from "./dns/check-changes.ts";
export { canonicalDnsName, isDnsName, isInZone } from "./dns/dns-name.ts";
export {
  type FoldDnsChanges,
  type FoldDnsChangesError,
  type FoldedDnsChange,
  foldDnsChanges,
  sameSet,
  sameValues,
  zoneChanged,
} from "./dns/fold-changes.ts";
export { canonicalValue, type DnsRecordFields, recordFields, recordValue } from "./dns/record-value.ts";
export { bytesOfText, parseQuotedTxt, quotedTxt, textOfBytes, txtStrings } from "./dns/txt-text.ts";
export { sortedSets, tidySet, tidyValues, zoneVersion } from "./dns/zone-version.ts";
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
export { domainNotFound, domainTaken, domainTransitionInvalid } from "./domain/domain-errors.ts";
export { checkDomainClaim, checkDomainLimit, checkDomainWait, isTenantId } from "./domain/domain-limits.ts";
export {
  type DomainEvent,
  type DomainOutcome,
  domainEvents,
  domainTransitions,
  isDomainMove,
  nextDomainState,
} from "./domain/domain-machine.ts";
export { coversHostname, type Hostname, namesAbove, wildcardAbove } from "./domain/hostname.ts";
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
export {
  type LogChannel,
  type LogEnd,
  type LogEntry,
  type LogHead,
  type LogLine,
  type LogStreamId,
  logChannels,
} from "./log/log-entry.ts";
export {
  checkLogAppend,
  checkLogEnd,
  checkLogRead,
  checkLogRemoval,
  checkLogWait,
  logLimits,
} from "./log/log-limits.ts";
export { isLogStreamId, logStreamId } from "./log/log-stream-id.ts";
export { logRemoved, type SubscribeLogRequest, subscribeLog } from "./log/subscribe-log.ts";
export { type AdapterErrorContext, adapterError } from "./ports/adapter-error.ts";
export {
  type ActingOptions,
  type ActivateOutcome,
  type ActivateRequest,
  type AdapterError,
  type AddDnsValues,
  type AnyCertificateChallenge,
  type AppendLogError,
  type AppliedDnsChanges,
  type ApplyDnsChanges,
  type AuditRecords,
  type BlobInput,
  type BlobRange,
  type BlobReadOptions,
  type BlobStore,
  type BlobStoreCapabilities,
  type BlobStoreError,
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
  type Command,
  type CommandOutput,
  type ContentError,
  type ContentSource,
  type ContentView,
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
  type ExpiredCount,
  type ExpiredRecords,
  type FencedRequest,
  type HostAnswer,
  type HostingEvent,
  type HostProbe,
  type HttpCertificateChallenge,
  type IdempotencyBeginning,
  type IdempotencyRecords,
  type IdempotentCall,
  type IssuedCertificate,
  type LeaseRecords,
  type ListDomains,
  type ListedBlob,
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
  type RegisterCertificateAccount,
  type ReleaseProblem,
  type RemoteDirectoryEntry,
  type RemoteFileFacts,
  type RemoteFileKind,
  type RemoveDnsValues,
  type RemoveOptions,
  type ReplaceDnsSet,
  type Resolver,
  type ResolverError,
  type RevisionMove,
  type RevisionRecords,
  type RevocationReason,
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
  type VerifyDomain,
  type VerifyRequest,
  type WorkOptions,
  type WriteFileOptions,
} from "./ports/index.ts";
export type { Preview, PreviewGuard, PreviewId } from "./preview/preview.ts";
export { hashPreviewToken } from "./preview/preview-token.ts";
export { isCompressible } from "./publish/compressible.ts";
export type { FleetPolicy } from "./publish/fleet-policy.ts";
export { isHashedAsset } from "./publish/hashed-asset.ts";
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
  groupAnnouncement,
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
