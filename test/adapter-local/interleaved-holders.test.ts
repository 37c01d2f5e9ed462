import { once } from "node:events";
import { readlinkSync } from "node:fs";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { directoryTarget } from "@hostelry/adapter-local";
import { unwrap } from "@hostelry/core/adapter";
import { seededRandom } from "@hostelry/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bundleProgram } from "./fixtures/bundle-program.ts";
import { siteId, smallSite } from "./fixtures/small-site.ts";
import type { SteppedOrder } from "./fixtures/stepped-holder.ts";
import { giveTurn, settled, turnStates } from "./fixtures/turns.ts";

const rounds = 2000;
const holders = 3;
const sites = [1, 2, 3, 4].map((number) => smallSite(number, `version ${number}`));

let program: Awaited<ReturnType<typeof bundleProgram>>;
let workers: readonly Worker[] = [];
const turns = new SharedArrayBuffer(4 * holders);
const states = new Int32Array(turns);

beforeAll(async () => {
  program = await bundleProgram("stepped-holder");
  workers = Array.from({ length: holders }, (_, index) => new Worker(program.path, { workerData: { turns, index } }));
  await Promise.all(workers.map((worker) => once(worker, "message")));
});

afterAll(async () => {
  await Promise.all(workers.map((worker) => worker.terminate()));
  await rm(program.directory, { recursive: true, force: true });
});

/** The publication that the live pointer shows; `null` when it is empty. */
function shownPublication(root: string): number | null {
  try {
    return Number(/releases\/(\d+)-/.exec(readlinkSync(join(root, "sites", siteId, "current")))?.[1]);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw cause;
  }
}

describe("three holders whose file-system calls are interleaved at random", () => {
  it(`never let a lower token's change come after a higher one's, in ${rounds} interleavings`, async () => {
    const seed = Number(process.env["HOSTELRY_SEED"] ?? 20_251_121);
    const source = seededRandom(seed);
    const random = (): number => new DataView(source.bytes(4).buffer).getUint32(0) / 2 ** 32;
    const root = await mkdtemp(join(tmpdir(), "hostelry-turns-"));
    const target = directoryTarget(root, { durability: "none" });
    for (const site of sites) await unwrap(target.stage({ siteId, fencingToken: 1, ...site }));
    const release = sites[0]?.manifest.release ?? null;
    let refused = 0;
    for (let round = 0; round < rounds; round += 1) {
      // Each round begins with publication 1 shown, and has tokens of its own.
      const base = 2 + round * (holders + 1);
      await unwrap(target.activate({ siteId, fencingToken: base, slot: "live", release }));

      // Three growing tokens; the owner of one of them, or nobody, empties the slot.
      const emptier = Math.floor(random() * (holders + 2));
      const answers = workers.map((worker) => once(worker, "message"));
      states.fill(turnStates.running);
      workers.forEach((worker, index) => {
        const wanted = index === emptier ? null : (sites[index + 1]?.manifest.release ?? null);
        worker.postMessage({ root, token: base + index + 1, release: wanted } satisfies SteppedOrder);
      });
      const history: number[] = [1];
      const order = workers.map((_, index) => index).sort(() => random() - 0.5);
      for (;;) {
        const waiting = workers.map((_, index) => index).filter((index) => settled(states, index) === "waiting");
        // The foremost goes on alone until it has to step back: long pauses at random places, where races hide.
        if (random() < 0.07) order.push(...order.splice(0, 1));
        const next = order.find((index) => waiting.includes(index));
        if (next === undefined) break;
        giveTurn(states, next);
        settled(states, next);
        const shown = shownPublication(root) ?? emptier + 2;
        if (history.at(-1) !== shown) history.push(shown);
      }
      const codes = (await Promise.all(answers)).map(([code]) => code as string);
      const where = `seed ${seed}, round ${round}`;
      expect(history, where).toEqual([...history].sort((left, right) => left - right));
      expect(history.at(-1), where).toBe(holders + 1);
      expect(codes.at(-1), where).toBe("OK");
      expect(
        codes.every((code) => code === "OK" || code === "FENCED"),
        `${where}: ${codes}`,
      ).toBe(true);
      expect(await readdir(join(root, "sites", siteId, ".hostelry/pending")), where).toEqual([]);
      refused += codes.filter((code) => code === "FENCED").length;
    }
    await rm(root, { recursive: true, force: true });
    // The interleavings must have been of the interesting kind.
    expect(refused).toBeGreaterThan(rounds / 2);
  });
});
