import { type Revision, type Site, unwrap } from "@hostelry/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { serverAvailable } from "../servers/server-binary.ts";
import { sshNodesAvailable } from "../servers/ssh-nodes.ts";
import { rounds } from "../setup/rounds.ts";
import { type FleetScene, pageOf, siteWith, startFleet } from "./fleet-scene.ts";
import { momentsOf, said } from "./moments.ts";
import type { Moment, PublisherAnswer } from "./publisher.ts";
import type { RunningPublisher } from "./start-publisher.ts";

const available = serverAvailable("postgres", "initdb") && sshNodesAvailable("gnu");

/** On one node laying out and flipping are one call; on several, everybody waits for the others between them. */
const fleets = [
  { count: 3, allRounds: rounds(1000, 10) },
  { count: 1, allRounds: rounds(200, 6) },
] as const;

/** What became of the one that was stopped: most often it is refused; at its last calls its work was done. */
type Outcome = "refused" | "published" | "came later" | "not stopped";

let whole: FleetScene | undefined;
beforeAll(async () => {
  if (available) whole = await startFleet(3);
});
afterAll(() => whole?.stop());

describe.skipIf(!available).each(fleets)(
  "two processes that publish, where there are $count nodes",
  ({ count, allRounds }) => {
    let fleet: FleetScene;
    let late: RunningPublisher;
    let next: RunningPublisher;
    beforeAll(() => {
      if (whole === undefined) throw new Error("The fleet has not started.");
      fleet = whole.first(count);
      [late, next] = [fleet.publisher(), fleet.publisher()];
    });
    afterAll(() => {
      for (const publisher of [late, next]) publisher.child.kill("SIGKILL");
    });

    interface Scene {
      readonly site: Site;
      readonly late: Revision;
      readonly next: readonly [Revision, Revision];
    }

    async function newScene(): Promise<Scene> {
      const { site, revisions } = await siteWith(fleet.hosting, ["late", "next 0", "next 1"]);
      const next = [revisions["next 0"], revisions["next 1"]] as const;
      for (let publications = 0; publications < 2; publications += 1) {
        for (const revision of next) await unwrap(fleet.hosting.publish(revision.id));
      }
      return { site, late: revisions.late, next };
    }

    /** What the late one calls at least: when nobody stops it, and nodes still hold the bytes. */
    async function calls(scene: Scene): Promise<readonly Moment[]> {
      await late.order({ publish: scene.late.id });
      await unwrap(fleet.hosting.publish(scene.next[0].id));
      const answer = await late.order({ publish: scene.late.id });
      if (answer === undefined || !("outcome" in answer)) throw new Error(`not published: ${JSON.stringify(answer)}`);
      return momentsOf(answer.calls);
    }

    /**
     * One publication is stopped at a moment, for longer than its lease; the next one is published meanwhile; the first goes
     * on. It believes that it still has the lease: by its own clock no time has passed.
     */
    async function round(scene: Scene, moment: Moment, number: number): Promise<Outcome> {
      const where = `round ${number}, stopped ${said(moment)}`;
      const { site } = scene;
      const label = number % 2 === 0 ? "next 0" : "next 1";
      const wanted = scene.next[number % 2 === 0 ? 0 : 1];
      const stopped = await late.order({ publish: scene.late.id, accident: { ...moment, signal: "SIGSTOP" } });
      if (stopped !== undefined && "outcome" in stopped) {
        // It got by with fewer calls, for a node still held the bytes.
        await unwrap(fleet.hosting.publish(wanted.id));
        return "not stopped";
      }
      expect(stopped, where).toEqual({ stopped: true });
      await late.stopped();
      await fleet.expireLease(site);

      expect(await next.order({ publish: wanted.id }), where).toMatchObject({ outcome: "published" });
      await expectServed(site, label, `${where}: meanwhile`);
      late.child.kill("SIGCONT");
      const outcome = outcomeOf(await late.said());

      const { items } = await unwrap(fleet.hosting.publications.list(site.id, { limit: 2 }));
      const [latest, before] = items;
      if (latest?.revisionId === scene.late.id) {
        // It had no lease yet when it was stopped, so it is the later one of the two.
        expect([outcome, latest.state, before?.revisionId, before?.state], where).toEqual([
          ...["published", "recorded"],
          ...[wanted.id, "recorded"],
        ]);
        await expectServed(site, "late", where);
        await unwrap(fleet.hosting.publish(wanted.id));
        return "came later";
      }
      expect([latest?.revisionId, latest?.state], where).toEqual([wanted.id, "recorded"]);
      await expectServed(site, label, `${where}: when it went on`);
      if (before?.revisionId === scene.late.id) {
        // It says that it was published only where that is so; what it had flipped everywhere, the next one has recorded.
        expect(outcome === "published" ? ["recorded"] : ["recorded", "undone"], where).toContain(before.state);
        const { number: fencingToken, release } = before;
        const flips = await late.order({ flip: { siteId: site.id, release, fencingToken } });
        expect(flips, where).toEqual({ flips: fleet.nodes.map(() => "FENCED") });
        await expectServed(site, label, `${where}: after what it might have had on its way`);
      }
      const status = await unwrap(fleet.hosting.sites.status(site.id));
      expect(status, `${where}: journal, store and nodes agree`).toMatchObject({ inSync: true, unfinished: [] });
      return outcome;
    }

    async function expectServed(site: Site, label: string, where: string): Promise<void> {
      const pages = (await fleet.onDisks(site)).map(({ page }) => page);
      expect(pages, where).toEqual(fleet.nodes.map(() => pageOf(label)));
    }

    it(`refuse, in ${allRounds} rounds, every flip of the one that was stopped at some call and came back after its lease`, async () => {
      const scene = await newScene();
      const moments = await calls(scene);
      const outcomes: Record<Outcome, number> = { refused: 0, published: 0, "came later": 0, "not stopped": 0 };
      // Other moments in each run of few rounds would be other tests: always the same, spread over all of them.
      const step = Math.max(1, Math.floor(moments.length / allRounds));
      for (let number = 0; number < allRounds; number += 1) {
        const moment = moments[(number * step) % moments.length];
        if (moment === undefined) throw new Error("There are no calls.");
        outcomes[await round(scene, moment, number)] += 1;
      }
      expect(outcomes.refused).toBeGreaterThan(allRounds / 2);
      expect(outcomes["not stopped"]).toBeLessThan(allRounds / 5);
    }, 3_600_000);
  },
);

/** What the late one says of itself. Anything but a refusal and a success is an exception to the rule. */
function outcomeOf(answer: PublisherAnswer | undefined): "refused" | "published" {
  if (answer === undefined) throw new Error("The late publisher has died.");
  if ("outcome" in answer) return "published";
  if (!("error" in answer)) throw new Error(`It answered ${JSON.stringify(answer)}.`);
  expect(["FENCED", "LEASE_LOST"], JSON.stringify(answer)).toContain(answer.error.code);
  return "refused";
}
