import { assertSame, expectOk, expectRefusal } from "../expectation.ts";
import type { DnsCase } from "./dns-harness.ts";
import { adding, apply, assertServed, removing, serialOf, ttlSeconds, versionOf } from "./sets.ts";

/** What a provider promises of conditions. */
export const conditionCases: readonly DnsCase[] = [
  {
    name: "apply/expect-wrong",
    title: "replaces nothing when the set is not as expected",
    check: async (underTest) => {
      const { subject, zone, put } = underTest;
      const name = `www.${zone}`;
      await apply(underTest, adding(name, "A", "192.0.2.1"));
      const before = await serialOf(underTest);
      await put(name, "A", ttlSeconds, "192.0.2.2");
      for (const expect of [["192.0.2.1"], [], ["192.0.2.1", "192.0.2.3"]]) {
        const changes = [
          adding(`other.${zone}`, "A", "192.0.2.8"),
          { action: "replace", name, type: "A", expect, values: ["192.0.2.9"], ttlSeconds } as const,
        ];
        await expectRefusal(subject.applyChanges({ zone, changes }), "DNS_ZONE_CHANGED");
      }
      await assertServed(underTest, name, "A", ["192.0.2.1", "192.0.2.2"]);
      await assertServed(underTest, `other.${zone}`, "A", []);
      assertSame(typeof before, typeof (await serialOf(underTest)), "the serial can still be read");
    },
  },
  {
    name: "apply/version-stale",
    title: "changes nothing when anything in the zone has changed since the version was read",
    check: async (underTest) => {
      const { subject, zone, put } = underTest;
      await apply(underTest, adding(`www.${zone}`, "A", "192.0.2.1"));
      const expectVersion = await versionOf(underTest);
      await put(`elsewhere.${zone}`, "TXT", 600, "somebody else was here");
      const changes = [adding(`www.${zone}`, "A", "192.0.2.2"), removing(`www.${zone}`, "A", "192.0.2.1")];
      await expectRefusal(subject.applyChanges({ zone, changes, expectVersion }), "DNS_ZONE_CHANGED");
      await assertServed(underTest, `www.${zone}`, "A", ["192.0.2.1"]);
    },
  },
  {
    name: "apply/version-right",
    title: "changes a zone that still has the version",
    check: async (underTest) => {
      const { subject, zone } = underTest;
      await apply(underTest, adding(`www.${zone}`, "A", "192.0.2.1"));
      const expectVersion = await versionOf(underTest);
      const changes = [adding(`www.${zone}`, "A", "192.0.2.2"), adding(`b.${zone}`, "TXT", "x")];
      await expectOk(subject.applyChanges({ zone, changes, expectVersion }));
      await assertServed(underTest, `www.${zone}`, "A", ["192.0.2.1", "192.0.2.2"]);
      await assertServed(underTest, `b.${zone}`, "TXT", ["x"]);
    },
  },
];
