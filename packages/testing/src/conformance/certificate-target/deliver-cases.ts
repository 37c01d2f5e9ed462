import assert from "node:assert/strict";
import type { CertificateId, CertificateToDeliver } from "@hostelry/core/adapter";
import { freshCertificateId } from "../certificate-store/certificate-scene.ts";
import { assertSame, expectOk, expectRefusal } from "../expectation.ts";
import type { CertificateTargetCase } from "./certificate-target-harness.ts";
import { assertServed, freshDomain, newDelivery } from "./delivery-scene.ts";

const seen = ({ number, sha256, names }: CertificateToDeliver) => ({ number, sha256, names });

/** What a place for certificates promises of delivering. */
export const deliverCases: readonly CertificateTargetCase[] = [
  {
    name: "deliver/served",
    title: "serves a certificate to visitors of all of its names when the call ends, and of no other",
    check: async (underTest) => {
      const domain = freshDomain();
      const certificate = newDelivery({ names: [domain, `www.${domain}`] });
      assertSame(await expectOk(underTest.subject.observe(certificate.certificateId)), null, "before");
      const answer = await expectOk(underTest.subject.deliver(certificate));
      assertSame(answer, { changed: true, seen: seen(certificate) }, "the answer");
      assertSame(await expectOk(underTest.another().observe(certificate.certificateId)), seen(certificate), "observed");
      await assertServed(underTest, {
        [domain]: certificate,
        [`www.${domain}`]: certificate,
        [`other.${domain}`]: null,
        [freshDomain()]: null,
      });
    },
  },
  {
    name: "deliver/repeated",
    title: "changes nothing when the certificate is there already",
    check: async (underTest) => {
      const domain = freshDomain();
      const certificate = newDelivery({ names: [domain] });
      await expectOk(underTest.subject.deliver(certificate));
      for (const target of [underTest.subject, underTest.another()]) {
        assertSame(await expectOk(target.deliver(certificate)), { changed: false, seen: seen(certificate) }, "again");
      }
      await assertServed(underTest, { [domain]: certificate });
    },
  },
  {
    name: "deliver/renewed",
    title:
      "serves the next one of a certificate in the place of the one before; an older one that comes late changes nothing",
    check: async (underTest) => {
      const domain = freshDomain();
      const certificateId = freshCertificateId();
      const [first, second] = [1, 2].map((number) => newDelivery({ names: [domain], certificateId, number }));
      assert.ok(first !== undefined && second !== undefined);
      await expectOk(underTest.subject.deliver(first));
      assert.equal((await expectOk(underTest.subject.deliver(second))).changed, true);
      await assertServed(underTest, { [domain]: second });
      const late = await expectOk(underTest.another().deliver(first));
      assertSame(late, { changed: false, seen: seen(second) }, "the late one");
      await assertServed(underTest, { [domain]: second });
    },
  },
  {
    name: "deliver/wildcard",
    title: "serves a wildcard to names one label below, and to no others",
    check: async (underTest) => {
      const domain = freshDomain();
      const certificate = newDelivery({ names: [`*.${domain}`] });
      await expectOk(underTest.subject.deliver(certificate));
      await assertServed(underTest, {
        [`www.${domain}`]: certificate,
        [`other.${domain}`]: certificate,
        [domain]: null,
        [`a.www.${domain}`]: null,
      });
    },
  },
  {
    name: "deliver/name-before-wildcard",
    title: "has a name beat a wildcard that covers it, whichever came first",
    check: async (underTest) => {
      for (const isNameFirst of [true, false]) {
        const domain = freshDomain();
        const own = newDelivery({ names: [`www.${domain}`], ageHours: 9 });
        const wildcard = newDelivery({ names: [`*.${domain}`] });
        for (const each of isNameFirst ? [own, wildcard] : [wildcard, own])
          await expectOk(underTest.subject.deliver(each));
        await assertServed(underTest, { [`www.${domain}`]: own, [`shop.${domain}`]: wildcard });
      }
    },
  },
  {
    name: "deliver/later-one",
    title: "serves of two for one name the one that begins to be valid later, whichever came first",
    check: async (underTest) => {
      for (const isLaterFirst of [true, false]) {
        const domain = freshDomain();
        const earlier = newDelivery({ names: [domain, `old.${domain}`], ageHours: 5 });
        const later = newDelivery({ names: [domain, `new.${domain}`], ageHours: 2 });
        const order = isLaterFirst ? [later, earlier] : [earlier, later];
        for (const each of order) {
          assertSame((await expectOk(underTest.subject.deliver(each))).seen, seen(each), "delivered");
        }
        await assertServed(underTest, { [domain]: later, [`old.${domain}`]: earlier, [`new.${domain}`]: later });
        assertSame(await expectOk(underTest.subject.observe(earlier.certificateId)), seen(earlier), "it is there");
      }
    },
  },
  {
    name: "deliver/wrong-key",
    title: "takes no key that is another certificate's, and goes on serving the one before",
    check: async (underTest) => {
      const domain = freshDomain();
      const first = newDelivery({ names: [domain] });
      await expectOk(underTest.subject.deliver(first));
      const { privateKeyPem } = newDelivery({ names: [domain] });
      const second = newDelivery({ names: [domain], certificateId: first.certificateId, number: 2 });
      const wrong = { ...second, privateKeyPem };
      const error = await expectRefusal(underTest.subject.deliver(wrong), "CERTIFICATE_INVALID");
      const told = JSON.stringify(error) + String(error.stack) + String(error.cause);
      assert.ok(!told.includes(privateKeyPem.split("\n")[1] ?? "?"), "the key is in no word of it");
      await expectRefusal(underTest.subject.deliver({ ...wrong, privateKeyPem: "nonsense" }), "CERTIFICATE_INVALID");
      await assertServed(underTest, { [domain]: first });
      assertSame(await expectOk(underTest.subject.observe(first.certificateId)), seen(first), "as before");
    },
  },
  {
    name: "deliver/checked",
    title: "takes ids, numbers, names and digests in their form only",
    check: async ({ subject }) => {
      const domain = freshDomain();
      const good = newDelivery({ names: [domain] });
      const wrong: readonly Partial<CertificateToDeliver>[] = [
        { certificateId: "../../etc/cron.d/x" as CertificateId },
        { certificateId: "" as CertificateId },
        { number: 0 },
        { number: 1.5 },
        { names: [] },
        { names: [`z.${domain}`, domain] },
        { names: [`../${domain}`] },
        { sha256: "ab".repeat(32) },
      ];
      for (const each of wrong) await expectRefusal(subject.deliver({ ...good, ...each }), "INVALID_INPUT");
      const others = { ...good, names: [freshDomain()] };
      await expectRefusal(subject.deliver(others), "CERTIFICATE_INVALID");
      assertSame(await expectOk(subject.observe(good.certificateId)), null, "nothing is there");
    },
  },
  {
    name: "deliver/raced",
    title: "has the highest number there in the end when several come at one time, and others undisturbed",
    check: async (underTest) => {
      const [domain, other] = [freshDomain(), freshDomain()];
      const certificateId = freshCertificateId();
      const numbers = [2, 4, 1, 3];
      const certificates = numbers.map((number) => newDelivery({ names: [domain], certificateId, number }));
      const stranger = newDelivery({ names: [other] });
      const targets = [underTest.subject, underTest.another(), underTest.subject, underTest.another()];
      await Promise.all([
        ...certificates.map((each, index) => expectOk((targets[index] ?? underTest.subject).deliver(each))),
        expectOk(underTest.another().deliver(stranger)),
      ]);
      const highest = certificates[1] ?? null;
      await assertServed(underTest, { [domain]: highest, [other]: stranger });
      assert.equal((await expectOk(underTest.subject.observe(certificateId)))?.number, 4);
    },
  },
  {
    name: "deliver/damaged",
    title: "does not take for there what is damaged, and mends it",
    tool: "damage",
    check: async (underTest) => {
      const domain = freshDomain();
      const certificate = newDelivery({ names: [domain] });
      await expectOk(underTest.subject.deliver(certificate));
      await underTest.damage?.(certificate.certificateId);
      assertSame(await expectOk(underTest.subject.observe(certificate.certificateId)), null, "damaged");
      assert.equal((await expectOk(underTest.subject.deliver(certificate))).changed, true);
      await assertServed(underTest, { [domain]: certificate });
    },
  },
];
