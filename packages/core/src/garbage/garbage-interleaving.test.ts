import {
  type Hosting,
  type HostingError,
  type HostingOptions,
  hasCode,
  ResultAsync,
  type RevisionId,
  type Site,
  unwrap,
} from "@hostelry/core";
import { type MemoryBlobStore, memoryBlobStore, seededRandom } from "@hostelry/testing";
import { describe, expect, it } from "vitest";
import { agingWorld, hour, missingBlobs, startCollecting } from "../../test/garbage-scene.ts";
import { type SiteFiles, siteWith, type World, zipOf } from "../../test/scene.ts";

const rounds = 25;
const callers = 3;
const stepsEach = 5;

/** What a caller may be told when others were there too, or when it publishes what somebody rejected. */
const conflicts = [
  "FENCED",
  "LEASE_HELD",
  "LEASE_LOST",
  "NOTHING_TO_ROLL_BACK",
  "PUBLISH_CONFLICT",
  "REVISION_NOT_VALIDATED",
  "REVISION_TRANSITION_INVALID",
  "STORE_CONFLICT",
] as const;

/** Few files, so that what rejected revisions leave as garbage is what others bring again. */
function content(pick: (bound: number) => number): SiteFiles {
  return { "index.html": `page ${pick(16)}`, "a.txt": `text ${pick(24)}`, "b.txt": `text ${pick(24)}` };
}

function chooser(seed: string): (bound: number) => number {
  const random = seededRandom(seed);
  return (bound) => (random.bytes(1)[0] ?? 0) % bound;
}

/** Between looking and removing others shall have time to put what was found. */
function slowRemoval(blobs: MemoryBlobStore, turns: () => number): MemoryBlobStore {
  const remove: MemoryBlobStore["remove"] = (names, options) =>
    new ResultAsync(waitTurns(turns()).then(() => blobs.remove(names, options)));
  return { ...blobs, remove };
}

async function waitTurns(turns: number): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

interface Play {
  readonly site: Site;
  /** Two that were live, and may be again. */
  readonly stable: readonly RevisionId[];
  /** Those that may be shown and rejected. */
  readonly known: RevisionId[];
  /** What went wrong that no other caller is to blame for. */
  readonly violations: string[];
}

/** One thing that a customer does. */
async function act(hosting: Hosting, play: Play, pick: (bound: number) => number): Promise<void> {
  const { site, stable, known, violations } = play;
  const note = ({ code, message }: HostingError): void => void violations.push(`${code} ${message}`);
  const any = known[pick(Math.max(1, known.length))];
  const choice = pick(6);
  if (choice <= 2 || any === undefined) {
    const done = await hosting.revisions
      .upload(site.id, zipOf(content(pick)))
      .andThen(({ id }) => hosting.revisions.validate(id).map(() => id));
    if (done.isOk()) known.push(done.value);
    else note(done.error);
    return;
  }
  const live = stable[pick(2)] ?? any;
  const calls = [
    () => hosting.previews.open(any, { ttlMs: hour }),
    () => hosting.rollback(site.id),
    () => hosting.publish(live, { force: true }),
  ];
  const done = await (calls[choice - 3] ?? calls[0])?.();
  if (done?.isErr() && !hasCode(done.error, ...conflicts)) note(done.error);
}

/** Customers and two collectors at once; between the rounds all but the newest is rejected, and becomes garbage. */
async function runRounds(
  spoil: (blobs: MemoryBlobStore) => MemoryBlobStore,
): Promise<{ readonly violations: readonly string[]; readonly collected: number; readonly rescued: number }> {
  const world: World = agingWorld();
  const { blobs: bytes, putAt } = world.blobs;
  const slow = chooser("slow");
  const blobs = slowRemoval(spoil(memoryBlobStore({ clock: world.clock, blobs: bytes, putAt })), () => slow(60));
  const change = (options: HostingOptions): HostingOptions => ({ ...options, blobs });
  const start = (): Hosting => startCollecting(world, change).hosting;
  const { site, revisions } = await siteWith(start(), "v1", "v2");
  const stable = revisions.map(({ id }) => id);
  for (const id of stable) await unwrap(start().publish(id));
  const play: Play = { site, stable, known: [], violations: [] };
  let [collected, rescued] = [0, 0];
  for (let round = 0; round < rounds && play.violations.length === 0; round += 1) {
    const pick = chooser(`round ${round}`);
    let running = callers + 2;
    const customer = async (): Promise<void> => {
      const own = start();
      for (let step = 0; step < stepsEach; step += 1) await act(own, play, pick);
    };
    const collector = async (): Promise<void> => {
      const own = start();
      for (let run = 0; run < 4; run += 1) {
        await waitTurns(pick(60));
        const done = await unwrap(own.garbage.collect());
        collected += done.blobs;
        rescued += done.rescued;
      }
    };
    const work = [...Array.from({ length: callers }, () => customer()), collector(), collector()].map((each) =>
      each.finally(() => {
        running -= 1;
      }),
    );
    const all = Promise.allSettled(work);
    // Waiting callers sleep on the simulated clock; somebody must move it.
    while (running > 0) {
      await world.clock.advance(world.clock.pending > 0 ? 50 : 0);
      await new Promise((resolve) => setImmediate(resolve));
    }
    for (const each of await all) if (each.status === "rejected") throw each.reason;
    const missing = await missingBlobs(start(), world.blobs);
    play.violations.push(...missing.map((what) => `round ${round}: ${what} is missing`));
    for (const id of play.known.splice(0)) {
      const rejected = await start().revisions.reject(id);
      if (rejected.isErr() && !hasCode(rejected.error, ...conflicts)) throw rejected.error;
    }
    await world.clock.advance(3 * hour);
    await unwrap(start().previews.sweep());
  }
  return { violations: play.violations, collected, rescued };
}

describe("collectors beside uploads, validations, publications, previews and rejections", () => {
  it(`never take what a revision needs, in ${rounds} rounds`, async () => {
    const { violations, collected, rescued } = await runRounds((blobs) => blobs);
    expect(violations).toEqual([]);
    expect(collected, "there was much to collect").toBeGreaterThan(rounds * 5);
    expect(rescued, "and some of it was wanted again meanwhile").toBeGreaterThan(0);
  }, 120_000);

  it("would take it from a blob store that does not note what was put again, and this test would see that", async () => {
    const forgetful = (blobs: MemoryBlobStore): MemoryBlobStore => ({
      ...blobs,
      put: (input, options) => {
        const before = new Map(blobs.putAt);
        return blobs.put(input, options).map((stored) => {
          const first = before.get(stored.sha256);
          if (!stored.stored && first !== undefined) blobs.putAt.set(stored.sha256, first);
          return stored;
        });
      },
    });
    expect((await runRounds(forgetful)).violations).not.toEqual([]);
  }, 120_000);

  it("would take it if blobs were removed whatever was put meanwhile, and this test would see that", async () => {
    const ruthless = (blobs: MemoryBlobStore): MemoryBlobStore => ({
      ...blobs,
      remove: (names, options) => blobs.remove(names, { signal: options?.signal }),
    });
    expect((await runRounds(ruthless)).violations).not.toEqual([]);
  }, 120_000);
});
