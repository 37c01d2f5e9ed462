import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { quickWasm } from "../../test/setup/quick-wasm.ts";

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const run = promisify(execFile);

/** The TypeScript blocks of a page. */
async function snippets(page: string): Promise<readonly string[]> {
  const text = await readFile(at(page), "utf8");
  return [...text.matchAll(/^```ts\n(.*?)^```/gms)].map(([, code]) => code ?? "");
}

describe("publishing a site", () => {
  it("prints what a visitor sees at every step", async () => {
    const flags = [quickWasm, "--conditions=@hostelry/source", "--import", "tsx"];
    const { stdout } = await run(process.execPath, [...flags, at("main.ts")]);
    expect(stdout.split("\n")).toEqual([
      "r1: accepted, 7 files",
      "preview without the token: 401 This preview is private",
      "preview with the token: 200 The Lantern",
      "live before publishing: 503 Nothing published yet",
      "published: 200 The Lantern",
      "PUBLISH_CONFLICT: Somebody published in between; look at what is live and decide anew.",
      "",
    ]);
  });

  it.each(["../../docs/tutorials/01-publish-your-first-site.md", "../../README.md"])(
    "is what %s shows, line by line",
    async (page) => {
      const example = (await readFile(at("main.ts"), "utf8")).split("\n").map((line) => line.trim());
      const shown = (await snippets(page)).flatMap((code) => code.split("\n").map((line) => line.trim()));
      expect(shown.length).toBeGreaterThan(10);
      expect(shown.filter((line) => !example.includes(line))).toEqual([]);
    },
  );
});
