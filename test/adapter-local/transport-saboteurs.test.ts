import { type ConformanceCase, transportSaboteurs } from "@hostelry/testing";
import { describe, expect, it } from "vitest";
import { localTransportHarness } from "../../packages/adapter-local/src/fixtures/local-transport-harness.ts";

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

describe("each transport that breaks a promise is caught by the cases named for it, and by no other", () => {
  for (const saboteur of transportSaboteurs(localTransportHarness())) {
    it(`one that ${saboteur.name}`, async () => {
      expect(await failedCases(saboteur.cases())).toEqual([...saboteur.caughtBy].sort());
    });
  }
});
