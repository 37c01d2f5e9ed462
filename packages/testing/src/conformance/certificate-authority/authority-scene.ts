import assert from "node:assert/strict";
import {
  type CertificateAuthority,
  type CertificateChallenge,
  type CertificateOrder,
  type CheckedCertificate,
  certificateFacts,
  checkCertificate,
  type PlaceCertificateOrder,
} from "@hostelry/core/adapter";
import { expectOk } from "../expectation.ts";
import type { CertificateAuthorityUnderTest } from "./certificate-authority-harness.ts";

/** So often an authority is asked whether it has made up its mind. */
const mostLooks = 1000;

/** The subject, with its account. */
export async function registered({ subject }: CertificateAuthorityUnderTest): Promise<CertificateAuthority> {
  await expectOk(subject.registerAccount({ termsOfServiceAgreed: true }));
  return subject;
}

/** Puts up the answers to all challenges of a type that are open, and tells the authority of them. */
export async function answerAll(
  underTest: CertificateAuthorityUnderTest,
  orderId: string,
  type: "dns-01" | "http-01",
): Promise<void> {
  const { subject } = underTest;
  const { proofs } = await expectOk(subject.getOrder(orderId));
  const open = proofs.filter(({ status }) => status === "pending").map((proof) => challengeOf(proof, type));
  for (const challenge of open) {
    if (challenge.type === "dns-01") await underTest.answerTxt(challenge.recordName, challenge.recordValue);
    else await underTest.answerHttp(challenge.name, challenge.token, challenge.content);
  }
  for (const { id: challengeId } of open) await expectOk(subject.answerChallenge({ orderId, challengeId }));
}

/** The challenge of a type, which has to be there; with the name that it is about. */
export function challengeOf(
  proof: CertificateOrder["proofs"][number],
  type: "dns-01" | "http-01",
): CertificateChallenge & { readonly name: string } {
  const challenge = proof.challenges.find((each) => each.type === type);
  if (challenge === undefined) assert.fail(`${proof.name} can be proven by ${type}`);
  return { ...challenge, name: proof.name };
}

/** Looks until the authority has made up its mind about an order. */
export async function decided(underTest: CertificateAuthorityUnderTest, orderId: string): Promise<CertificateOrder> {
  for (let look = 0; look < mostLooks; look += 1) {
    const order = await expectOk(underTest.subject.getOrder(orderId));
    const thinks = order.proofs.some(({ challenges }) => challenges.some(({ status }) => status === "processing"));
    if (!thinks && order.status !== "processing") return order;
    await underTest.wait();
  }
  assert.fail(`the authority never makes up its mind about ${orderId}`);
}

/** An order whose names are proven. */
export async function readyOrder(
  underTest: CertificateAuthorityUnderTest,
  request: PlaceCertificateOrder,
): Promise<CertificateOrder> {
  const { id } = await expectOk(underTest.subject.placeOrder(request));
  const type = request.names.some((name) => name.startsWith("*.")) ? "dns-01" : "http-01";
  await answerAll(underTest, id, type);
  const order = await decided(underTest, id);
  assert.equal(order.status, "ready", `names that are proven: ${JSON.stringify(order.problem)}`);
  return order;
}

/** A certificate that was issued, and checked. */
export interface CollectedCertificate extends CheckedCertificate {
  readonly orderId: string;
  readonly privateKeyPem: string;
  /** As it came. */
  readonly downloadedPem: string;
}

/** Orders, proves, requests and fetches; what comes has to be good for the names and by the authority's root. */
export async function collect(
  underTest: CertificateAuthorityUnderTest,
  request: PlaceCertificateOrder,
): Promise<CollectedCertificate> {
  const { subject } = underTest;
  const { id: orderId } = await readyOrder(underTest, request);
  const { privateKeyPem, signingRequest } = await underTest.newSigningRequest(request.names);
  await expectOk(subject.finalizeOrder({ orderId, signingRequest }));
  assert.equal((await decided(underTest, orderId)).status, "valid", "an order that was finalized");
  const { chainPem } = await expectOk(subject.downloadCertificate(orderId));
  return {
    ...checked(underTest, { chainPem, privateKeyPem, names: request.names }),
    orderId,
    privateKeyPem,
    downloadedPem: chainPem,
  };
}

/** A certificate that has to be good for its names, its key and the root. */
export function checked(
  { rootPem }: CertificateAuthorityUnderTest,
  certificate: { readonly chainPem: string; readonly privateKeyPem: string; readonly names: readonly string[] },
): CheckedCertificate {
  // The authority may live by another clock than this process: all of its time is as good as now.
  const now = certificateFacts(certificate.chainPem)?.notAfter ?? new Date();
  const outcome = checkCertificate({ ...certificate, now, trustedRoots: [rootPem] });
  if (outcome.isErr()) assert.fail(`the certificate is not good: ${outcome.error.message}`);
  return outcome.value;
}
