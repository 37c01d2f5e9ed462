import { type CertificateAuthority, errAsync, flow, hasCode, hostingError, ok, okAsync } from "@hostelry/core/adapter";
import { certificateAuthorityConformance } from "../conformance/certificate-authority/certificate-authority-conformance.ts";
import type { MemoryAuthority } from "../memory/certificate-authority/memory-authority.ts";
import { memoryAuthorityHarness } from "../memory/certificate-authority/memory-authority-harness.ts";
import type { Saboteur } from "./saboteur.ts";

/** An authority that breaks one promise: `spoil` gives the methods that replace those of a good one. */
function authoritySaboteur(draft: {
  readonly name: string;
  /** Case ids without the port. */
  readonly caughtBy: readonly string[];
  readonly spoil: (authority: MemoryAuthority) => Partial<CertificateAuthority>;
}): Saboteur {
  const { name, caughtBy, spoil } = draft;
  const harness = memoryAuthorityHarness((authority) => ({ ...authority, ...spoil(authority) }));
  const port = "certificate-authority";
  const cases = () => certificateAuthorityConformance(harness);
  return { name, port, caughtBy: caughtBy.map((id) => `${port}/${id}`), cases };
}

const agreed = { termsOfServiceAgreed: true };

/** Authorities that break one promise each. */
export const certificateAuthoritySaboteurs: readonly Saboteur[] = [
  authoritySaboteur({
    name: "registers a key as soon as it is used",
    caughtBy: ["account/missing", "account/registered", "account/terms", "cancel/before", "facts/without-account"],
    spoil: (authority) => ({
      findAccount: (call) => authority.registerAccount(agreed, call).map(({ account }) => account),
    }),
  }),
  authoritySaboteur({
    name: "says of every registration that it is new",
    caughtBy: ["account/raced", "account/registered"],
    spoil: (authority) => ({
      registerAccount: (request, call) =>
        authority.registerAccount(request, call).map((answer) => ({ ...answer, created: true })),
    }),
  }),
  authoritySaboteur({
    name: "agrees to terms for its caller",
    caughtBy: ["account/terms"],
    spoil: (authority) => ({
      registerAccount: (request, call) => authority.registerAccount({ ...request, ...agreed }, call),
    }),
  }),
  authoritySaboteur({
    name: "takes a closed account for one that is not there",
    caughtBy: ["account/deactivated"],
    spoil: (authority) => ({
      placeOrder: (request, call) =>
        authority.placeOrder(request, call).mapErr((error) => {
          if (!hasCode(error, "CERTIFICATE_ACCOUNT_MISSING")) return error;
          return hostingError(error.code, error.message, { ...error.details, reason: "absent" });
        }),
    }),
  }),
  authoritySaboteur({
    name: "orders what is left of names when one is there twice",
    caughtBy: ["order/names-are-checked"],
    spoil: (authority) => ({
      placeOrder: (request, call) => authority.placeOrder({ ...request, names: [...new Set(request.names)] }, call),
    }),
  }),
  authoritySaboteur({
    name: "forgets the profile that was asked for",
    caughtBy: ["issue/profile", "order/unknown-profile"],
    spoil: (authority) => ({
      placeOrder: (request, call) => authority.placeOrder({ ...request, profile: undefined }, call),
    }),
  }),
  authoritySaboteur({
    name: "keeps it to itself that an order is a renewal",
    caughtBy: ["renewal/replaces-once", "renewal/replaces-unknown"],
    spoil: (authority) => ({
      placeOrder: (request, call) => authority.placeOrder({ ...request, replaces: undefined }, call),
    }),
  }),
  authoritySaboteur({
    name: "takes a renewal that is there already for a refusal",
    caughtBy: ["renewal/replaces-once"],
    spoil: (authority) => ({
      placeOrder: (request, call) =>
        authority.placeOrder(request, call).mapErr((error) => {
          if (!hasCode(error, "CERTIFICATE_ALREADY_REPLACED")) return error;
          const details = { authority: "memory", operation: "placeOrder", problem: "alreadyReplaced", names: [] };
          return hostingError("CERTIFICATE_REFUSED", error.message, details);
        }),
    }),
  }),
  authoritySaboteur({
    name: "shows the names of an order as they came",
    caughtBy: ["order/placed", "order/wildcard-beside-apex"],
    spoil: (authority) => ({
      placeOrder: (request, call) =>
        authority.placeOrder(request, call).map((head) => ({ ...head, names: request.names })),
    }),
  }),
  authoritySaboteur({
    name: "has the same answer for a name and its wildcard",
    caughtBy: ["order/wildcard-beside-apex", "proof/dns"],
    spoil: (authority) => ({
      getOrder: (orderId, call) =>
        authority.getOrder(orderId, call).map((order) => {
          const first = order.proofs[0]?.challenges.find(({ type }) => type === "dns-01");
          const recordValue = first?.type === "dns-01" ? first.recordValue : "";
          const proofs = order.proofs.map((proof) => ({
            ...proof,
            challenges: proof.challenges.map((each) => (each.type === "dns-01" ? { ...each, recordValue } : each)),
          }));
          return { ...order, proofs };
        }),
    }),
  }),
  authoritySaboteur({
    name: "hides which proof is the wildcard's",
    caughtBy: ["order/wildcard-beside-apex"],
    spoil: (authority) => ({
      getOrder: (orderId, call) =>
        authority.getOrder(orderId, call).map((order) => ({
          ...order,
          proofs: order.proofs.map((proof) => ({ ...proof, wildcard: false })),
        })),
    }),
  }),
  authoritySaboteur({
    name: "takes an order that failed for one that has not been decided",
    caughtBy: ["proof/wrong-answer"],
    spoil: (authority) => ({
      getOrder: (orderId, call) =>
        authority
          .getOrder(orderId, call)
          .map((order) => (order.status === "invalid" ? { ...order, status: "pending" } : order)),
    }),
  }),
  authoritySaboteur({
    name: "does not say why a proof failed",
    caughtBy: ["proof/wrong-answer"],
    spoil: (authority) => ({
      getOrder: (orderId, call) =>
        authority.getOrder(orderId, call).map((order) => ({
          ...order,
          proofs: order.proofs.map((proof) => ({
            ...proof,
            challenges: proof.challenges.map(({ problem: _, ...challenge }) => challenge),
          })),
        })),
    }),
  }),
  authoritySaboteur({
    name: "takes every answer to a challenge for good",
    caughtBy: ["proof/wrong-answer"],
    spoil: (authority) => ({
      answerChallenge: (request, call) => authority.answerChallenge(request, call).map(() => ({ status: "valid" })),
    }),
  }),
  authoritySaboteur({
    name: "refuses to be told of an answer twice",
    caughtBy: ["proof/told-twice", "proof/wrong-answer"],
    spoil: (authority) => ({
      answerChallenge: (request, call) =>
        flow(async function* () {
          const { proofs } = yield* authority.getOrder(request.orderId, call);
          const challenge = proofs.flatMap(({ challenges }) => challenges).find(({ id }) => id === request.challengeId);
          if (challenge === undefined || challenge.status === "pending") {
            return authority.answerChallenge(request, call);
          }
          const details = { authority: "memory", operation: "answerChallenge", problem: "malformed", names: [] };
          return errAsync(hostingError("CERTIFICATE_REFUSED", "It is not pending.", details));
        }),
    }),
  }),
  authoritySaboteur({
    name: "says that a failed order may become ready",
    caughtBy: ["proof/wrong-answer"],
    spoil: (authority) => ({
      finalizeOrder: (request, call) =>
        authority.finalizeOrder(request, call).mapErr((error) => {
          if (!hasCode(error, "CERTIFICATE_ORDER_NOT_READY")) return error;
          return hostingError(error.code, error.message, error.details, { retryable: true });
        }),
    }),
  }),
  authoritySaboteur({
    name: "refuses a request for an order that has one",
    caughtBy: ["issue/first-request-counts"],
    spoil: (authority) => ({
      finalizeOrder: (request, call) =>
        flow(async function* () {
          const { status } = yield* authority.getOrder(request.orderId, call);
          if (status !== "processing" && status !== "valid") return authority.finalizeOrder(request, call);
          const details = { authority: "memory", orderId: request.orderId, status };
          return errAsync(hostingError("CERTIFICATE_ORDER_NOT_READY", "It was finalized.", details));
        }),
    }),
  }),
  authoritySaboteur({
    name: "takes a request for other names for one that came too early",
    caughtBy: ["issue/other-names"],
    spoil: (authority) => ({
      finalizeOrder: (request, call) =>
        authority.finalizeOrder(request, call).mapErr((error) => {
          if (!hasCode(error, "CERTIFICATE_REFUSED")) return error;
          const details = { authority: "memory", orderId: request.orderId, status: "ready" };
          return hostingError("CERTIFICATE_ORDER_NOT_READY", error.message, details);
        }),
    }),
  }),
  authoritySaboteur({
    name: "hands certificates out with their root",
    caughtBy: ["issue/exact"],
    spoil: (authority) => ({
      downloadCertificate: (orderId, call) =>
        authority
          .downloadCertificate(orderId, call)
          .map(({ chainPem }) => ({ chainPem: chainPem + authority.server.rootPem })),
    }),
  }),
  authoritySaboteur({
    name: "shows orders to everybody who knows their id as not ready",
    caughtBy: ["order/not-found"],
    spoil: (authority) => ({
      downloadCertificate: (orderId, call) =>
        authority.downloadCertificate(orderId, call).mapErr((error) => {
          if (!hasCode(error, "CERTIFICATE_ORDER_NOT_FOUND")) return error;
          const details = { authority: "memory", orderId, status: "pending" };
          return hostingError("CERTIFICATE_ORDER_NOT_READY", error.message, details);
        }),
    }),
  }),
  authoritySaboteur({
    name: "takes nonsense for a certificate that it does not know",
    caughtBy: ["renewal/advice"],
    spoil: (authority) => ({
      readRenewalInfo: (certificatePem, call) =>
        authority
          .readRenewalInfo(certificatePem, call)
          .orElse((error) => (hasCode(error, "INVALID_INPUT") ? okAsync(null) : errAsync(error))),
    }),
  }),
  authoritySaboteur({
    name: "advises by the certificate's dates, whatever the authority says",
    caughtBy: ["renewal/advice-moves"],
    spoil: (authority) => ({
      readRenewalInfo: (certificatePem, call) =>
        authority.readRenewalInfo(certificatePem, call).map((advice) => {
          const held = authority.server.certificates().find(({ renewalId }) => renewalId === advice?.renewalId);
          if (advice === null || held === undefined) return null;
          const middle = new Date((held.notBefore.getTime() + 2 * held.notAfter.getTime()) / 3);
          return { ...advice, info: { ...advice.info, windowStart: middle, windowEnd: middle } };
        }),
    }),
  }),
  authoritySaboteur({
    name: "has every revocation change something",
    caughtBy: ["revoke/once"],
    spoil: (authority) => ({
      revokeCertificate: (request, call) => authority.revokeCertificate(request, call).map(() => ({ changed: true })),
    }),
  }),
  authoritySaboteur({
    name: "takes a stranger's certificate for one that is revoked",
    caughtBy: ["revoke/strangers"],
    spoil: (authority) => ({
      revokeCertificate: (request, call) =>
        authority.revokeCertificate(request, call).orElse((error) => {
          return hasCode(error, "CERTIFICATE_REFUSED") ? okAsync({ changed: false }) : errAsync(error);
        }),
    }),
  }),
  authoritySaboteur({
    name: "goes on with an order after its caller has left",
    caughtBy: ["cancel/before"],
    spoil: (authority) => ({
      answerChallenge: (request, call) =>
        flow(async function* () {
          const told = yield* authority.answerChallenge(request);
          if (call?.signal?.aborted !== true) return ok(told);
          return errAsync(hostingError("ABORTED", "The caller left.", { operation: "answerChallenge" }));
        }),
    }),
  }),
];
