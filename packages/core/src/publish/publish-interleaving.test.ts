import { type HostingError, hasCode, previewSlot, type Result, unwrap } from "@hostelry/core";
import { seededRandom } from "@hostelry/testing";
import { describe, expect, it } from "vitest";
import { newWorld, nth, siteWith, startProcess, visitorSees } from "../../test/scene.ts";

const callers = 4;
const stepsEach = 6;
/** On directories and real stores test/publish goes through 200. */
const rounds = 40;

/** What a caller may be told when others were there too. */
const conflicts = [
  "LEASE_HELD",
  "LEASE_LOST",
  "FENCED",
  "PUBLISH_CONFLICT",
  "STORE_CONFLICT",
  "NOTHING_TO_ROLL_BACK",
] as const;

describe("four concurrent callers", () => {
  it(`publishing, rolling back and previewing at random, ${rounds} times: record, journal and targets agree`, async () => {
    for (let round = 0; round < rounds; round += 1) {
      // Two targets flip together; one alone lays out and flips in one go.
      const world = newWorld(1 + (round % 2), { stageAndActivate: true });
      const { hosting } = startProcess(world);
      const { site, revisions } = await siteWith(hosting, "v1", "v2", "v3");
      const pick = chooser(round);
      let running = callers;
      const calls = Promise.all(
        Array.from({ length: callers }, async () => {
          const { hosting: own } = startProcess(world, (options) => ({
            ...options,
            publishing: { leaseWaitMs: pick(2) === 0 ? 0 : 60_000 },
          }));
          const results: Result<unknown, HostingError>[] = [];
          for (let step = 0; step < stepsEach; step += 1) {
            const revision = nth(revisions, pick(3) + 1);
            const choice = pick(4);
            if (choice === 0) results.push(await own.rollback(site.id));
            else if (choice === 1) results.push(await own.previews.open(revision));
            else results.push(await own.publish(revision));
          }
          running -= 1;
          return results;
        }),
      );
      // Waiting callers sleep on the simulated clock; somebody must move it.
      while (running > 0) {
        await world.clock.advance(world.clock.pending > 0 ? 50 : 0);
        await new Promise((resolve) => setImmediate(resolve));
      }
      const answers = await calls;
      for (const answer of answers.flat()) {
        if (answer.isErr())
          expect(hasCode(answer.error, ...conflicts), `round ${round}: ${answer.error.code}`).toBe(true);
      }
      const status = await unwrap(hosting.sites.status(site.id));
      expect(status, `round ${round}`).toMatchObject({ inSync: true, unfinished: [] });
      for (const slot of status.slots) {
        const label = revisions.find(({ id }) => id === slot.revisionId)?.number;
        const page = `<title>v${label}</title>`;
        const seen = visitorSees(world, site, "index.html", slot.name);
        expect(seen, `round ${round} ${slot.name}`).toEqual(world.targetStates.map(() => page));
      }
      const publications = (await unwrap(hosting.publications.list(site.id))).items;
      const recorded = publications.filter(({ state, slot }) => state === "recorded" && slot === "live");
      expect(status.slots.find(({ name }) => name === "live")?.publication).toBe(recorded[0]?.number);
      // Each live publication stands on the one before it: no update was lost.
      recorded.forEach((publication, index) => {
        expect(publication.previous?.publication ?? null, `round ${round}`).toBe(recorded[index + 1]?.number ?? null);
      });
      const previews = (await unwrap(hosting.previews.list(site.id))).items.filter(
        ({ closedAt }) => closedAt === undefined,
      );
      expect(new Set(status.slots.map(({ name }) => name).filter((name) => name !== "live"))).toEqual(
        new Set(previews.map(({ id }) => previewSlot(id))),
      );
    }
  }, 120_000);
});

function chooser(seed: number): (bound: number) => number {
  const random = seededRandom(seed);
  return (bound) => (random.bytes(1)[0] ?? 0) % bound;
}
