import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import type { CertificateStore } from "@hostelry/core/adapter";
import { assertSame, expectOk, expectRefusal, race } from "../expectation.ts";
import { afterNoon, noon } from "../store/scene.ts";
import type { CertificateStoreCase } from "./certificate-store-harness.ts";

type Spending = Parameters<CertificateStore["spendRateUses"]>[0];

/** What a certificate store promises of uses of limits. */
export const rateCases: readonly CertificateStoreCase[] = [
  {
    name: "rates/exact",
    title: "has uses as they were written, under keys of any length and any letters",
    check: async ({ subject }) => {
      const keys = [freshKey(), `${freshKey()} ✓ ${"x".repeat(5900)}`, `${freshKey()} ${"x".repeat(5900)}`];
      const unused = freshKey();
      assertSame([...(await expectOk(subject.readRateUses([...keys, unused]))).keys()], [], "before");
      const uses = keys.map((key, index) => [key, afterNoon(index + 1)] as const);
      const expected = keys.map((key) => [key, null] as const);
      assertSame(await expectOk(subject.spendRateUses(spending(expected, uses))), { spent: true }, "written");
      const read = await expectOk(subject.readRateUses([...keys, unused]));
      assertSame(new Map([...read].sort()), new Map([...uses].sort()), "what is read");
    },
  },
  {
    name: "rates/compared",
    title: "writes uses only when all that were expected are as they were, and all of them or none",
    check: async ({ subject }) => {
      const [one, other] = [freshKey(), freshKey()];
      await expectOk(subject.spendRateUses(spending([[one, null]], [[one, noon]])));
      const refused: readonly Spending[] = [
        spending([[one, null]], [[one, afterNoon(9)]]),
        spending([[one, afterNoon(1)]], [[one, afterNoon(9)]]),
        spending([[other, noon]], [[other, afterNoon(9)]]),
        spending(
          [
            [other, null],
            [one, null],
          ],
          [
            [other, afterNoon(9)],
            [one, afterNoon(9)],
          ],
        ),
        // What is only looked at counts too.
        spending(
          [
            [other, null],
            [one, afterNoon(1)],
          ],
          [[other, afterNoon(9)]],
        ),
      ];
      for (const request of refused) {
        assertSame(await expectOk(subject.spendRateUses(request)), { spent: false }, "not as expected");
      }
      assertSame([...(await expectOk(subject.readRateUses([one, other])))], [[one, noon]], "unchanged");
      assertSame(
        await expectOk(subject.spendRateUses(spending([[one, noon]], [[one, afterNoon(2)]]))),
        { spent: true },
        "as expected",
      );
    },
  },
  {
    name: "rates/raced",
    title: "lets one of many spend who have read the same, whatever the order of their keys, and none waits for ever",
    check: async ({ subject }) => {
      const keys = Array.from({ length: 6 }, freshKey);
      const moments = [null, afterNoon(1), afterNoon(2), afterNoon(3), afterNoon(4)] as const;
      for (const [index, next] of moments.entries()) {
        if (next === null) continue;
        const before = moments[index - 1] ?? null;
        const attempt = (index: number) => {
          const turned = [...keys.slice(index % 6), ...keys.slice(0, index % 6)];
          const order = index % 2 === 0 ? turned : turned.reverse();
          const [expected, uses] = [
            order.map((key) => [key, before] as const),
            order.map((key) => [key, next] as const),
          ];
          return subject.spendRateUses(spending(expected, uses));
        };
        const { values } = await race(8, attempt);
        assert.equal(values.filter(({ spent }) => spent).length, 1, `round ${index}`);
      }
      const read = await expectOk(subject.readRateUses(keys));
      assertSame(
        [...read.values()],
        keys.map(() => moments.at(-1)),
        "the last one",
      );
    },
  },
  {
    name: "rates/checked",
    title: "takes 1 to 500 keys of 1 to 6,000 characters, and uses of expected keys only",
    check: async ({ subject }) => {
      const wrong = [[], [""], ["x".repeat(6001)], Array.from({ length: 501 }, (_, index) => `k${index}`)];
      for (const keys of wrong) {
        await expectRefusal(subject.readRateUses(keys), "INVALID_INPUT");
        const expected = keys.map((key) => [key, null] as const);
        await expectRefusal(subject.spendRateUses(spending(expected, [])), "INVALID_INPUT");
      }
      const [one, other] = [freshKey(), freshKey()];
      await expectRefusal(subject.spendRateUses(spending([[one, null]], [[other, noon]])), "INVALID_INPUT");
    },
  },
  {
    name: "stale/uses",
    title: "removes uses that are as good as new, at most as many as asked for, and none that counts",
    check: async ({ subject }) => {
      const keys = Array.from({ length: 5 }, freshKey);
      const uses = keys.map((key, index) => [key, afterNoon(index)] as const);
      await expectOk(
        subject.spendRateUses(
          spending(
            keys.map((key) => [key, null] as const),
            uses,
          ),
        ),
      );
      const removed: number[] = [];
      for (let round = 0; round < 3; round += 1) {
        removed.push((await expectOk(subject.removeStale({ now: afterNoon(2), limit: 2 }))).removed);
      }
      assertSame(removed, [2, 1, 0], "three of them, two at once");
      const left = await expectOk(subject.readRateUses(keys));
      assertSame(new Map([...left].sort()), new Map(uses.slice(3).sort()), "those that count");
      for (const limit of [0, 10_001, 0.5]) {
        await expectRefusal(subject.removeStale({ now: noon, limit }), "INVALID_INPUT");
      }
    },
  },
];

function freshKey(): string {
  return `orders-per-account ${randomBytes(8).toString("hex")}`;
}

function spending(
  expected: readonly (readonly [string, Date | null])[],
  uses: readonly (readonly [string, Date])[],
): Spending {
  return { expected: new Map(expected), uses: new Map(uses) };
}
