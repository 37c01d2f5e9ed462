import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const run = promisify(execFile);

it("a static host on a bucket shows every publication to a handler that runs", async () => {
  const main = fileURLToPath(new URL("main.ts", import.meta.url));
  const environment = Object.entries(process.env).filter(([name]) => !name.startsWith("S3_"));
  const { stdout } = await run(process.execPath, ["--conditions=@hostelry/source", "--import", "tsx", main], {
    env: Object.fromEntries(environment),
  });
  expect(stdout.trim().split("\n")).toEqual([
    "publishing to a fake store",
    "two publishers of a site are kept apart by conditional writes",
    "published: 200 The Lantern",
    "published again: 200 The New Lantern",
    "taken back: 200 The Lantern",
    "in maintenance: 503 Back in a moment",
  ]);
});
