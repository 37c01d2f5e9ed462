import { createHash } from "node:crypto";
import {
  type CertificateChallenge,
  type CertificateOrder,
  type CertificateProblem,
  err,
  type HostingErrorOf,
  type NameProof,
  ok,
  type Result,
} from "@hostelry/core/adapter";
import { orderNotReady, refused } from "./authority-errors.ts";
import type { HeldChallenge, HeldOrder, HeldProof } from "./authority-records.ts";
import type { AuthorityState } from "./authority-state.ts";
import type { CountedUse } from "./leaky-buckets.ts";

/** Brings an order to where it is by now. */
export function settleOrder(state: AuthorityState, order: HeldOrder): void {
  const nowMs = state.clock.now().getTime();
  for (const proof of order.proofs) settleProof(state, order, proof, nowMs);
  if (order.status === "processing" && (order.certificate?.readyAtMs ?? nowMs) <= nowMs) order.status = "valid";
  if (order.status !== "pending" && order.status !== "ready") return;
  const broken = order.proofs.find(({ status }) => status !== "valid" && status !== "pending");
  if (broken !== undefined) {
    const problem = broken.challenges.find((challenge) => challenge.problem !== undefined)?.problem;
    end(order, problem ?? { type: "unauthorized", detail: "a proof is over", name: broken.name });
  } else if (order.expiresAtMs <= nowMs) {
    end(order, { type: "malformed", detail: "the order has expired" });
  } else if (order.proofs.every(({ status }) => status === "valid")) {
    order.status = "ready";
  }
}

/** Looks at the answer to a challenge, as it is now; says what it saw when it has thought about it. */
export function lookAt(
  state: AuthorityState,
  order: HeldOrder,
  proof: HeldProof,
  challenge: HeldChallenge,
  keyAuthorization: string,
): void {
  const nowMs = state.clock.now().getTime();
  if (proof.status !== "pending" || proof.verdict !== undefined || challenge.status !== "pending") return;
  challenge.status = "processing";
  const problem = problemWith(state, proof, challenge, keyAuthorization);
  proof.verdict = { challenge, problem, atMs: nowMs + state.settings.validationMs };
  settleProof(state, order, proof, nowMs);
}

/** Takes a signing request, and issues. */
export function finalize(
  state: AuthorityState,
  order: HeldOrder,
  signingRequest: Uint8Array,
): Result<HeldOrder, HostingErrorOf<"CERTIFICATE_ORDER_NOT_READY"> | HostingErrorOf<"CERTIFICATE_REFUSED">> {
  settleOrder(state, order);
  if (order.status === "processing" || order.status === "valid") return ok(order);
  if (order.status !== "ready") return err(orderNotReady(order.id, order.status));
  const request = state.readRequest(signingRequest);
  if (request === undefined)
    return err(refused("finalizeOrder", "badCSR", "it can't be read, or its key has not signed it"));
  if (request.names.join(",") !== order.names.join(",")) {
    return err(refused("finalizeOrder", "badCSR", "its names are not those of the order"));
  }
  const nowMs = state.clock.now().getTime();
  const lifetimeMs = state.settings.profiles[order.profile]?.lifetimeMs ?? 0;
  // An hour early, as Let's Encrypt does, for visitors whose clocks are slow.
  const notBefore = new Date(Math.floor(nowMs / 1000) * 1000 - 3_600_000);
  const notAfter = new Date(notBefore.getTime() + lifetimeMs - 1000);
  const { names, accountId, profile, replaces } = order;
  const { chainPem, renewalId, serial } = state.issuer.issue({
    names,
    publicKey: request.publicKey,
    notBefore,
    notAfter,
  });
  const held = { renewalId, accountId, names, profile, exempt: replaces !== null, notBefore, notAfter };
  state.certificates.set(serial, { ...held, revokedAt: null, advice: null });
  state.counts.certificates += 1;
  order.certificate = { chainPem, readyAtMs: nowMs + state.settings.issuanceMs };
  order.status = "processing";
  settleOrder(state, order);
  return ok(order);
}

/** An order as the port shows it. */
export function shownOrder(state: AuthorityState, order: HeldOrder, thumbprint: string): CertificateOrder {
  const nowMs = state.clock.now().getTime();
  const waits = [
    ...order.proofs.flatMap(({ verdict, status }) =>
      status === "pending" && verdict !== undefined ? verdict.atMs : [],
    ),
    ...(order.status === "processing" && order.certificate !== undefined ? [order.certificate.readyAtMs] : []),
  ];
  return {
    id: order.id,
    status: order.status,
    names: [...order.names],
    expiresAt: new Date(order.expiresAtMs),
    retryAfterMs: waits.length === 0 ? null : Math.max(0, Math.max(...waits) - nowMs),
    ...(order.problem === undefined ? {} : { problem: { ...order.problem } }),
    proofs: order.proofs.map((proof) => shownProof(proof, thumbprint)),
  };
}

function shownProof(proof: HeldProof, thumbprint: string): NameProof {
  const { id, name, wildcard, status, token } = proof;
  const content = keyAuthorization(token, thumbprint);
  const challenges = proof.challenges.map((held): CertificateChallenge => {
    const problem = held.problem === undefined ? {} : { problem: { ...held.problem } };
    const shared = { id: held.id, status: held.status, ...problem };
    return held.type === "http-01"
      ? { type: "http-01", ...shared, token, content }
      : { type: "dns-01", ...shared, recordName: `_acme-challenge.${name}`, recordValue: recordValue(content) };
  });
  return { id, name, wildcard, status, expiresAt: new Date(proof.expiresAtMs), challenges };
}

/** What the answer to a challenge is made of (RFC 8555, section 8.1). */
export function keyAuthorization(token: string, thumbprint: string): string {
  return `${token}.${thumbprint}`;
}

function recordValue(content: string): string {
  return createHash("sha256").update(content).digest("base64url");
}

function settleProof(state: AuthorityState, order: HeldOrder, proof: HeldProof, nowMs: number): void {
  const { verdict } = proof;
  if (proof.status === "pending" && verdict !== undefined && verdict.atMs <= nowMs) {
    const { challenge, problem } = verdict;
    challenge.status = problem === null ? "valid" : "invalid";
    proof.status = challenge.status;
    const fullName = proof.wildcard ? `*.${proof.name}` : proof.name;
    if (problem === null) {
      proof.expiresAtMs = nowMs + (state.settings.profiles[order.profile]?.proofReuseMs ?? 0);
      state.proofs.set(`${proof.accountId} ${fullName}`, proof);
    } else {
      challenge.problem = problem;
      state.counts.failedProofs += 1;
      state.buckets.add(failedProofUses(state, proof.accountId, [proof.name]), nowMs);
    }
  }
  if (proof.status === "pending" && proof.expiresAtMs <= nowMs) proof.status = "expired";
}

/** By what failed proofs are counted. */
export function failedProofUses(
  { settings: { limits } }: AuthorityState,
  accountId: string,
  names: readonly string[],
): readonly CountedUse[] {
  const allows = limits.failedProofs;
  if (allows === undefined) return [];
  return names.map((name) => ({ limit: "failed-proofs-per-name", by: `${accountId} ${name}`, allows }));
}

function problemWith(
  { settings: { seen } }: AuthorityState,
  { name, token }: HeldProof,
  { type }: HeldChallenge,
  expected: string,
): CertificateProblem | null {
  if (type === "dns-01") {
    const values = seen.txt(`_acme-challenge.${name}`);
    if (values.includes(recordValue(expected))) return null;
    return values.length === 0
      ? { type: "dns", detail: `there is no TXT record at _acme-challenge.${name}`, name }
      : { type: "unauthorized", detail: "the TXT records have another value", name };
  }
  const content = seen.http(name, token);
  if (content === undefined) return { type: "connection", detail: `nothing answers at ${name}`, name };
  return content.trimEnd() === expected ? null : { type: "unauthorized", detail: "another text was answered", name };
}

function end(order: HeldOrder, problem: CertificateProblem): void {
  order.status = "invalid";
  order.problem = problem;
}
