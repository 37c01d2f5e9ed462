/** The part of `@hostelry/core` that is about names, certificates, records in the DNS and provisioned resources. */
export { type AnalyticsOutcome, ensureAnalytics } from "./analytics/ensure-analytics.ts";
export type { BindDomainError, BindDomainOptions } from "./binding/bind-domain.ts";
export type { Binding, BindingPart, BindingPartState, BindingStep } from "./binding/binding.ts";
export type { BindingEvent, BindingEventKind, BindingEvents } from "./binding/binding-event.ts";
export type { BindingDns, BindingsOptions, RoutingPlace } from "./binding/binding-ports.ts";
export { type Bindings, createBindings } from "./binding/create-bindings.ts";
export type { DnsPartError } from "./binding/dns-part.ts";
export { canRedirect, checkHostRoute, routeConflict, routeTargetText, sameRouteTarget } from "./binding/host-route.ts";
export type { ReconcileBindingError, ReconciledBinding } from "./binding/reconcile-binding.ts";
export type { SettleBindingError } from "./binding/settle-binding.ts";
export type { SweepBindingsOptions, SweptBindings } from "./binding/sweep-bindings.ts";
export type { UnbindDomainError, Unbound } from "./binding/unbind-domain.ts";
export { type AesKeyVaultOptions, aesKeyVault } from "./certificate/aes-key-vault.ts";
export {
  accountKeyContext,
  type CertificateAccountRecord,
  type CertificateAdvice,
  type CertificateDelivery,
  type CertificateId,
  type CertificateLease,
  type CertificateRecord,
  type CertificateSource,
  type CertificateState,
  type CertificateTrouble,
  type ChallengeAnswerRecord,
  certificateKeyContext,
  type IssuedCertificateRecord,
  mostPastCertificates,
  type OpenCertificateOrder,
  type PastCertificate,
  type PresentedChallenge,
} from "./certificate/certificate.ts";
export { type CertificateAccountKeyOptions, certificateAccountKey } from "./certificate/certificate-account.ts";
export type { CertificateEvent, CertificateEventKind, CertificateEvents } from "./certificate/certificate-event.ts";
export { type CertificateFacts, certificateFacts } from "./certificate/certificate-facts.ts";
export {
  type CertificateMirror,
  type CertificateMirrorOptions,
  certificateMirror,
  type MirroredCertificates,
} from "./certificate/certificate-mirror.ts";
export { checkCertificateNames, coversName } from "./certificate/certificate-names.ts";
export { type CertificatePolicy, defaultCertificatePolicy } from "./certificate/certificate-policy.ts";
export type {
  CertificatesOptions,
  MakeSigningRequest,
  UsedCertificateAuthority,
} from "./certificate/certificate-ports.ts";
export { certificateView } from "./certificate/certificate-view.ts";
export type {
  AdvanceCertificateError,
  Certificate,
  CertificateNext,
  CertificateProgress,
  Certificates,
  EnsureCertificate,
  EnsureCertificateError,
  RevokeCertificateError,
  SweepCertificatesOptions,
  SweptCertificates,
  UploadCertificate,
  UploadCertificateError,
} from "./certificate/certificates.ts";
export {
  type CertificateFinding,
  type CertificateFindingCode,
  type CertificateToCheck,
  type CheckedCertificate,
  checkCertificate,
} from "./certificate/check-certificate.ts";
export { createCertificates } from "./certificate/create-certificates.ts";
export { type DnsChallengesOptions, dnsChallenges } from "./certificate/dns-challenges.ts";
export { type HttpChallengesOptions, httpChallenges, storedChallengeAnswers } from "./certificate/http-challenges.ts";
export {
  type IssuePermission,
  type NamePermission,
  type VerifiedNamesOptions,
  verifiedNames,
} from "./certificate/issue-permission.ts";
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
} from "./domain/domain.ts";
export {
  type DomainIndex,
  type DomainIndexOptions,
  domainIndex,
  type IssueDecision,
  type RoutedDomain,
} from "./domain/domain-index.ts";
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
export { createProvisioning, type Provisioning } from "./provisioning/create-provisioning.ts";
export type { FollowOperationsRequest } from "./provisioning/follow-operation.ts";
export { type InProcessRunnerOptions, inProcessRunner } from "./provisioning/in-process-runner.ts";
export type { LookAhead, LookAheadError } from "./provisioning/look-ahead.ts";
export {
  idempotencyKeyOf,
  type Operation,
  type OperationAllowance,
  type OperationEvent,
  type OperationEventKind,
  type OperationId,
  type OperationNotice,
  type OperationReason,
  type OperationState,
  type OperationStep,
  type OperationStepState,
  openOperationStates,
  operationStates,
  type StepEffect,
} from "./provisioning/operation.ts";
export {
  nextOperationState,
  type OperationMove,
  type OperationWish,
  operationMoves,
  operationTransitions,
  statesBefore,
} from "./provisioning/operation-machine.ts";
export type { PlanResourceError, PlanResourceOptions, ResourcePlan } from "./provisioning/plan-resource.ts";
export { defaultProvisioningPolicy, type ProvisioningPolicy } from "./provisioning/provisioning-policy.ts";
export type { OperationListener, ProvisioningOptions, SecretsOf } from "./provisioning/provisioning-ports.ts";
export type {
  DriftedResource,
  ReconciledResources,
  ReconcileResourcesOptions,
} from "./provisioning/reconcile-resources.ts";
export type { MoveOperationError, RequestOperationError, WishOptions } from "./provisioning/request-operation.ts";
export {
  canonicalFacts,
  type Resource,
  type ResourceAddress,
  type ResourceFacts,
  type ResourceGoal,
  type ResourceKind,
  type ResourcePlace,
  resourceName,
  sameFacts,
} from "./provisioning/resource.ts";
export type { RunOperationError, RunOperationOptions } from "./provisioning/run-operation.ts";
export type { SweepOperationsOptions, SweptOperations } from "./provisioning/sweep-operations.ts";
export { type ProvisionedWaiting, provisionWaiting } from "./provisioning/waiting/provision-waiting.ts";
export type { ProvisionWaitingOptions } from "./provisioning/waiting/waiting-options.ts";
export type { SiteFacts, SiteReport, WaitingServer } from "./provisioning/waiting/waiting-server.ts";
export { isTenantId, type TenantId } from "./tenant/tenant.ts";
