import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Hosting, type HostingError, hasCode, previewSlot, type Result, type Store, unwrap } from "@hostelry/core";
import { pgStorage } from "@hostelry/storage-pg";
import { memoryStore, seededRandom } from "@hostelry/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { rounds } from "../setup/rounds.ts";
import { type Edge, hostingOn, newEdge, onDisk, siteWith } from "./edge.ts";

interface Stage {
  readonly store: Store;
  close(): Promise<void>;
}

const stores: Readonly<Record<string, (edge: Edge) => Promise<Stage>>> = {
  memory: async () => ({ store: memoryStore(), close: async () => undefined }),
  PGlite: async (edge) => {
    const store = await unwrap(pgStorage.embedded(join(edge.www, "..", "records")));
    return { store, close: async () => void (await unwrap(store.close())) };
  },
};

/** What a caller may be told when others were there too. */
const conflicts = [
  "LEASE_HELD",
  "LEASE_LOST",
  "FENCED",
  "PUBLISH_CONFLICT",
  "STORE_CONFLICT",
  "NOTHING_TO_ROLL_BACK",
] as const;
/** All of them in memory and from source; what is built is the same code, and CI has two more Nodes to see. */
const builtRounds = 40;
const roundsOn: Readonly<Record<string, number>> = { memory: 200, PGlite: rounds(200, 80) };

describe.each(Object.entries(stores))("many callers on %s and a directory", (name, open) => {
  const turns = process.env["HOSTELRY_USE_DIST"] === "1" ? builtRounds : (roundsOn[name] ?? 200);
  let edge: Edge;
  let stage: Stage;
  let hosting: Hosting;

  beforeAll(async () => {
    edge = await newEdge();
    stage = await open(edge);
    hosting = hostingOn(stage.store, edge);
  });
  afterAll(async () => {
    await stage.close();
    await edge.remove();
  });

  it("50 uploads to one site at once give r1 … r50, no gap, no repeat", async () => {
    const { site } = await siteWith(hosting);
    const uploads = Array.from({ length: 50 }, () =>
      hosting.revisions.upload(site.id, new TextEncoder().encode("archive")),
    );
    const numbers = (await Promise.all(uploads)).map((upload) => upload._unsafeUnwrap().number);
    expect(numbers.sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_unused, index) => index + 1));
  });

  it(`${turns} random interleavings of publish, rollback and preview from four callers: record, journal and disk agree`, async () => {
    const { site, revisions } = await siteWith(hosting, "v1", "v2", "v3");
    const callers = [1, 2, 3, 4].map(() => hostingOn(stage.store, edge, { keepReleases: 3 }));
    for (let round = 0; round < turns; round += 1) {
      const random = seededRandom(round);
      const pick = (bound: number): number => (random.bytes(1)[0] ?? 0) % bound;
      const calls = callers.map(async (caller): Promise<Result<unknown, HostingError>> => {
        const revision = revisions[pick(revisions.length)];
        if (revision === undefined) throw new Error("The scene has no revisions.");
        const choice = pick(5);
        if (choice === 0) return await caller.rollback(site.id);
        if (choice === 1)
          return await caller.previews.open(revision.id).andThen(({ preview }) => caller.previews.revoke(preview.id));
        if (choice === 2) return await caller.publish(revision.id, { waitMs: 0 });
        return await caller.publish(revision.id);
      });
      for (const answer of await Promise.all(calls)) {
        if (answer.isErr())
          expect(hasCode(answer.error, ...conflicts), `round ${round}: ${answer.error.code}`).toBe(true);
      }
      // A preview whose closing lost the race for the lease stays revoked; a sweep takes it away.
      expect((await unwrap(hosting.previews.sweep())).failed, `round ${round}`).toEqual([]);
      const status = await unwrap(hosting.sites.status(site.id));
      expect(status, `round ${round}`).toMatchObject({ inSync: true, unfinished: [] });
      const live = status.slots.find(({ name }) => name === "live");
      const label = revisions.find(({ id }) => id === live?.revisionId)?.number;
      const disk = await onDisk(edge, site);
      expect([disk.current, disk.page], `round ${round}`).toEqual([
        live?.release,
        label === undefined ? undefined : `<title>v${label}</title>`,
      ]);
      const [newest] = (await unwrap(hosting.publications.list(site.id))).items.filter(
        ({ slot, state }) => slot === "live" && state === "recorded",
      );
      expect(newest?.number, `round ${round}`).toBe(live?.publication);
    }
    expect((await onDisk(edge, site)).leftovers).toEqual([]);
  });

  it("four previews beside the live site are each what they should be on the disk", async () => {
    const { site, revisions } = await siteWith(hosting, "v1", "v2");
    const [first, second] = revisions;
    if (first === undefined || second === undefined) throw new Error("The scene needs two revisions.");
    const opened = await Promise.all(
      [first, second, first, second].map((revision) => unwrap(hosting.previews.open(revision.id))),
    );
    await unwrap(hosting.publish(first.id));
    const pages = await Promise.all(
      opened.map(({ preview }) =>
        readFile(
          join(edge.www, "sites", site.id, previewSlot(preview.id).replace("preview/", "previews/"), "index.html"),
          "utf8",
        ),
      ),
    );
    expect(pages).toEqual(["v1", "v2", "v1", "v2"].map((label) => `<title>${label}</title>`));
  });
});
