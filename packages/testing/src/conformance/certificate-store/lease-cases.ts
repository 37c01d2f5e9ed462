import assert from "node:assert/strict";
import { assertSame, expectOk, expectRefusal, race } from "../expectation.ts";
import { afterNoon, noon } from "../store/scene.ts";
import {
  begun,
  changeOf,
  freshCertificateId,
  leased,
  leaseMs,
  leaseOf,
  newRecord,
  wholeChange,
} from "./certificate-scene.ts";
import type { CertificateStoreCase } from "./certificate-store-harness.ts";

/** What a certificate store promises of leases, and of changing what is leased. */
export const leaseCases: readonly CertificateStoreCase[] = [
  {
    name: "lease/token",
    title: "gives each holder the next token, with the record as it is",
    check: async ({ subject }) => {
      const record = await begun(subject);
      const first = await expectOk(subject.leaseCertificate(leaseOf(record.id, "ada")));
      const lease = { holder: "ada", expiresAt: afterNoon(leaseMs) };
      assertSame(first, { ...record, fencingToken: 1, lease }, "the first");
      const second = await expectOk(subject.leaseCertificate(leaseOf(record.id, "bob", afterNoon(leaseMs))));
      assertSame([second.fencingToken, second.lease?.holder], [2, "bob"], "the next, when its time is over");
      await expectRefusal(subject.leaseCertificate(leaseOf(freshCertificateId())), "CERTIFICATE_NOT_FOUND");
    },
  },
  {
    name: "lease/busy",
    title: "refuses everybody while a lease is in force, its own holder too, and names the holder",
    check: async ({ subject }) => {
      const { id } = await leased(subject);
      for (const holder of ["bob", "ada"]) {
        const lease = leaseOf(id, holder, afterNoon(leaseMs - 1));
        const error = await expectRefusal(subject.leaseCertificate(lease), "CERTIFICATE_BUSY");
        const expected = { certificateId: id, holder: "ada", expiresAt: afterNoon(leaseMs).toISOString() };
        assertSame(error.details, expected, "who, and until when");
      }
      assert.equal((await expectOk(subject.getCertificate(id))).fencingToken, 1);
    },
  },
  {
    name: "lease/raced",
    title: "gives a lease to exactly one of many who want it at one time",
    check: async ({ subject }) => {
      const { id } = await begun(subject);
      for (let round = 1; round <= 3; round += 1) {
        const now = afterNoon(round * leaseMs);
        const want = (index: number) => subject.leaseCertificate(leaseOf(id, `holder-${index}`, now));
        const { values, refusals } = await race(8, want, "CERTIFICATE_BUSY");
        assertSame([values.length, refusals.length, values[0]?.fencingToken], [1, 7, round], "one of them");
      }
    },
  },
  {
    name: "lease/checked",
    title: "takes leases of more than nothing and at most a day, and holders in visible ASCII",
    check: async ({ subject }) => {
      const { id } = await begun(subject);
      const lease = leaseOf(id);
      const wrong = [
        { expiresAt: noon },
        { expiresAt: afterNoon(-1) },
        { expiresAt: afterNoon(86_400_001) },
        { holder: "" },
        { holder: "ümlaut" },
        { holder: "a".repeat(201) },
      ];
      for (const each of wrong) await expectRefusal(subject.leaseCertificate({ ...lease, ...each }), "INVALID_INPUT");
      await expectOk(subject.leaseCertificate({ ...lease, expiresAt: afterNoon(86_400_000) }));
    },
  },
  {
    name: "change/exact",
    title: "writes every field as it was given, to the millisecond, and adds one to the version",
    check: async ({ subject }) => {
      const record = await leased(subject);
      const changed = await expectOk(subject.changeCertificate(changeOf(record, wholeChange)));
      const expected = { ...record, ...wholeChange, version: 2 };
      assertSame(changed, expected, "what is answered");
      assertSame(await expectOk(subject.getCertificate(record.id)), expected, "what is read");
    },
  },
  {
    name: "change/partial",
    title: "leaves alone what is left out, and takes away what is null",
    check: async ({ subject }) => {
      const record = await leased(subject);
      const whole = await expectOk(subject.changeCertificate(changeOf(record, wholeChange)));
      const same = await expectOk(subject.changeCertificate(changeOf(record, {})));
      assertSame(same, { ...whole, version: 3 }, "an empty change");
      const { profile: _, issued: __, order: ___, rehearsedAt: ____, trouble: _____, dueAt: ______, ...rest } = whole;
      const none = { profile: null, issued: null, order: null, rehearsedAt: null, trouble: null, dueAt: null };
      const bare = await expectOk(subject.changeCertificate(changeOf(record, none)));
      assertSame(bare, { ...rest, version: 4 }, "what was taken away");
      const emptied = { past: [], presented: [], deliveries: [], failures: 0 };
      const last = await expectOk(subject.changeCertificate(changeOf(record, emptied)));
      assertSame(last, { ...rest, ...emptied, version: 5 }, "empty lists");
      assertSame(await expectOk(subject.getCertificate(record.id)), last, "what is read");
    },
  },
  {
    name: "change/fenced",
    title: "refuses a holder whose successor has begun, with everything that it wants to write",
    check: async ({ subject }) => {
      const first = await leased(subject);
      const second = await expectOk(subject.leaseCertificate(leaseOf(first.id, "bob", afterNoon(leaseMs))));
      await expectRefusal(subject.changeCertificate(changeOf(first, wholeChange)), "STORE_CONFLICT");
      await expectRefusal(subject.changeCertificate(changeOf(first, {}, true)), "STORE_CONFLICT");
      const { id: certificateId, fencingToken } = first;
      await expectRefusal(subject.removeCertificate({ certificateId, fencingToken }), "STORE_CONFLICT");
      const ahead = { ...second, fencingToken: second.fencingToken + 1 };
      await expectRefusal(subject.changeCertificate(changeOf(ahead, {})), "STORE_CONFLICT");
      assertSame(await expectOk(subject.getCertificate(certificateId)), second, "nothing was changed");
    },
  },
  {
    name: "change/nobody",
    title: "refuses everybody who has no token, also when nobody has one",
    check: async ({ subject }) => {
      const record = await begun(subject);
      await expectRefusal(subject.changeCertificate(changeOf(record, { failures: 1 })), "STORE_CONFLICT");
      const { id: certificateId, fencingToken } = record;
      await expectRefusal(subject.removeCertificate({ certificateId, fencingToken }), "STORE_CONFLICT");
      assertSame(await expectOk(subject.getCertificate(certificateId)), record, "nothing was changed");
      const missing = { id: freshCertificateId(), fencingToken: 1 };
      await expectRefusal(subject.changeCertificate(changeOf(missing, {})), "CERTIFICATE_NOT_FOUND");
    },
  },
  {
    name: "change/released",
    title: "ends a lease with the change; the token is good until somebody takes the next one",
    check: async ({ subject }) => {
      const record = await leased(subject);
      const released = await expectOk(subject.changeCertificate(changeOf(record, { failures: 1 }, true)));
      assertSame([released.lease, released.fencingToken, released.failures], [undefined, 1, 1], "released");
      await expectOk(subject.changeCertificate(changeOf(record, { failures: 2 })));
      const next = await expectOk(subject.leaseCertificate(leaseOf(record.id, "bob")));
      assert.equal(next.fencingToken, 2);
      await expectRefusal(subject.changeCertificate(changeOf(record, { failures: 3 })), "STORE_CONFLICT");
      assert.equal((await expectOk(subject.getCertificate(record.id))).failures, 2);
    },
  },
  {
    name: "change/raced-takeover",
    title: "has either a late change or the successor's lease first, and never a change after it",
    check: async ({ subject }) => {
      for (let round = 0; round < 5; round += 1) {
        const record = await leased(subject);
        const [change, takeover] = await Promise.all([
          subject.changeCertificate(changeOf(record, { failures: 9 })),
          subject.leaseCertificate(leaseOf(record.id, "bob", afterNoon(leaseMs))),
        ]);
        const next = await expectOk(Promise.resolve(takeover));
        const now = await expectOk(subject.getCertificate(record.id));
        if (change.isErr()) assert.equal(change.error.code, "STORE_CONFLICT");
        assertSame([now.failures, next.failures], change.isOk() ? [9, 9] : [0, 0], "the successor saw what is there");
      }
    },
  },
  {
    name: "remove/whole",
    title: "removes a record for its holder; the names are free for another one",
    check: async ({ subject }) => {
      const { id: certificateId, fencingToken, names } = await leased(subject);
      await expectOk(subject.removeCertificate({ certificateId, fencingToken }));
      await expectRefusal(subject.getCertificate(certificateId), "CERTIFICATE_NOT_FOUND");
      await expectRefusal(subject.removeCertificate({ certificateId, fencingToken }), "CERTIFICATE_NOT_FOUND");
      const again = await expectOk(subject.beginCertificate(newRecord({ names })));
      assertSame([again.created, again.certificate.fencingToken], [true, 0], "a new one");
    },
  },
];
