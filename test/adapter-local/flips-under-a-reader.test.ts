import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { directoryTarget } from "@hostelry/adapter-local";
import { unwrap } from "@hostelry/core/adapter";
import { expect, it } from "vitest";
import { bundleProgram } from "./fixtures/bundle-program.ts";
import { siteId, smallSite } from "./fixtures/small-site.ts";
import type { ReaderReport } from "./fixtures/tight-reader.ts";

const flips = 100_000;

it(`shows a tight reader in another process no gap and no mixture in ${flips} flips`, async () => {
  const program = await bundleProgram("tight-reader");
  const root = await mkdtemp(join(tmpdir(), "hostelry-flips-"));
  const target = directoryTarget(root, { durability: "none" });
  const sites = [smallSite(1, "one", 20_000), smallSite(2, "two", 20_000)] as const;
  for (const site of sites) await unwrap(target.stage({ siteId, fencingToken: 1, ...site }));
  const flipTo = (number: 0 | 1, fencingToken: number) =>
    unwrap(target.activate({ siteId, fencingToken, slot: "live", release: sites[number].manifest.release }));
  await flipTo(0, 1);

  const reader = fork(program.path, [root]);
  await once(reader, "message");
  for (let flip = 1; flip <= flips; flip += 1) {
    const { changed } = await flipTo(flip % 2 === 0 ? 0 : 1, 1 + Math.floor(flip / 10));
    if (!changed) throw new Error(`flip ${flip} changed nothing`);
    // The reader runs by itself; this only lets messages of it and of the test runner through.
    if (flip % 1000 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  reader.send("stop");
  const [report] = (await once(reader, "message")) as [ReaderReport];
  expect(report).toMatchObject({ failed: 0, mixed: 0 });
  expect(report.reads).toBeGreaterThan(10_000);
  // It must have been among the flips, not before or after them.
  expect(report.turns).toBeGreaterThan(1000);
  await rm(root, { recursive: true, force: true });
  await rm(program.directory, { recursive: true, force: true });
}, 180_000);
