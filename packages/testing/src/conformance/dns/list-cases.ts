import assert from "node:assert/strict";
import { toolOf } from "../conformance-case.ts";
import { assertSame, expectOk, expectRefusal } from "../expectation.ts";
import type { DnsCase } from "./dns-harness.ts";
import { adding, apply, listed, removing, ttlSeconds, versionOf } from "./sets.ts";

/** What a provider promises of listings. */
export const listCases: readonly DnsCase[] = [
  {
    name: "list/as-others-wrote",
    title: "shows what somebody else has written, in canonical form",
    check: async ({ subject, zone, put }) => {
      await put(`www.${zone}`, "A", 300, "192.0.2.2");
      await put(`www.${zone}`, "A", 300, "192.0.2.1");
      await put(`mail.${zone}`, "MX", 600, "10 mx.elsewhere.test");
      const { sets } = await expectOk(subject.listRecordSets({ zone }));
      const mine = sets.filter((set) => set.name !== zone);
      assertSame(
        mine.map(({ name, type, ttlSeconds: ttl, values }) => ({ name, type, ttl, values })),
        [
          { name: `mail.${zone}`, type: "MX", ttl: 600, values: ["10 mx.elsewhere.test"] },
          { name: `www.${zone}`, type: "A", ttl: 300, values: ["192.0.2.1", "192.0.2.2"] },
        ],
        "sorted by name and type, values in order, nothing else",
      );
    },
  },
  {
    name: "list/names",
    title: "shows all of some names, and nothing of others",
    check: async (underTest) => {
      const { subject, zone } = underTest;
      const a = adding(`a.${zone}`, "A", "192.0.2.1");
      const text = adding(`a.${zone}`, "TXT", "x");
      await apply(underTest, a, text, adding(`b.${zone}`, "A", "192.0.2.2"), adding(`sub.a.${zone}`, "A", "192.0.2.3"));
      for (const names of [
        [`a.${zone}`],
        [`a.${zone}`, `absent.${zone}`],
        [`a.${zone}`, `c.${zone}`, `d.${zone}`, `e.${zone}`],
      ]) {
        const { sets, version } = await expectOk(subject.listRecordSets({ zone, names }));
        assertSame(
          sets.map((set) => `${set.name} ${set.type}`),
          [`a.${zone} A`, `a.${zone} TXT`],
          `of ${names.join()}`,
        );
        assert.equal(version, null, "a part has no version");
      }
    },
  },
  {
    name: "list/absent",
    title: "says that there is no such zone",
    check: async ({ subject }) => {
      await expectRefusal(subject.listRecordSets({ zone: "nobody-has-this.test" }), "DNS_ZONE_NOT_FOUND");
      await expectRefusal(
        subject.listRecordSets({ zone: "nobody-has-this.test", names: ["www.nobody-has-this.test"] }),
        "DNS_ZONE_NOT_FOUND",
      );
    },
  },
  {
    name: "list/version",
    title: "gives the same contents the same version, and other contents another",
    check: async (underTest) => {
      const { zone } = underTest;
      await apply(underTest, adding(`a.${zone}`, "TXT", "one"));
      const first = await versionOf(underTest);
      assert.equal(await versionOf(underTest), first, "nothing has changed");
      await apply(underTest, adding(`a.${zone}`, "TXT", "two"));
      const second = await versionOf(underTest);
      assert.notEqual(second, first, "a value more");
      await apply(underTest, removing(`a.${zone}`, "TXT", "two"));
      assert.equal(await versionOf(underTest), first, "as it was before");
    },
  },
  {
    name: "list/others",
    title: "shows that a name has records of a type that the port does not carry",
    tool: "putOther",
    check: async (underTest) => {
      const { subject, zone, putOther } = underTest;
      await apply(underTest, adding(`host.${zone}`, "A", "192.0.2.1"));
      const before = await versionOf(underTest);
      await toolOf(putOther, "putOther")(`host.${zone}`);
      const { sets, others } = await expectOk(subject.listRecordSets({ zone }));
      assertSame(others, [{ name: `host.${zone}`, types: ["SSHFP"] }], "the other records");
      assert.ok(sets.some((set) => set.name === `host.${zone}` && set.type === "A"));
      assert.notEqual(await versionOf(underTest), before, "they count");
      const part = await expectOk(subject.listRecordSets({ zone, names: [`host.${zone}`] }));
      assertSame(part.others, others, "also when only the name is asked for");
    },
  },
  {
    name: "list/comments",
    title: "shows the remark of a set, and keeps it when values come and go",
    requires: ["comments"],
    check: async (underTest) => {
      const { zone } = underTest;
      const name = `www.${zone}`;
      await apply(underTest, { ...adding(name, "A", "192.0.2.1"), comment: "asked for by ticket 7" });
      assert.equal((await listed(underTest, name, "A"))?.comment, "asked for by ticket 7");
      await apply(underTest, adding(name, "A", "192.0.2.2"));
      await apply(underTest, removing(name, "A", "192.0.2.1"));
      const kept = await listed(underTest, name, "A");
      assertSame([kept?.comment, kept?.values], ["asked for by ticket 7", ["192.0.2.2"]], "the set afterwards");
    },
  },
  {
    name: "list/proxied",
    title: "shows that a set is proxied, and keeps it so when values come and go",
    requires: ["proxy"],
    check: async (underTest) => {
      const { zone } = underTest;
      const name = `www.${zone}`;
      const set = { action: "replace", name, type: "A", ttlSeconds } as const;
      await apply(underTest, { ...set, expect: [], values: ["192.0.2.1"], proxied: true });
      assert.equal((await listed(underTest, name, "A"))?.proxied, true);
      await apply(underTest, adding(name, "A", "192.0.2.2"));
      await apply(underTest, removing(name, "A", "192.0.2.1"));
      await apply(underTest, { ...set, expect: ["192.0.2.2"], values: ["192.0.2.3"] });
      const kept = await listed(underTest, name, "A");
      assertSame([kept?.proxied, kept?.values], [true, ["192.0.2.3"]], "the set afterwards");
      await apply(underTest, { ...set, expect: ["192.0.2.3"], values: ["192.0.2.3"], proxied: false });
      assert.notEqual((await listed(underTest, name, "A"))?.proxied, true, "it can be switched off");
    },
  },
];
