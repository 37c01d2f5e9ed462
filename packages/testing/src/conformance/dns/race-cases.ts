import assert from "node:assert/strict";
import { expectOk, race } from "../expectation.ts";
import type { DnsCase } from "./dns-harness.ts";
import { adding, apply, assertServed, removing, ttlSeconds, versionOf } from "./sets.ts";

/** What a provider promises of callers who change the same zone at once, through one instance or several. */
export const raceCases: readonly DnsCase[] = [
  {
    name: "race/adds",
    title: "keeps every value that several add to one set at once",
    check: async (underTest) => {
      const { subject, another, zone } = underTest;
      const name = `_acme-challenge.${zone}`;
      const other = another();
      const token = (index: number): string => `token-${index}`;
      const { values } = await race(12, (index) =>
        (index % 2 === 0 ? subject : other).applyChanges({ zone, changes: [adding(name, "TXT", token(index))] }),
      );
      assert.equal(values.filter(({ changed }) => changed).length, 12);
      await assertServed(
        underTest,
        name,
        "TXT",
        Array.from({ length: 12 }, (_, index) => token(index)),
      );
    },
  },
  {
    name: "race/adds-and-removals",
    title: "loses no value while others come and go",
    check: async (underTest) => {
      const { subject, another, zone } = underTest;
      const name = `_acme-challenge.${zone}`;
      const old = Array.from({ length: 6 }, (_, index) => `old-${index}`);
      await apply(underTest, adding(name, "TXT", ...old));
      const other = another();
      await race(12, (index) => {
        const change =
          index % 2 === 0 ? removing(name, "TXT", `old-${index / 2}`) : adding(name, "TXT", `new-${index}`);
        return (index % 3 === 0 ? subject : other).applyChanges({ zone, changes: [change] });
      });
      await assertServed(
        underTest,
        name,
        "TXT",
        [1, 3, 5, 7, 9, 11].map((index) => `new-${index}`),
      );
    },
  },
  {
    name: "race/replaces",
    title: "lets one of several win who replace the same thing",
    check: async (underTest) => {
      const { subject, another, zone } = underTest;
      const name = `www.${zone}`;
      await apply(underTest, adding(name, "A", "192.0.2.1"));
      const other = another();
      const target = (index: number): string => `192.0.2.${100 + index}`;
      const settled = await Promise.all(
        Array.from({ length: 6 }, (_, index) => {
          const set = { name, type: "A", expect: ["192.0.2.1"], values: [target(index)], ttlSeconds } as const;
          return (index % 2 === 0 ? subject : other).applyChanges({ zone, changes: [{ action: "replace", ...set }] });
        }),
      );
      const winners = settled.flatMap((result, index) => (result.isOk() ? [index] : []));
      assert.equal(winners.length, 1, "one wins");
      for (const result of settled) if (result.isErr()) assert.equal(result.error.code, "DNS_ZONE_CHANGED");
      await assertServed(underTest, name, "A", [target(winners[0] ?? 0)]);
    },
  },
  {
    name: "race/versions",
    title: "lets one of several win who apply what they decided on the same version",
    check: async (underTest) => {
      const { subject, another, zone } = underTest;
      await apply(underTest, adding(`www.${zone}`, "A", "192.0.2.1"));
      const expectVersion = await versionOf(underTest);
      const other = another();
      const { values } = await race(
        6,
        (index) =>
          (index % 2 === 0 ? subject : other).applyChanges({
            zone,
            changes: [adding(`host-${index}.${zone}`, "A", "192.0.2.50")],
            expectVersion,
          }),
        "DNS_ZONE_CHANGED",
      );
      assert.equal(values.length, 1, "one wins");
      const { sets } = await expectOk(subject.listRecordSets({ zone }));
      assert.equal(sets.filter((set) => set.name.startsWith("host-")).length, 1);
    },
  },
];
