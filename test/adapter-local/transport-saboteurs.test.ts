import { type ConformanceCase, transportSaboteurs } from "@hostelry/testing";
import { describe, expect, it } from "vitest";
import { localTransportHarness } from "../../packages/adapter-local/src/fixtures/local-transport-harness.ts";
import { rounds } from "../setup/rounds.ts";

/** So many cases at once: each has a transport and a directory of its own. */
const width = 6;

async function failedCases(cases: readonly ConformanceCase[]): Promise<readonly string[]> {
  const failed: string[] = [];
  const waiting = cases.filter(({ skipped }) => skipped === undefined);
  const work = async (): Promise<void> => {
    for (let each = waiting.shift(); each !== undefined; each = waiting.shift()) {
      const passed = await each.run().then(
        () => true,
        () => false,
      );
      if (!passed) failed.push(each.id);
    }
  };
  await Promise.all(Array.from({ length: width }, work));
  return failed.sort();
}

/** The cases that have to catch a saboteur, and of the others every so-manieth: each starts processes, and there are 18 saboteurs. */
const others = rounds(1, 4);

describe("each transport that breaks a promise is caught by the cases named for it, and by no other", () => {
  for (const [number, saboteur] of transportSaboteurs(localTransportHarness()).entries()) {
    it(`one that ${saboteur.name}`, async () => {
      const cases = saboteur
        .cases()
        .filter(({ id }, index) => saboteur.caughtBy.includes(id) || (index + number) % others === 0);
      expect(await failedCases(cases)).toEqual([...saboteur.caughtBy].sort());
    });
  }
});
