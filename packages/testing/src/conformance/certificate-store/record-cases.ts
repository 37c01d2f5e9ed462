import assert from "node:assert/strict";
import type { CertificateRecord, TenantId } from "@hostelry/core/adapter";
import { assertSame, expectOk, expectRefusal, race } from "../expectation.ts";
import { afterNoon, noon } from "../store/scene.ts";
import {
  begun,
  changeOf,
  freshCertificateId,
  freshName,
  freshTenantId,
  leased,
  leaseOf,
  newRecord,
  wholeChange,
} from "./certificate-scene.ts";
import type { CertificateStoreCase } from "./certificate-store-harness.ts";

/** What a certificate store promises of beginning records, and of reading them. */
export const recordCases: readonly CertificateStoreCase[] = [
  {
    name: "begin/exact",
    title: "begins a record: to be ordered, due at once, at version 1, and nobody's",
    check: async ({ subject }) => {
      const request = newRecord({ names: ["*.a.acme.com", "a.acme.com"], tenantId: freshTenantId(), profile: "short" });
      const { certificate, created } = await expectOk(subject.beginCertificate(request));
      const { id, names, tenantId, profile } = request;
      const rest = { past: [], presented: [], deliveries: [], failures: 0, version: 1, fencingToken: 0 };
      const expected = { id, names, tenantId, profile, state: "ordering", ...rest, dueAt: noon, createdAt: noon };
      assertSame([certificate, created], [expected, true], "what is answered");
      assertSame(await expectOk(subject.getCertificate(id)), expected, "what is read");
    },
  },
  {
    name: "begin/repeated",
    title: "answers with the record of the same names and tenant, whatever it became",
    check: async ({ subject }) => {
      const first = await leased(subject, { tenantId: freshTenantId() });
      const changed = await expectOk(subject.changeCertificate(changeOf(first, wholeChange)));
      const again = newRecord({ names: first.names, tenantId: first.tenantId, profile: "other", now: afterNoon(5) });
      const answer = await expectOk(subject.beginCertificate(again));
      assertSame(answer, { certificate: changed, created: false }, "the answer");
      await expectRefusal(subject.getCertificate(again.id), "CERTIFICATE_NOT_FOUND");
    },
  },
  {
    name: "begin/apart",
    title: "keeps the same names apart for several tenants and for nobody, and other sets of names",
    check: async ({ subject }) => {
      const names = [`a.${freshName()}`, `b.${freshName()}`].sort();
      const [one, other] = [freshTenantId(), freshTenantId()];
      const facts = [{ names }, { names, tenantId: one }, { names, tenantId: other }, { names: names.slice(0, 1) }];
      const records = [];
      for (const each of facts) records.push(await expectOk(subject.beginCertificate(newRecord(each))));
      assert.ok(
        records.every(({ created }) => created),
        "each is a record of its own",
      );
      assert.equal(new Set(records.map(({ certificate }) => certificate.id)).size, 4);
    },
  },
  {
    name: "begin/id-taken",
    title: "refuses an id that another set of names has",
    check: async ({ subject }) => {
      const { id, names } = await begun(subject);
      const refused = newRecord({ id });
      await expectRefusal(subject.beginCertificate(refused), "STORE_CONFLICT");
      assertSame((await expectOk(subject.getCertificate(id))).names, names, "the record stays");
      assert.equal((await expectOk(subject.beginCertificate({ ...refused, id: freshCertificateId() }))).created, true);
    },
  },
  {
    name: "begin/raced",
    title: "begins one record for all who begin the same at one time",
    check: async ({ subject }) => {
      const names = Array.from({ length: 100 }, (_, index) => `${"n".repeat(50)}-${index}.${freshName()}`).sort();
      const { values } = await race(8, () => subject.beginCertificate(newRecord({ names })));
      assert.equal(values.filter(({ created }) => created).length, 1, "created");
      assert.equal(new Set(values.map(({ certificate }) => certificate.id)).size, 1, "records");
      assertSame(values[0]?.certificate.names, names, "a hundred names");
    },
  },
  {
    name: "begin/checked",
    title: "takes 1 to 100 names in their form, sorted, each once, and a tenant in its form",
    check: async ({ subject }) => {
      const many = Array.from({ length: 101 }, (_, index) => `a${String(index).padStart(3, "0")}.acme.com`);
      const wrong = [
        [],
        ["b.com", "a.com"],
        ["a.com", "a.com"],
        ["A.com"],
        ["a com"],
        [""],
        [`${"a".repeat(251)}.de`],
        many,
      ];
      for (const names of wrong) await expectRefusal(subject.beginCertificate(newRecord({ names })), "INVALID_INPUT");
      const tenantId = "with space" as TenantId;
      await expectRefusal(subject.beginCertificate(newRecord({ tenantId })), "INVALID_INPUT");
    },
  },
  {
    name: "get/absent",
    title: "says of an id that nobody has that it is not there",
    check: async ({ subject }) => {
      const error = await expectRefusal(subject.getCertificate(freshCertificateId()), "CERTIFICATE_NOT_FOUND");
      assert.match(error.details.certificateId, /^cert-/);
    },
  },
  {
    name: "list/pages",
    title: "lists records oldest first, each once over all pages, whatever comes in between",
    check: async ({ subject }) => {
      const tenantId = freshTenantId();
      const ids: string[] = [];
      for (let index = 0; index < 7; index += 1) {
        ids.push((await begun(subject, { tenantId, now: afterNoon(index < 4 ? 0 : index) })).id);
      }
      const listed: string[] = [];
      let after: string | undefined;
      do {
        const page = await expectOk(subject.listCertificates({ tenantId, limit: 2, after }));
        listed.push(...page.items.map(({ id }) => id));
        after = page.next;
        if (listed.length === 4) await begun(subject, { tenantId, now: afterNoon(-5) });
      } while (after !== undefined);
      assertSame(listed, ids, "all of them");
      await expectRefusal(subject.listCertificates({ limit: 0 }), "INVALID_INPUT");
      await expectRefusal(subject.listCertificates({ after: "nonsense" }), "INVALID_INPUT");
    },
  },
  {
    name: "list/by-name",
    title: "finds those that visitors of a name could be shown, and by a wildcard those with that very wildcard",
    check: async ({ subject }) => {
      const base = freshName();
      const sets = [[base], [`*.${base}`], [`*.www.${base}`, `www.${base}`], [`*.${base}`, `www.${base}`]];
      for (const names of sets) await begun(subject, { names });
      const find = async (name: string) => {
        const { items } = await expectOk(subject.listCertificates({ name }));
        return items.map(({ names }) => names.join(" "));
      };
      assertSame(await find(base), [base], "the apex");
      const ofWww = [sets[1], sets[2], sets[3]].map((names) => names?.join(" "));
      assertSame(await find(`www.${base}`), ofWww, "a name with wildcards above it and itself");
      assertSame(await find(`a.www.${base}`), [sets[2]?.join(" ")], "one label only");
      assertSame(
        await find(`*.${base}`),
        [sets[1], sets[3]].map((names) => names?.join(" ")),
        "the wildcard",
      );
      assertSame(await find(`*.www.${base}`), [sets[2]?.join(" ")], "another wildcard");
      assertSame(await find(`other.${freshName()}`), [], "a stranger");
    },
  },
  {
    name: "list/conditions",
    title: "lists by tenant and by state, and all conditions together",
    check: async ({ subject }) => {
      const [tenantId, other] = [freshTenantId(), freshTenantId()];
      const first = await leased(subject, { tenantId });
      await expectOk(subject.changeCertificate(changeOf(first, { state: "issued" })));
      const second = await begun(subject, { tenantId });
      await begun(subject, { tenantId: other, names: second.names });
      const find = async (request: Parameters<typeof subject.listCertificates>[0]) =>
        (await expectOk(subject.listCertificates(request))).items.map(({ id }) => id);
      assertSame(await find({ tenantId }), [first.id, second.id], "by tenant");
      assertSame(await find({ tenantId, state: "issued" }), [first.id], "and state");
      assertSame(await find({ tenantId, state: "revoked" }), [], "another state");
      const [name = ""] = second.names;
      assertSame(await find({ tenantId, state: "ordering", name }), [second.id], "and name");
    },
  },
  {
    name: "due/order",
    title: "lists what is due, the longest due first, and nothing that is worked on or has nothing to be done",
    check: async ({ subject }) => {
      const at: readonly (number | null)[] = [5, 1, 9, null, 3];
      const records: CertificateRecord[] = [];
      for (const dueMs of at) {
        const record = await leased(subject);
        const dueAt = dueMs === null ? null : afterNoon(dueMs);
        records.push(await expectOk(subject.changeCertificate(changeOf(record, { dueAt }, true))));
      }
      const [five, one, , , three] = records as [
        CertificateRecord,
        CertificateRecord,
        unknown,
        unknown,
        CertificateRecord,
      ];
      const due = async (ms: number, limit = 1000) =>
        (await expectOk(subject.listDueCertificates({ now: afterNoon(ms), limit }))).map(({ id }) => id);
      assertSame(await due(5), [one.id, three.id, five.id], "those that are due, to the millisecond");
      assertSame(await due(5, 2), [one.id, three.id], "at most as many as asked for");
      await expectOk(subject.leaseCertificate(leaseOf(one.id, "ada", afterNoon(5))));
      assertSame(await due(6), [three.id, five.id], "one is worked on");
      const over = await due(5 + 60_000);
      assert.equal(over[0], one.id, "the lease is over");
      for (const limit of [0, 1001, 1.5]) {
        await expectRefusal(subject.listDueCertificates({ now: noon, limit }), "INVALID_INPUT");
      }
    },
  },
  {
    name: "shared/another-process",
    title: "shows other processes what was written, at once",
    requires: ["shared"],
    check: async ({ subject, another }) => {
      const other = await another?.();
      assert.ok(other !== undefined, "the harness offers another()");
      const record = await leased(subject);
      const changed = await expectOk(other.changeCertificate(changeOf(record, wholeChange, true)));
      assertSame(await expectOk(subject.getCertificate(record.id)), changed, "both see it");
    },
  },
  {
    name: "durable/reopened",
    title: "has after a restart what was there before it",
    requires: ["durable"],
    check: async ({ subject, reopen }) => {
      const record = await leased(subject);
      const changed = await expectOk(subject.changeCertificate(changeOf(record, wholeChange)));
      const later = await reopen?.();
      assert.ok(later !== undefined, "the harness offers reopen()");
      assertSame(await expectOk(later.getCertificate(record.id)), changed, "the record");
    },
  },
];
