import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import {
  createHosting,
  type FleetPolicy,
  type Hosting,
  type HostingError,
  type PublishOutcome,
  type Revision,
  type Site,
  unwrap,
} from "@hostelry/core";
import type { Target } from "@hostelry/core/adapter";
import { crashAt, memoryBlobStore, memoryRecords, memoryStore, seededRandom } from "@hostelry/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type BundledScript, bundledScript } from "../../bench/harness/bundled-script.ts";
import { type EdgeRoot, newEdgeRoot } from "../adapter-ssh/fixtures/edge-root.ts";
import { onDisk } from "../publish/edge.ts";
import { type SshNodes, sshNodesAvailable, startSshNodes } from "../servers/ssh-nodes.ts";
import { rounds } from "../setup/rounds.ts";
import { type ConnectedNode, connectNode } from "./fleet-place.ts";
import { pageOf, siteWith } from "./fleet-scene.ts";
import { mixedSpans } from "./mixed-spans.ts";
import {
  type Accident,
  type AccidentPlace,
  allAccidents,
  happenAtRecord,
  happenBefore,
  harmlessAlone,
  mend,
  withAccident,
} from "./node-accidents.ts";
import { nth } from "./nth.ts";
import type { SeenVersions } from "./watch-versions.ts";

const nodeCount = 4;
type Label = "one" | "two";

const policies: readonly { readonly policy: FleetPolicy; readonly required: number }[] = [
  { policy: "all-or-nothing", required: 4 },
  { policy: { quorum: "majority" }, required: 3 },
  { policy: "best-effort", required: 1 },
];

describe.skipIf(!sshNodesAvailable("gnu"))(`publishing to ${nodeCount} real nodes`, () => {
  let nodes: SshNodes;
  let roots: readonly EdgeRoot[];
  let watcher: BundledScript;
  let site: Site;
  let revisions: Readonly<Record<Label, Revision>>;
  const [records, blobs] = [memoryRecords(), memoryBlobStore()];
  const random = seededRandom("accidents of nodes");
  const upTo = (bound: number): number => (random.bytes(1)[0] ?? 0) % bound;

  beforeAll(async () => {
    nodes = await startSshNodes({ gnu: nodeCount, web: false });
    roots = await Promise.all(nodes.all.map((node) => newEdgeRoot(node)));
    watcher = await bundledScript(join(import.meta.dirname, "watch-versions.ts"));
    await connected(async (targets) => {
      ({ site, revisions } = await siteWith(hostingOn(targets), ["one", "two"], 100_000));
      await unwrap(hostingOn(targets).publish(revisions.one.id));
    });
  });
  afterAll(async () => {
    watcher.remove();
    await nodes.stop();
  });

  const hostingOn = (targets: readonly Target[], store = memoryStore({ records })): Hosting =>
    createHosting({ store, blobs, targets, holder: "test" });

  /** With connections of its own: those of the last round were lost, and their transports leave such nodes alone for a while. */
  async function connected<T>(work: (targets: readonly Target[]) => Promise<T>): Promise<T> {
    const { clientKeyFile } = nodes;
    const all = nodes.all.map(({ name, host, sshPort: port, user, hostKey }, index): ConnectedNode => {
      const root = roots[index]?.root ?? "";
      return connectNode({ name, host, port, user, hostKey, clientKeyFile, root });
    });
    try {
      return await work(all.map(({ edge }) => edge));
    } finally {
      await Promise.all(all.map((node) => node.close()));
    }
  }

  const pages = (): Promise<readonly (string | undefined)[]> =>
    Promise.all(roots.map(async ({ outside: www }) => (await onDisk({ www }, site)).page));

  /** Looks at all nodes from another process until it is ended, and says what it has seen. */
  async function watch(): Promise<() => Promise<readonly SeenVersions[]>> {
    const links = roots.map(({ outside }) => join(outside, "sites", site.id, "current"));
    const [program, ...parameters] = watcher.command;
    const child = spawn(program, [...parameters, ...links], { stdio: ["pipe", "pipe", "inherit"] });
    const seen: SeenVersions[] = [];
    const lines = createInterface(child.stdout);
    await once(lines, "line");
    lines.on("line", (line) => seen.push(JSON.parse(line) as SeenVersions));
    return async () => {
      const ended = Promise.all([once(child, "exit"), once(lines, "close")]);
      child.stdin.end();
      await ended;
      return seen;
    };
  }

  interface Attempt {
    readonly answer: Awaited<ReturnType<Hosting["publish"]>>;
    /** When the first flip was sent, and when the last one, or the last flip back, was answered. */
    readonly flips: { fromMs: number; untilMs: number };
    readonly seen: readonly SeenVersions[];
  }

  /** Publishes while these accidents happen. */
  async function attempt(label: Label, accidents: readonly Accident[], policy: FleetPolicy): Promise<Attempt> {
    const places = placesOf();
    const flips = { fromMs: Number.POSITIVE_INFINITY, untilMs: 0 };
    const endWatch = await watch();
    const answer = await connected(async (targets) => {
      await Promise.all(targets.map((target) => unwrap(target.observe(site.id))));
      await Promise.all(places.map((place, index) => happenBefore(accidents[index] ?? "none", place)));
      const store = crashAt(memoryStore({ records }), { method: "compareAndSetSlot", when: "before" }, () => {
        for (const [index, place] of places.entries()) happenAtRecord(accidents[index] ?? "none", place);
      });
      const clumsy = targets.map((target, index) =>
        timed(withAccident(target, accidents[index] ?? "none", nth(places, index)), flips),
      );
      return hostingOn(clumsy, store).publish(revisions[label].id, { policy });
    });
    const seen = await endWatch();
    await Promise.all(places.map((each) => Promise.all(each.behind)));
    return { answer, flips, seen };
  }

  const placesOf = (): readonly AccidentPlace[] =>
    nodes.all.map((node, index) => ({ node, outside: roots[index]?.outside ?? "", behind: [] }));

  function expectPublished({ deliveries, behind }: PublishOutcome, seen: readonly unknown[], label: Label): void {
    deliveries.forEach(({ target, outcome }, index) => {
      expect(behind.includes(target)).toBe(outcome === "behind");
      if (outcome === "current") expect(seen[index], target).toBe(pageOf(label));
    });
  }

  function expectRefused(error: HostingError, seen: readonly unknown[], live: Label, release: string): void {
    if (error.code !== "PUBLISH_FAILED") throw error;
    const { state, shows = [] } = error.details;
    if (state === "unchanged") {
      expect(seen).toEqual(roots.map(() => pageOf(live)));
      return;
    }
    expect(shows).toHaveLength(nodeCount);
    const other = live === "one" ? "two" : "one";
    shows.forEach(({ target, release: shown, certain }, index) => {
      if (certain) expect(seen[index], target).toBe(pageOf(shown === release ? live : other));
    });
  }

  it.each(policies)(
    "under $policy, whichever of them have an accident at any phase, ends as the policy says, never shows two versions for longer than it takes to flip and to go back, and is mended by reconciling",
    async ({ policy, required }) => {
      for (let round = 0; round < rounds(60, 4); round += 1) {
        const live: Label = (await pages())[0] === pageOf("one") ? "one" : "two";
        const label: Label = live === "one" ? "two" : "one";
        const [slot] = await unwrap(memoryStore({ records }).listSlots(site.id));
        if (slot === undefined) throw new Error("Nothing is live.");
        const share = 1 + upTo(nodeCount);
        const accidents = nodes.all.map((): Accident => {
          const drawn = allAccidents[upTo(allAccidents.length)] ?? "none";
          return upTo(nodeCount) < share ? drawn : "none";
        });
        const where = `round ${round}: ${accidents.join(" | ")}`;
        const { answer, flips, seen } = await attempt(label, accidents, policy);

        const after = await pages();
        const well = accidents.filter((accident) => harmlessAlone.has(accident)).length;
        if (well >= required)
          expect(answer.isOk(), `${where}: ${answer.isErr() ? answer.error.message : ""}`).toBe(true);
        if (answer.isOk()) {
          expectPublished(answer.value, after, label);
          expect(nodeCount - answer.value.behind.length, where).toBeGreaterThanOrEqual(required);
        } else expectRefused(answer.error, after, live, slot.release);

        const unharmed = accidents.flatMap((accident, index) => (accident === "none" ? [index] : []));
        for (const { fromMs, untilMs } of mixedSpans(seen, unharmed)) {
          expect(fromMs, `${where}: not before the flips`).toBeGreaterThanOrEqual(flips.fromMs);
          expect(untilMs, `${where}: not after they were answered, or taken back`).toBeLessThanOrEqual(flips.untilMs);
        }

        await Promise.all(placesOf().map((each) => mend(each, site.id)));
        await connected(async (targets) => {
          const hosting = hostingOn(targets);
          expect((await unwrap(hosting.reconcile(site.id))).inSync, where).toBe(true);
          const mended = await pages();
          expect(new Set(mended).size, where).toBe(1);
          if (answer.isOk()) expect(mended[0], where).toBe(pageOf(label));
          else if (answer.error.code === "PUBLISH_FAILED" && answer.error.details.state === "unchanged")
            expect(mended[0], where).toBe(pageOf(live));
          expect(await unwrap(hosting.sites.status(site.id)), where).toMatchObject({ inSync: true, unfinished: [] });
          expect((await unwrap(hosting.planReconcile(site.id))).inSync, where).toBe(true);
        });
      }
    },
    3_600_000,
  );
});

/** Notes when flips are sent and answered, by the clock that the watching process has too. */
function timed(target: Target, flips: { fromMs: number; untilMs: number }): Target {
  const now = (): number => Number(process.hrtime.bigint()) / 1e6;
  const answered = (): void => {
    flips.untilMs = Math.max(flips.untilMs, now());
  };
  return {
    ...target,
    activate: (request, options) => {
      flips.fromMs = Math.min(flips.fromMs, now());
      return target.activate(request, options).andTee(answered).orTee(answered);
    },
  };
}
