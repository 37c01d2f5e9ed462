import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const run = promisify(execFile);

it("an Express application serves its customers' sites beside its own pages", async () => {
  const main = fileURLToPath(new URL("main.ts", import.meta.url));
  const { stdout } = await run(process.execPath, ["--conditions=@hostelry/source", "--import", "tsx", main]);
  expect(stdout.trim().split("\n")).toEqual([
    "panel.example/: 200 The control panel",
    "lantern.example/: 503 Nothing published yet",
    "lantern.example/: 200 The Lantern",
    "www.lantern.example/rooms/: 308 http://lantern.example/rooms/",
    "lantern.example/index.html: 307 /",
  ]);
});
