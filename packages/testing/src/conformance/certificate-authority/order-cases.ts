import assert from "node:assert/strict";
import { assertSame, expectOk, expectRefusal, onlyOne } from "../expectation.ts";
import { challengeOf, registered } from "./authority-scene.ts";
import type { CertificateAuthorityCase, CertificateAuthorityUnderTest } from "./certificate-authority-harness.ts";

/** What an authority promises of orders before anything is proven. */
export const orderCases: readonly CertificateAuthorityCase[] = [
  {
    name: "order/placed",
    title: "takes an order, and shows it to every process of the account as it was placed, its names sorted",
    check: async (underTest) => {
      const subject = await registered(underTest);
      const { domain } = underTest;
      const names = [`b.${domain}`, `a.${domain}`];
      const head = await expectOk(subject.placeOrder({ names }));
      assertSame(head.names, [...names].sort(), "names");
      assert.equal(head.status, "pending");
      for (const adapter of [subject, underTest.another()]) {
        const { proofs, status, names: shown } = await expectOk(adapter.getOrder(head.id));
        assertSame({ status, shown }, { status: "pending", shown: head.names }, "the order");
        const about = proofs.map((proof) => ({ ...proof, id: "", expiresAt: null, challenges: [] }));
        about.sort((one, other) => (one.name < other.name ? -1 : 1));
        const proof = { id: "", wildcard: false, status: "pending", expiresAt: null, challenges: [] };
        assertSame(
          about,
          head.names.map((name) => ({ ...proof, name })),
          "one proof per name",
        );
        assert.equal(new Set(proofs.map(({ id }) => id)).size, 2, "each its own");
      }
    },
  },
  {
    name: "order/challenges",
    title: "says for each name what to answer, and where; nothing of that could be a path",
    check: async (underTest) => {
      const subject = await registered(underTest);
      const { domain } = underTest;
      const { id } = await expectOk(subject.placeOrder({ names: [domain] }));
      const proof = onlyOne((await expectOk(subject.getOrder(id))).proofs, "proof");
      for (const type of subject.capabilities.challenges) {
        const challenge = challengeOf(proof, type);
        assert.equal(challenge.status, "pending");
        if (challenge.type === "http-01") {
          assert.match(challenge.token, /^[A-Za-z0-9_-]{1,200}$/);
          assert.match(challenge.content, /^[\x21-\x7e]{1,1000}$/);
        } else {
          assert.equal(challenge.recordName, `_acme-challenge.${domain}`);
          assert.match(challenge.recordValue, /^[A-Za-z0-9_-]{1,255}$/);
        }
      }
      const ids = proof.challenges.map((challenge) => challenge.id);
      assert.equal(new Set(ids).size, ids.length, "each has an id of its own");
    },
  },
  {
    name: "order/wildcard-beside-apex",
    title: "has a name and its wildcard proven apart, each with a value of its own at one record",
    requires: ["wildcards"],
    check: async (underTest) => {
      const subject = await registered(underTest);
      const { domain } = underTest;
      const { id, names } = await expectOk(subject.placeOrder({ names: [domain, `*.${domain}`] }));
      assertSame(names, [`*.${domain}`, domain], "names");
      const { proofs } = await expectOk(subject.getOrder(id));
      assertSame(
        proofs.map(({ wildcard }) => wildcard).sort((one) => (one ? -1 : 1)),
        [true, false],
        "one is for the wildcard",
      );
      assertSame([...new Set(proofs.map(({ name }) => name))], [domain], "named without the star");
      const records = proofs.map((proof) => challengeOf(proof, "dns-01"));
      const values = records.map((record) => record.type === "dns-01" && `${record.recordName} ${record.recordValue}`);
      assert.equal(new Set(values).size, 2, "two values");
      const wildcard = proofs.find((proof) => proof.wildcard);
      assertSame(
        wildcard?.challenges.map(({ type }) => type),
        ["dns-01"],
        "a wildcard can't be proven by HTTP",
      );
    },
  },
  {
    name: "order/names-are-checked",
    title: "takes canonical names only, each once, and one at least",
    check: async (underTest) => {
      const subject = await registered(underTest);
      const { domain } = underTest;
      const wrong = [
        [],
        [domain, domain],
        [domain.toUpperCase()],
        [`${domain}.`],
        [`under_score.${domain}`],
        [`*.*.${domain}`],
        [`www.*.${domain}`],
        ["192.0.2.1"],
        ["localhost"],
        Array.from({ length: 101 }, (_, index) => `a${index}.${domain}`),
      ];
      for (const names of wrong) await expectRefusal(subject.placeOrder({ names }), "INVALID_INPUT");
    },
  },
  {
    name: "order/refused-name",
    title: "refuses a name that its policy excludes, for good",
    tool: "refusedName",
    check: async (underTest) => {
      const subject = await registered(underTest);
      const { domain, refusedName = "" } = underTest;
      const error = await expectRefusal(subject.placeOrder({ names: [refusedName, domain] }), "CERTIFICATE_REFUSED");
      assertSame([error.details.problem, error.retryable], ["rejectedIdentifier", false], "why");
    },
  },
  {
    name: "order/unknown-profile",
    title: "refuses a profile that it does not have",
    requires: ["profiles"],
    check: async (underTest) => {
      const subject = await registered(underTest);
      const placing = subject.placeOrder({ names: [underTest.domain], profile: "no-such-profile" });
      const error = await expectRefusal(placing, "CERTIFICATE_REFUSED");
      assert.equal(error.details.problem, "invalidProfile");
    },
  },
  {
    name: "order/not-found",
    title: "has no order for another account, and none of an id that it never gave",
    check: async (underTest) => {
      const subject = await registered(underTest);
      const stranger = underTest.stranger();
      await expectOk(stranger.registerAccount({ termsOfServiceAgreed: true }));
      const { id } = await expectOk(subject.placeOrder({ names: [underTest.domain] }));
      await notFound(underTest, stranger, id);
      for (const other of [`${id}0`, "17", "http://127.0.0.1:1/order", "../order"]) {
        await notFound(underTest, subject, other);
      }
      const challenge = { orderId: id, challengeId: `${id}-no-such-challenge` };
      await expectRefusal(subject.answerChallenge(challenge), "CERTIFICATE_ORDER_NOT_FOUND");
    },
  },
  {
    name: "cancel/before",
    title: "does nothing for a caller who has left before the call",
    check: async (underTest) => {
      const { subject, domain } = underTest;
      const call = { signal: AbortSignal.abort() };
      await expectRefusal(subject.readFacts(call), "ABORTED");
      await expectRefusal(subject.registerAccount({ termsOfServiceAgreed: true }, call), "ABORTED");
      await expectRefusal(subject.findAccount(), "CERTIFICATE_ACCOUNT_MISSING");
      await registered(underTest);
      await expectRefusal(subject.findAccount(call), "ABORTED");
      await expectRefusal(subject.placeOrder({ names: [domain] }, call), "ABORTED");
      const { id: orderId } = await expectOk(subject.placeOrder({ names: [domain] }));
      const proof = onlyOne((await expectOk(subject.getOrder(orderId))).proofs, "proof");
      const { id: challengeId } = challengeOf(proof, "http-01");
      await expectRefusal(subject.getOrder(orderId, call), "ABORTED");
      await expectRefusal(subject.answerChallenge({ orderId, challengeId }, call), "ABORTED");
      const after = onlyOne((await expectOk(subject.getOrder(orderId))).proofs, "proof");
      assert.equal(challengeOf(after, "http-01").status, "pending", "the authority was not told");
      await expectRefusal(subject.finalizeOrder({ orderId, signingRequest: new Uint8Array() }, call), "ABORTED");
      await expectRefusal(subject.downloadCertificate(orderId, call), "ABORTED");
    },
  },
];

async function notFound(
  { newSigningRequest, domain }: CertificateAuthorityUnderTest,
  adapter: CertificateAuthorityUnderTest["subject"],
  orderId: string,
): Promise<void> {
  const code = "CERTIFICATE_ORDER_NOT_FOUND";
  await expectRefusal(adapter.getOrder(orderId), code);
  await expectRefusal(adapter.answerChallenge({ orderId, challengeId: `${orderId}/challenge` }), code);
  const { signingRequest } = await newSigningRequest([domain]);
  await expectRefusal(adapter.finalizeOrder({ orderId, signingRequest }), code);
  await expectRefusal(adapter.downloadCertificate(orderId), code);
}
