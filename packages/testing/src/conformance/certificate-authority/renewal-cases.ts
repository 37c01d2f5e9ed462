import assert from "node:assert/strict";
import { assertSame, expectOk, expectRefusal, race } from "../expectation.ts";
import { collect, registered } from "./authority-scene.ts";
import type { CertificateAuthorityCase, CertificateAuthorityUnderTest } from "./certificate-authority-harness.ts";

const minute = 60_000;

/** What an authority promises of renewing and revoking. */
export const renewalCases: readonly CertificateAuthorityCase[] = [
  {
    name: "renewal/advice",
    title: "advises to renew within the life of a certificate, the same to everybody, and nothing for a stranger's",
    requires: ["renewalInfo"],
    check: async (underTest) => {
      const subject = await registered(underTest);
      const { chainPem, facts } = await collect(underTest, { names: [underTest.domain] });
      const { info, renewalId } = await adviceFor(underTest, chainPem);
      assert.ok(info.windowStart > facts.notBefore && info.windowEnd < facts.notAfter, "within its life");
      assert.ok(info.windowStart <= info.windowEnd, "a window");
      assert.ok(info.askAgainAfterMs >= minute && info.askAgainAfterMs <= 1440 * minute, "worth asking again");
      // RFC 9773, section 4.1: the issuer's key and the serial number, each in base64url.
      assert.match(renewalId, /^[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{2,}$/);
      const serial = Buffer.from(renewalId.split(".")[1] ?? "", "base64url").toString("hex");
      assert.equal(serial.replace(/^00/, ""), facts.serialNumber.padStart(serial.replace(/^00/, "").length, "0"));
      const told = await expectOk(underTest.stranger().readRenewalInfo(chainPem));
      assert.equal(told?.renewalId, renewalId, "needs no account");
      await expectRefusal(subject.readRenewalInfo("nonsense"), "INVALID_INPUT");
    },
  },
  {
    name: "renewal/advice-moves",
    title: "passes on that the authority wants a certificate renewed at another time, and at once",
    requires: ["renewalInfo"],
    tool: "advise",
    check: async (underTest) => {
      await registered(underTest);
      const { chainPem, facts } = await collect(underTest, { names: [underTest.domain] });
      // Whole seconds: that is what certificates and answers have.
      const past = [facts.notBefore.getTime() + 1000, facts.notBefore.getTime() + 2000] as const;
      await underTest.advise?.(chainPem, new Date(past[0]), new Date(past[1]));
      const { info } = await adviceFor(underTest, chainPem);
      assertSame([info.windowStart.getTime(), info.windowEnd.getTime()], past, "the window");
    },
  },
  {
    name: "renewal/replaces-once",
    title: "takes one order as the successor of a certificate, and says of the next one that there is one",
    requires: ["renewalInfo"],
    check: async (underTest) => {
      const subject = await registered(underTest);
      const names = [underTest.domain];
      const first = await collect(underTest, { names });
      const { renewalId: replaces } = await adviceFor(underTest, first.chainPem);
      const second = await collect(underTest, { names, replaces });
      assert.notEqual(second.facts.sha256, first.facts.sha256);
      for (const adapter of [subject, underTest.another()]) {
        const error = await expectRefusal(adapter.placeOrder({ names, replaces }), "CERTIFICATE_ALREADY_REPLACED");
        assert.equal(error.details.replaces, replaces);
      }
      const { renewalId: next } = await adviceFor(underTest, second.chainPem);
      await expectOk(subject.placeOrder({ names, replaces: next }));
    },
  },
  {
    name: "renewal/replaces-unknown",
    title: "refuses an order that is to replace a certificate which it does not know",
    requires: ["renewalInfo"],
    check: async (underTest) => {
      const subject = await registered(underTest);
      const { chainPem } = await collect(underTest, { names: [underTest.domain] });
      const { renewalId } = await adviceFor(underTest, chainPem);
      const issuer = renewalId.split(".")[0] ?? "";
      const unknown = `${issuer}.${Buffer.alloc(9, 7).toString("base64url")}`;
      const names = [underTest.domain];
      await expectRefusal(subject.placeOrder({ names, replaces: "nonsense" }), "CERTIFICATE_REFUSED");
      // Pebble takes a number that it does not know for a failure of its own.
      const failure = ["CERTIFICATE_REFUSED", "ADAPTER_FAILED"] as const;
      await expectRefusal(subject.placeOrder({ names, replaces: unknown }), ...failure);
    },
  },
  {
    name: "revoke/once",
    title: "revokes a certificate once, whoever of the account asks; then it is to be renewed at once",
    requires: ["revocation"],
    check: async (underTest) => {
      const subject = await registered(underTest);
      const { chainPem: certificatePem } = await collect(underTest, { names: [underTest.domain] });
      const request = { certificatePem, reason: "superseded" } as const;
      const adapters = [subject, underTest.another(), subject];
      const { values } = await race(3, (index) => (adapters[index] ?? subject).revokeCertificate(request));
      assert.equal(values.filter(({ changed }) => changed).length, 1, "changed");
      assertSame(await expectOk(subject.revokeCertificate(request)), { changed: false }, "once more");
      assertSame(
        await expectOk(subject.revokeCertificate({ ...request, reason: "key-compromise" })),
        { changed: false },
        "for another reason",
      );
    },
  },
  {
    name: "revoke/strangers",
    title: "revokes nothing for another account, and nothing that is no certificate",
    requires: ["revocation"],
    check: async (underTest) => {
      const subject = await registered(underTest);
      const stranger = underTest.stranger();
      await expectOk(stranger.registerAccount({ termsOfServiceAgreed: true }));
      const { chainPem: certificatePem } = await collect(underTest, { names: [underTest.domain] });
      const reason = "superseded";
      await expectRefusal(stranger.revokeCertificate({ certificatePem, reason }), "CERTIFICATE_REFUSED");
      await expectRefusal(subject.revokeCertificate({ certificatePem: "nonsense", reason }), "INVALID_INPUT");
      assertSame(await expectOk(subject.revokeCertificate({ certificatePem, reason })), { changed: true }, "its own");
    },
  },
];

/** What the authority advises, which it has to. */
async function adviceFor({ subject }: CertificateAuthorityUnderTest, certificatePem: string) {
  const advice = await expectOk(subject.readRenewalInfo(certificatePem));
  if (advice === null) assert.fail("an authority that advises has advice for its own certificate");
  return advice;
}
