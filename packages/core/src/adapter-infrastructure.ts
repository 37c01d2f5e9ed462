/** The part of `@hostelry/core/adapter` that is for adapters of the infrastructure plane. */
export { analyticsAddress, checkAnalyticsKey, checkAnalyticsSite } from "./analytics/analytics-limits.ts";
export { canRedirect, checkHostRoute, routeConflict, routeTargetText, sameRouteTarget } from "./binding/host-route.ts";
export { pageOfRoutes } from "./binding/page-of-routes.ts";
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
export { certificateBusy, certificateLeaseLost, certificateNotFound } from "./certificate/certificate-errors.ts";
export { type CertificateFacts, certificateFacts } from "./certificate/certificate-facts.ts";
export {
  checkCertificateAccount,
  checkCertificateLease,
  checkCertificateLimit,
  checkChallengeAnswer,
  checkNewCertificate,
  checkRateKeys,
  checkSpentRates,
  checkStaleLimit,
} from "./certificate/certificate-limits.ts";
export { checkCertificateNames, coversName } from "./certificate/certificate-names.ts";
export {
  type CertificateFinding,
  type CertificateFindingCode,
  type CertificateToCheck,
  type CheckedCertificate,
  checkCertificate,
} from "./certificate/check-certificate.ts";
export { checkCertificateDelivery, isCertificateId } from "./certificate/check-delivery.ts";
export {
  type HttpAnswer,
  type HttpAnswerPlace,
  type HttpChallengeSolverOptions,
  httpChallengeSolver,
} from "./certificate/http-challenge-solver.ts";
export type { RateUses } from "./certificate/rate-budget.ts";
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
} from "./domain/domain.ts";
export { domainNotFound, domainTaken, domainTransitionInvalid } from "./domain/domain-errors.ts";
export { checkDomainClaim, checkDomainLimit, checkDomainWait } from "./domain/domain-limits.ts";
export {
  type DomainEvent,
  type DomainOutcome,
  domainEvents,
  domainTransitions,
  isDomainMove,
  nextDomainState,
} from "./domain/domain-machine.ts";
export { coversHostname, type Hostname, namesAbove, wildcardAbove, wwwCounterpart } from "./domain/hostname.ts";
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
  operationHeld,
  operationLost,
  operationNotFound,
  operationTransitionInvalid,
} from "./provisioning/operation-errors.ts";
export {
  checkClaimTime,
  checkOperationClaim,
  checkOperationLimit,
  checkOperationReason,
  checkOperationRequest,
  checkOperationWait,
  checkResourceAddress,
  checkStepIntent,
} from "./provisioning/operation-limits.ts";
export {
  nextOperationState,
  type OperationMove,
  type OperationWish,
  operationMoves,
  operationTransitions,
  statesBefore,
} from "./provisioning/operation-machine.ts";
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
export { isTenantId, type TenantId } from "./tenant/tenant.ts";
