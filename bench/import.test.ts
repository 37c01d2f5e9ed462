import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { root } from "./harness/bundled-script.ts";

const run = promisify(execFile);
const main = ["--conditions=@hostelry/source", "--import", import.meta.resolve("tsx"), join(root, "bench/main.ts")];

describe("npm run bench", () => {
  it("runs a benchmark, prints its table, and writes rows of one shape", async () => {
    const folder = mkdtempSync(join(tmpdir(), "hostelry-bench-test-"));
    try {
      const json = join(folder, "rows.json");
      const { stdout } = await run(process.execPath, [...main, "import", "--runs", "1", "--json", json]);
      expect(stdout).toContain("not for quoting");
      expect(stdout).toContain("cold import of the built core");
      const rows: readonly Record<string, unknown>[] = JSON.parse(readFileSync(json, "utf8"));
      for (const row of rows) {
        expect(Object.keys(row)).toEqual(["bench", "case", "metric", "unit", "ours", "peer", "peerName", "ratio"]);
      }
      const [first] = rows;
      expect(first).toMatchObject({ bench: "import", metric: "import", unit: "ms", peerName: "an empty module" });
      expect(first?.["ours"]).toBeGreaterThan(Number(first?.["peer"]));
      expect(first?.["ratio"]).toBeCloseTo(Number(first?.["ours"]) / Number(first?.["peer"]), 1);
      expect(rows.find(({ metric }) => metric === "direct")).toMatchObject({ peer: null, peerName: null, ratio: null });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it("lists every benchmark with its title", async () => {
    const { stdout } = await run(process.execPath, [...main, "--list"]);
    expect(stdout).toMatch(/^import +Loading the built core/m);
    expect(stdout).toMatch(/^publish-local +hosting\.publish/m);
  });

  it("refuses an unknown name with 2 and the names there are", async () => {
    const failed = run(process.execPath, [...main, "no-such-bench"]);
    await expect(failed).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining("There are: ") });
  });
});
