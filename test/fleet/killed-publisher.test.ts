import { type Revision, type Site, unwrap } from "@hostelry/core";
import { seededRandom } from "@hostelry/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type FaultProxy, faultProxy } from "../servers/fault-proxy.ts";
import { serverAvailable } from "../servers/server-binary.ts";
import { sshNodesAvailable } from "../servers/ssh-nodes.ts";
import { rounds } from "../setup/rounds.ts";
import { type FleetScene, keptReleases, pageOf, siteWith, startFleet } from "./fleet-scene.ts";
import { everyNth, momentsOf, said } from "./moments.ts";
import { nth } from "./nth.ts";
import { othersEnded } from "./remote-processes.ts";

type Label = "one" | "two";
const other = { one: "two", two: "one" } as const;

const available = serverAvailable("postgres", "initdb") && sshNodesAvailable("gnu");

/** All of the rounds take several minutes. */
const timeoutMs = 3_600_000;

/**
 * On one node laying out and flipping are one call. How many moments of a publication there are at least: journal and lease, blobs,
 * and on each node stage, flip and pruning; every how many of them one is taken; and how often bytes are cut.
 */
const fleets = [
  { nodeCount: 3, atLeast: 50, everyOf: rounds(1, 31), cuts: rounds(200, 2) },
  { nodeCount: 1, atLeast: 30, everyOf: rounds(1, 13), cuts: rounds(200, 2) },
] as const;

let whole: FleetScene | undefined;
beforeAll(async () => {
  if (available) whole = await startFleet(3);
});
afterAll(() => whole?.stop());

describe.skipIf(!available).each(fleets)(
  "a process that publishes and is killed, where there are $nodeCount nodes",
  (each) => {
    const { nodeCount, atLeast, everyOf, cuts } = each;
    let fleet: FleetScene;
    beforeAll(() => {
      if (whole === undefined) throw new Error("The fleet has not started.");
      fleet = whole.first(nodeCount);
    });

    interface Scene {
      readonly site: Site;
      readonly revisions: Readonly<Record<Label, Revision>>;
      /** What is live. */
      live: Label;
    }

    /** A site with some publications behind it, so that the next ones prune. */
    async function lived(bytes: number): Promise<Scene> {
      const scene: Scene = { ...(await siteWith(fleet.hosting, ["one", "two"], bytes)), live: "two" };
      for (let publications = 0; publications < 5; publications += 1) await publishOther(scene);
      return scene;
    }

    async function publishOther(scene: Scene): Promise<void> {
      scene.live = other[scene.live];
      expect((await unwrap(fleet.hosting.publish(scene.revisions[scene.live].id))).outcome).toBe("published");
    }

    /** Somebody was killed while publishing what is not live. Another process publishes it, and finds nothing in its way. */
    async function expectNextIsServed(scene: Scene, where: string): Promise<void> {
      const { hosting } = fleet;
      const { site, revisions } = scene;
      const next = other[scene.live];
      for (const { page } of await fleet.onDisks(site)) {
        expect([pageOf(scene.live), pageOf(next)], `${where}: each node shows one release`).toContain(page);
      }
      await fleet.expireLease(site);
      await unwrap(hosting.publish(revisions[next].id, { waitMs: 0 }));
      const pages = async (): Promise<readonly unknown[]> => (await fleet.onDisks(site)).map(({ page }) => page);
      const asRequested = fleet.nodes.map(() => pageOf(next));
      expect(await pages(), where).toEqual(asRequested);
      scene.live = next;

      // Shells of the dead may still have been at work.
      await Promise.all(fleet.nodes.map((node, index) => othersEnded(node, nth(fleet.targets, index))));
      expect(await pages(), `${where}: also when all is over`).toEqual(asRequested);
      const swept = await unwrap(hosting.publish(revisions[next].id, { waitMs: 0 }));
      expect([swept.outcome, swept.pruned.problems], `${where}: no lease is stuck`).toEqual(["unchanged", []]);

      const { items } = await unwrap(hosting.publications.list(site.id, { limit: 10 }));
      const recorded = items.filter(({ state }) => state === "recorded").map(({ release }) => release);
      for (const disk of await fleet.onDisks(site)) {
        expect(disk.leftovers, `${where}: nothing is left after one sweep`).toEqual([]);
        expect(disk.releases, where).toEqual(recorded.slice(0, keptReleases).sort());
        expect(disk.current, where).toBe(recorded[0]);
      }
      expect(await unwrap(hosting.sites.status(site.id)), where).toMatchObject({ inSync: true, unfinished: [] });
    }

    async function callsOfAPublication(scene: Scene): Promise<Readonly<Record<string, number>>> {
      const publisher = fleet.publisher();
      const next = other[scene.live];
      const answer = await publisher.order({ publish: scene.revisions[next].id });
      await publisher.end();
      if (answer === undefined || !("outcome" in answer)) throw new Error(`not published: ${JSON.stringify(answer)}`);
      scene.live = next;
      return answer.calls;
    }

    it(
      "at any call to the store, the blobs or a node, before and after its effect: the next publisher serves exactly what it is asked to",
      async () => {
        const scene = await lived(20_000);
        const moments = momentsOf(await callsOfAPublication(scene));
        expect(moments.length).toBeGreaterThan(atLeast);
        for (const moment of everyNth(moments, everyOf)) {
          const publisher = fleet.publisher();
          const publish = scene.revisions[other[scene.live]].id;
          const answer = await publisher.order({ publish, accident: { ...moment, signal: "SIGKILL" } });
          expect(answer, said(moment)).toBeUndefined();
          expect(await publisher.ended).toBe("SIGKILL");
          await expectNextIsServed(scene, said(moment));
        }
      },
      timeoutMs,
    );

    it(
      "after any number of bytes on their way to one of the nodes: the same",
      async () => {
        const proxies = await Promise.all(fleet.nodes.map(({ sshPort }) => faultProxy(sshPort)));
        const through = (): ReturnType<FleetScene["publisher"]> =>
          fleet.publisher((place, index) => ({ ...place, port: nth(proxies, index).port }));
        try {
          const scene = await lived(400_000);
          const bytes = await bytesOfAPublication(scene, proxies, through);
          expect(bytes).toBeGreaterThan(400_000);
          const random = seededRandom("bytes of an upload");
          const upTo = (bound: number): number => Buffer.from(random.bytes(4)).readUInt32BE() % bound;
          let killedAtWork = 0;
          for (let round = 0; round < cuts; round += 1) {
            const publisher = through();
            const { faults } = nth(proxies, upTo(nodeCount));
            faults.cutAfterBytes = upTo(bytes);
            faults.beforeCut = () => publisher.child.kill("SIGKILL");
            const where = `killed after ${faults.cutAfterBytes} bytes`;
            const answer = await publisher.order({ publish: scene.revisions[other[scene.live]].id });
            if (answer === undefined) killedAtWork += 1;
            // A run may get by with some bytes less; then it dies when its work is done.
            else publisher.child.kill("SIGKILL");
            expect(await publisher.ended, where).toBe("SIGKILL");
            faults.cutAfterBytes = Number.POSITIVE_INFINITY;
            faults.beforeCut = undefined;
            await expectNextIsServed(scene, where);
          }
          expect(killedAtWork).toBeGreaterThan(cuts * 0.9);
        } finally {
          await Promise.all(proxies.map((proxy) => proxy.close()));
        }
      },
      timeoutMs,
    );

    /** How many bytes each node gets at least, the handshake included. */
    async function bytesOfAPublication(
      scene: Scene,
      proxies: readonly FaultProxy[],
      start: () => ReturnType<FleetScene["publisher"]>,
    ): Promise<number> {
      const publisher = start();
      const next = other[scene.live];
      const answer = await publisher.order({ publish: scene.revisions[next].id });
      expect(answer).toMatchObject({ outcome: "published" });
      scene.live = next;
      const bytes = Math.min(...proxies.map((proxy) => proxy.bytes().up));
      await publisher.end();
      return bytes;
    }
  },
);
