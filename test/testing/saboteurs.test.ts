import { type ConformanceCase, saboteurs } from "@hostelry/testing";
import { describe, expect, it } from "vitest";

async function failedCases(cases: readonly ConformanceCase[]): Promise<readonly string[]> {
  const failed: string[] = [];
  for (const each of cases) {
    const outcome = await each.run().then(
      () => "passed",
      () => "failed",
    );
    if (outcome === "failed") failed.push(each.id);
  }
  return failed;
}

describe("each saboteur is caught by the cases named for it, and by no other", () => {
  for (const saboteur of saboteurs) {
    it(`${saboteur.port}: one that ${saboteur.name}`, async () => {
      expect([...(await failedCases(saboteur.cases()))].sort()).toEqual([...saboteur.caughtBy].sort());
    });
  }
});

describe("the saboteurs", () => {
  it("break a promise each, and have names of their own", () => {
    expect(saboteurs.length).toBeGreaterThan(40);
    expect(new Set(saboteurs.map(({ name }) => name)).size).toBe(saboteurs.length);
    for (const { caughtBy } of saboteurs) expect(caughtBy).not.toEqual([]);
  });
});
