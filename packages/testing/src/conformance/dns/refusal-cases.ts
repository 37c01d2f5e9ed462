import assert from "node:assert/strict";
import type { DnsChange } from "@hostelry/core/adapter";
import { toolOf } from "../conformance-case.ts";
import { assertSame, expectOk, expectRefusal } from "../expectation.ts";
import type { DnsCase, DnsProviderUnderTest } from "./dns-harness.ts";
import { adding, apply, assertServed, removing, ttlSeconds, versionOf } from "./sets.ts";

/** What a provider promises to refuse, before it writes anything. */
export const refusalCases: readonly DnsCase[] = [
  {
    name: "apply/absent",
    title: "says that there is no such zone",
    check: async ({ subject }) => {
      const zone = "nobody-has-this.test";
      await expectRefusal(
        subject.applyChanges({ zone, changes: [adding(`www.${zone}`, "A", "192.0.2.1")] }),
        "DNS_ZONE_NOT_FOUND",
      );
    },
  },
  {
    name: "apply/alias-beside",
    title: "refuses an alias beside other records, and says so",
    check: async (underTest) => {
      const { zone } = underTest;
      const name = `www.${zone}`;
      await apply(underTest, adding(name, "A", "192.0.2.1"));
      await refused(
        underTest,
        "DNS_CONFLICT",
        adding(`ok.${zone}`, "A", "192.0.2.2"),
        adding(name, "CNAME", "elsewhere.test"),
      );
      await assertServed(underTest, name, "A", ["192.0.2.1"]);
      await assertServed(underTest, `ok.${zone}`, "A", []);
    },
  },
  {
    name: "apply/beside-alias",
    title: "refuses other records beside an alias",
    check: async (underTest) => {
      const { zone, put } = underTest;
      const name = `www.${zone}`;
      await put(name, "CNAME", 300, "elsewhere.test");
      await refused(underTest, "DNS_CONFLICT", adding(`ok.${zone}`, "A", "192.0.2.2"), adding(name, "A", "192.0.2.1"));
      await refused(underTest, "DNS_CONFLICT", adding(name, "TXT", "x"));
      await assertServed(underTest, name, "CNAME", ["elsewhere.test"]);
    },
  },
  {
    name: "apply/alias-beside-others",
    title: "refuses an alias beside records of a type that the port does not carry",
    tool: "putOther",
    check: async (underTest) => {
      const { zone, putOther } = underTest;
      await toolOf(putOther, "putOther")(`host.${zone}`);
      await refused(underTest, "DNS_CONFLICT", adding(`host.${zone}`, "CNAME", "elsewhere.test"));
    },
  },
  {
    name: "apply/alias-twice",
    title: "refuses a second value of an alias",
    check: async (underTest) => {
      const { zone } = underTest;
      const name = `www.${zone}`;
      await apply(underTest, adding(name, "CNAME", "one.test"));
      await refused(underTest, "DNS_CONFLICT", adding(name, "CNAME", "two.test"));
      await refused(underTest, "DNS_CONFLICT", adding(`new.${zone}`, "CNAME", "one.test", "two.test"));
      await assertServed(underTest, name, "CNAME", ["one.test"]);
    },
  },
  {
    name: "apply/alias-at-apex",
    title: "refuses an alias at the zone's own name, unless it is flattened",
    check: async (underTest) => {
      const { zone, subject } = underTest;
      if (subject.capabilities.apexCname === "refused") {
        return refused(underTest, "DNS_CONFLICT", adding(zone, "CNAME", "elsewhere.test"));
      }
      await apply(underTest, adding(zone, "CNAME", "elsewhere.test"));
    },
  },
  {
    name: "apply/all-or-nothing",
    title: "makes none of the changes when one of them can't be made",
    requires: ["atomic"],
    check: async (underTest) => {
      const { zone } = underTest;
      await apply(underTest, adding(`b.${zone}`, "A", "192.0.2.1"));
      const stays = {
        action: "replace",
        name: `b.${zone}`,
        type: "A",
        expect: ["192.0.2.7"],
        values: [],
        ttlSeconds,
      } as const;
      await refused(
        underTest,
        "DNS_ZONE_CHANGED",
        adding(`a.${zone}`, "A", "192.0.2.2"),
        stays,
        adding(`c.${zone}`, "A", "192.0.2.3"),
      );
    },
  },
  {
    name: "apply/zone-servers",
    title: "leaves the servers of the zone itself alone",
    check: async (underTest) => {
      const { zone } = underTest;
      await refused(underTest, "INVALID_INPUT", adding(zone, "NS", "ns1.thief.test"));
      await refused(underTest, "INVALID_INPUT", removing(zone, "NS", "ns1.servers.test"));
    },
  },
  {
    name: "apply/names-are-checked",
    title: "takes canonical names inside of the zone only",
    check: async (underTest) => {
      const { zone } = underTest;
      const names = [
        `www.${zone}.`,
        `WWW.${zone}`,
        "www.elsewhere.test",
        `x${zone}`,
        `a b.${zone}`,
        `a..${zone}`,
        `a.*.${zone}`,
      ];
      for (const name of [...names, `${"a".repeat(64)}.${zone}`, `grüße.${zone}`, `-a.${zone}`, ""]) {
        await refused(
          underTest,
          "INVALID_INPUT",
          adding(`ok.${zone}`, "A", "192.0.2.2"),
          adding(name, "A", "192.0.2.1"),
        );
      }
    },
  },
  {
    name: "apply/values-are-checked",
    title: "takes canonical values only, and no empty list of them",
    check: async (underTest) => {
      const { zone } = underTest;
      const name = `www.${zone}`;
      const wrong: readonly DnsChange[] = [
        adding(name, "A"),
        removing(name, "A"),
        adding(name, "A", "192.0.2.256"),
        adding(name, "A", "192.0.2.01"),
        adding(name, "A", "2001:db8::1"),
        adding(name, "AAAA", "2001:0db8::1"),
        adding(name, "CNAME", "elsewhere.test."),
        adding(name, "CNAME", "Elsewhere.test"),
        adding(name, "MX", "mail.elsewhere.test"),
        adding(name, "MX", "65536 mail.elsewhere.test"),
        adding(name, "CAA", "0 issue letsencrypt.org"),
        adding(name, "SRV", "1 2 elsewhere.test"),
        adding(name, "TXT", "x".repeat(70_000)),
        { action: "replace", name, type: "A", expect: ["nonsense"], values: ["192.0.2.1"], ttlSeconds },
      ];
      for (const change of wrong) await refused(underTest, "INVALID_INPUT", change);
    },
  },
  {
    name: "apply/ttl-is-checked",
    title: "takes TTLs within its limits only",
    check: async (underTest) => {
      const { subject, zone } = underTest;
      const { min, max } = subject.capabilities.ttlSeconds;
      for (const ttl of [min - 1, max + 1, 300.5, Number.NaN]) {
        await refused(underTest, "INVALID_INPUT", { ...adding(`www.${zone}`, "A", "192.0.2.1"), ttlSeconds: ttl });
      }
    },
  },
  {
    name: "apply/cancelled-before",
    title: "changes nothing for a caller who has left before the call",
    check: async (underTest) => {
      const { subject, zone } = underTest;
      const changes = [adding(`www.${zone}`, "A", "192.0.2.1")];
      await expectRefusal(subject.applyChanges({ zone, changes }, { signal: AbortSignal.abort() }), "ABORTED");
      await assertServed(underTest, `www.${zone}`, "A", []);
    },
  },
  {
    name: "apply/cancelled-midway",
    title: "ends early for a caller who leaves, or tells what was done; others go on",
    check: async (underTest) => {
      const { subject, zone } = underTest;
      const leaving = new AbortController();
      const name = `www.${zone}`;
      const first = subject.applyChanges(
        { zone, changes: [adding(name, "A", "192.0.2.1")] },
        { signal: leaving.signal },
      );
      const second = subject.applyChanges({ zone, changes: [adding(name, "A", "192.0.2.2")] });
      leaving.abort();
      const settled = await first;
      if (settled.isErr()) assert.equal(settled.error.code, "ABORTED");
      assert.equal((await expectOk(second)).changed, true);
      const served = await underTest.read(name, "A");
      assert.ok(served.includes("192.0.2.2"), "the other one's value is there");
      if (settled.isOk()) assert.ok(served.includes("192.0.2.1"), "what was told to be done is there");
    },
  },
];

/** The changes are refused, and the zone is what it was. */
async function refused(
  underTest: DnsProviderUnderTest,
  code: "DNS_CONFLICT" | "DNS_ZONE_CHANGED" | "INVALID_INPUT",
  ...changes: readonly DnsChange[]
): Promise<void> {
  const { subject, zone } = underTest;
  const before = await versionOf(underTest);
  const settled = await subject.applyChanges({ zone, changes });
  const shown = JSON.stringify(changes.at(-1)).slice(0, 200);
  assert.ok(settled.isErr(), `expected ${code} for ${shown}`);
  assertSame(settled.error.code, code, `${shown}: ${settled.error.message}`);
  assert.equal(await versionOf(underTest), before, "nothing was changed");
}
