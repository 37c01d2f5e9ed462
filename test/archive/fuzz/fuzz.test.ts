import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { inspectArchive, unwrap } from "@hostelry/core";
import { describe, expect, it } from "vitest";
import { campaign, compareReaders } from "./campaign.ts";
import { tarReaders } from "./tar-readers.ts";
import { zipReaders } from "./zip-readers.ts";

const kept = fileURLToPath(new URL("./seeds/", import.meta.url));

describe("mutated archives", () => {
  it.each(["zip", "tar"] as const)(
    "1,000 mutants of %s: no crash, no hang, nothing accepted that anybody reads differently",
    async (kind) => {
      const summary = await campaign({ kind, seed: 20_260_101, mutants: 1000, commandsEvery: kind === "tar" ? 1 : 10 });
      expect(summary.failures.map(({ mutant, problem }) => `${mutant}: ${problem}`)).toEqual([]);
      expect(summary.accepted).toBeGreaterThan(5);
      expect(summary.slowestMs).toBeLessThan(5000);
    },
    240_000,
  );

  it("that once showed a defect are rejected or read alike", async () => {
    for (const file of readdirSync(kept).filter((name) => name.endsWith(".bin"))) {
      const bytes = readFileSync(`${kept}${file}`);
      const inspection = await unwrap(
        inspectArchive(bytes, { policy: { strip: [], requireIndex: false, wrappingFolder: "keep" } }),
      );
      if (!inspection.ok) continue;
      const readers = file.startsWith("tar") ? tarReaders : zipReaders;
      expect({ file, ...(await compareReaders(bytes, inspection, readers, {})) }).toMatchObject({ differing: [] });
    }
  });
});
