import assert from "node:assert/strict";
import { assertSame, expectOk, expectRefusal, onlyOne } from "../expectation.ts";
import { answerAll, challengeOf, decided, registered } from "./authority-scene.ts";
import type { CertificateAuthorityCase } from "./certificate-authority-harness.ts";

/** What an authority promises of proofs. */
export const proofCases: readonly CertificateAuthorityCase[] = [
  {
    name: "proof/http",
    title: "takes answers by HTTP for proofs: the order is ready when all names are proven, and not before",
    check: async (underTest) => {
      const subject = await registered(underTest);
      const { domain } = underTest;
      const { id: orderId } = await expectOk(subject.placeOrder({ names: [`a.${domain}`, `b.${domain}`] }));
      const { proofs } = await expectOk(subject.getOrder(orderId));
      const [first] = proofs;
      assert.ok(first !== undefined);
      const challenge = challengeOf(first, "http-01");
      if (challenge.type === "http-01") await underTest.answerHttp(first.name, challenge.token, challenge.content);
      await expectOk(subject.answerChallenge({ orderId, challengeId: challenge.id }));
      const half = await decided(underTest, orderId);
      const statuses = half.proofs.map(({ status }) => status).sort();
      assertSame([half.status, statuses], ["pending", ["pending", "valid"]], "half of it");
      await answerAll(underTest, orderId, "http-01");
      const whole = await decided(underTest, orderId);
      assertSame([whole.status, whole.proofs.map(({ status }) => status)], ["ready", ["valid", "valid"]], "all of it");
    },
  },
  {
    name: "proof/dns",
    title: "takes two values at one record as the proofs of a name and its wildcard",
    requires: ["wildcards"],
    check: async (underTest) => {
      const subject = await registered(underTest);
      const { domain } = underTest;
      const { id } = await expectOk(subject.placeOrder({ names: [`*.${domain}`, domain] }));
      await answerAll(underTest, id, "dns-01");
      const order = await decided(underTest, id);
      assertSame([order.status, order.proofs.map(({ status }) => status)], ["ready", ["valid", "valid"]], "proven");
    },
  },
  {
    name: "proof/wrong-answer",
    title: "ends an order whose challenge is answered wrongly, says why in a word, and takes no second answer",
    check: async (underTest) => {
      const subject = await registered(underTest);
      const name = `wrong.${underTest.domain}`;
      const { id: orderId } = await expectOk(subject.placeOrder({ names: [name] }));
      const proof = onlyOne((await expectOk(subject.getOrder(orderId))).proofs, "proof");
      const challenge = challengeOf(proof, "http-01");
      if (challenge.type !== "http-01") assert.fail("asked for by type");
      await underTest.answerHttp(name, challenge.token, "something else");
      const answer = { orderId, challengeId: challenge.id };
      await expectOk(subject.answerChallenge(answer));
      const order = await decided(underTest, orderId);
      const said = challengeOf(onlyOne(order.proofs, "proof"), "http-01");
      assertSame([order.status, order.proofs[0]?.status, said.status], ["invalid", "invalid", "invalid"], "over");
      assert.match(said.problem?.type ?? "", /^[A-Za-z]{2,40}$/);
      assert.match(said.problem?.detail ?? "", /^[\x20-\x7e]{1,500}$/);
      await underTest.answerHttp(name, challenge.token, challenge.content);
      assertSame(await expectOk(subject.answerChallenge(answer)), { status: "invalid" }, "told again");
      assert.equal((await decided(underTest, orderId)).status, "invalid");
      const { signingRequest } = await underTest.newSigningRequest([name]);
      const late = await expectRefusal(
        subject.finalizeOrder({ orderId, signingRequest }),
        "CERTIFICATE_ORDER_NOT_READY",
      );
      assertSame([late.details.status, late.retryable], ["invalid", false], "it never becomes ready");
    },
  },
  {
    name: "proof/told-twice",
    title: "may be told of an answer twice, and at one time by two processes",
    check: async (underTest) => {
      const subject = await registered(underTest);
      const name = `twice.${underTest.domain}`;
      const { id: orderId } = await expectOk(subject.placeOrder({ names: [name] }));
      const proof = onlyOne((await expectOk(subject.getOrder(orderId))).proofs, "proof");
      const challenge = challengeOf(proof, "http-01");
      if (challenge.type === "http-01") await underTest.answerHttp(name, challenge.token, challenge.content);
      const answer = { orderId, challengeId: challenge.id };
      const adapters = [subject, underTest.another(), subject];
      await Promise.all(adapters.map((adapter) => expectOk(adapter.answerChallenge(answer))));
      assert.equal((await decided(underTest, orderId)).status, "ready");
      assertSame(await expectOk(subject.answerChallenge(answer)), { status: "valid" }, "told when it is decided");
      assert.equal((await expectOk(subject.getOrder(orderId))).status, "ready");
    },
  },
];
