import assert from "node:assert/strict";
import { freshCertificateId } from "../certificate-store/certificate-scene.ts";
import { assertSame, expectOk, expectRefusal, race } from "../expectation.ts";
import type { CertificateTargetCase } from "./certificate-target-harness.ts";
import { assertServed, freshDomain, newDelivery } from "./delivery-scene.ts";

/** What a place for certificates promises of taking away, and of callers who leave. */
export const removeCases: readonly CertificateTargetCase[] = [
  {
    name: "remove/gone",
    title: "takes a certificate away, and nothing else; once",
    check: async (underTest) => {
      const [domain, other] = [freshDomain(), freshDomain()];
      const [certificate, stays] = [newDelivery({ names: [domain] }), newDelivery({ names: [other] })];
      for (const each of [certificate, stays]) await expectOk(underTest.subject.deliver(each));
      const { certificateId } = certificate;
      assertSame(await expectOk(underTest.subject.remove(certificateId)), { changed: true }, "removed");
      assertSame(await expectOk(underTest.another().remove(certificateId)), { changed: false }, "again");
      assertSame(await expectOk(underTest.subject.observe(certificateId)), null, "not there");
      assertSame(await expectOk(underTest.subject.remove(freshCertificateId())), { changed: false }, "never there");
      await assertServed(underTest, { [domain]: null, [other]: stays });
    },
  },
  {
    name: "remove/falls-back",
    title: "shows visitors what else covers their name: a wildcard, or another certificate of the name",
    check: async (underTest) => {
      const domain = freshDomain();
      const wildcard = newDelivery({ names: [`*.${domain}`], ageHours: 9 });
      const earlier = newDelivery({ names: [`www.${domain}`], ageHours: 5 });
      const later = newDelivery({ names: [`www.${domain}`], ageHours: 2 });
      for (const each of [later, wildcard, earlier]) await expectOk(underTest.subject.deliver(each));
      const shown = { [`shop.${domain}`]: wildcard };
      await assertServed(underTest, { ...shown, [`www.${domain}`]: later });
      await expectOk(underTest.subject.remove(later.certificateId));
      await assertServed(underTest, { ...shown, [`www.${domain}`]: earlier });
      await expectOk(underTest.subject.remove(earlier.certificateId));
      await assertServed(underTest, { ...shown, [`www.${domain}`]: wildcard });
      await expectOk(underTest.subject.remove(wildcard.certificateId));
      await assertServed(underTest, { [`shop.${domain}`]: null, [`www.${domain}`]: null });
    },
  },
  {
    name: "remove/returns",
    title: "takes a certificate that was removed as a new one, whatever its number",
    check: async (underTest) => {
      const domain = freshDomain();
      const certificateId = freshCertificateId();
      await expectOk(underTest.subject.deliver(newDelivery({ names: [domain], certificateId, number: 7 })));
      await expectOk(underTest.subject.remove(certificateId));
      const again = newDelivery({ names: [domain], certificateId, number: 1 });
      assert.equal((await expectOk(underTest.subject.deliver(again))).changed, true);
      await assertServed(underTest, { [domain]: again });
    },
  },
  {
    name: "remove/raced",
    title: "is a change for one of several who remove at one time",
    check: async (underTest) => {
      const domain = freshDomain();
      const certificate = newDelivery({ names: [domain] });
      await expectOk(underTest.subject.deliver(certificate));
      const targets = [underTest.subject, underTest.another(), underTest.subject];
      const { values } = await race(3, (index) =>
        (targets[index] ?? underTest.subject).remove(certificate.certificateId),
      );
      assert.equal(values.filter(({ changed }) => changed).length, 1, "changed");
      await assertServed(underTest, { [domain]: null });
    },
  },
  {
    name: "cancel/before",
    title: "does nothing for a caller who has left before the call",
    check: async (underTest) => {
      const domain = freshDomain();
      const call = { signal: AbortSignal.abort() };
      const [first, second] = [newDelivery({ names: [domain] }), newDelivery({ names: [`www.${domain}`] })];
      await expectOk(underTest.subject.deliver(first));
      await expectRefusal(underTest.subject.deliver(second, call), "ABORTED");
      await expectRefusal(underTest.subject.observe(first.certificateId, call), "ABORTED");
      await expectRefusal(underTest.subject.remove(first.certificateId, call), "ABORTED");
      await assertServed(underTest, { [domain]: first, [`www.${domain}`]: null });
    },
  },
];
