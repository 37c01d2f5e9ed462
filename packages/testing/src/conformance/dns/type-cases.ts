import assert from "node:assert/strict";
import type { DnsRecordType } from "@hostelry/core/adapter";
import { assertSame, expectRefusal } from "../expectation.ts";
import type { DnsCase, DnsProviderUnderTest } from "./dns-harness.ts";
import { adding, apply, assertServed, listed, removing } from "./sets.ts";

const values: Readonly<Record<Exclude<DnsRecordType, "TXT">, readonly string[]>> = {
  A: ["192.0.2.1", "192.0.2.200"],
  AAAA: ["2001:db8::1", "2001:db8:0:1::"],
  ALIAS: ["target.elsewhere.test"],
  CAA: ['0 issue "letsencrypt.org; validationmethods=dns-01"', '128 iodef "mailto:security@elsewhere.test"'],
  CNAME: ["target.elsewhere.test"],
  MX: ["10 mx1.elsewhere.test", "20 mx2.elsewhere.test"],
  NS: ["ns1.elsewhere.test", "ns2.elsewhere.test"],
  SRV: ["0 5 443 a.elsewhere.test", "10 0 8443 b.elsewhere.test"],
};

const texts: Readonly<Record<string, string>> = {
  plain: "v=spf1 include:_spf.elsewhere.test ~all",
  token: "yGcXrHpTl8Hk3nS0bE5JqA2mD9vW7zKfPiU1oRtYx_4",
  quotes: 'say "hello" \\ and \\"bye\\"; it\'s a (test) \\065',
  spaces: "  two  spaces ",
  unicode: "grüße, 世界 🏨",
  "not-utf-8": "a\udcffb\udc80",
  "255-bytes": "a".repeat(255),
  "256-bytes": `${"b".repeat(255)}c`,
  "1000-bytes": Array.from({ length: 100 }, (_, index) => `part-${String(index).padStart(5, "0")}`).join(""),
};

/** What a provider promises of each type of record. */
export const typeCases: readonly DnsCase[] = [
  ...(Object.keys(values) as (keyof typeof values)[]).map(
    (type): DnsCase => ({
      name: `types/${type.toLowerCase()}`,
      title: `takes, serves and lists ${type} records exactly, or refuses them`,
      check: async (underTest) => {
        const { subject, zone } = underTest;
        if (subject.capabilities.recordTypes.includes(type)) return roundTrip(underTest, type);
        const changes = [adding(`record.${zone}`, type, ...values[type])];
        await expectRefusal(subject.applyChanges({ zone, changes }), "INVALID_INPUT");
      },
    }),
  ),
  ...Object.entries(texts).map(
    ([what, text]): DnsCase => ({
      name: `types/txt-${what}`,
      title: `takes, serves and lists a text exactly: ${what.replaceAll("-", " ")}`,
      check: async (underTest) => {
        const name = `text.${underTest.zone}`;
        await apply(underTest, adding(name, "TXT", "stays", text));
        await assertServed(underTest, name, "TXT", ["stays", text]);
        assertSame((await listed(underTest, name, "TXT"))?.values, ["stays", text].sort(), "as listed");
        assert.equal(await apply(underTest, adding(name, "TXT", text)), false, "it is recognised");
        await apply(underTest, removing(name, "TXT", text));
        await assertServed(underTest, name, "TXT", ["stays"]);
      },
    }),
  ),
  {
    name: "types/wildcard",
    title: "takes and lists wildcards",
    requires: ["wildcards"],
    check: async (underTest) => {
      const { zone } = underTest;
      await apply(underTest, adding(`*.${zone}`, "A", "192.0.2.7"), adding(`*.deep.${zone}`, "TXT", "deep"));
      await assertServed(underTest, `anything.${zone}`, "A", ["192.0.2.7"]);
      assertSame((await listed(underTest, `*.${zone}`, "A"))?.values, ["192.0.2.7"], "as listed");
      await apply(underTest, removing(`*.${zone}`, "A", "192.0.2.7"));
      await assertServed(underTest, `anything.${zone}`, "A", []);
    },
  },
  {
    name: "types/wildcard-covers",
    title: "does not take a name for one that is there because a wildcard answers for it",
    requires: ["wildcards"],
    check: async (underTest) => {
      const { zone } = underTest;
      await apply(underTest, adding(`*.${zone}`, "A", "192.0.2.7"));
      const name = `www.${zone}`;
      assert.equal(await listed(underTest, name, "A"), undefined);
      assert.equal(await apply(underTest, removing(name, "A", "192.0.2.7")), false);
      assert.equal(await apply(underTest, adding(name, "A", "192.0.2.7")), true);
      await apply(underTest, removing(`*.${zone}`, "A", "192.0.2.7"));
      await assertServed(underTest, name, "A", ["192.0.2.7"]);
    },
  },
  {
    name: "types/apex",
    title: "takes records at the zone's own name",
    check: async (underTest) => {
      const { zone } = underTest;
      await apply(
        underTest,
        adding(zone, "A", "192.0.2.1"),
        adding(zone, "TXT", "v=spf1 -all"),
        adding(zone, "MX", "0 ."),
      );
      await assertServed(underTest, zone, "A", ["192.0.2.1"]);
      await assertServed(underTest, zone, "MX", ["0 ."]);
      assertSame((await listed(underTest, zone, "TXT"))?.values, ["v=spf1 -all"], "as listed");
    },
  },
];

async function roundTrip(underTest: DnsProviderUnderTest, type: keyof typeof values): Promise<void> {
  const name = type === "SRV" ? `_https._tcp.${underTest.zone}` : `record.${underTest.zone}`;
  const all = values[type];
  await apply(underTest, adding(name, type, ...all));
  // ALIAS is the server's own affair, and a delegation is answered by referring to it.
  if (type !== "ALIAS" && type !== "NS") await assertServed(underTest, name, type, all);
  assertSame((await listed(underTest, name, type))?.values, [...all].sort(), "as listed");
  assert.equal(await apply(underTest, adding(name, type, ...all)), false, "it is recognised");
  const [first = "", ...rest] = all;
  await apply(underTest, removing(name, type, first));
  assertSame(
    (await listed(underTest, name, type))?.values,
    rest.length === 0 ? undefined : [...rest].sort(),
    "the rest",
  );
}
