import { readFileSync } from "node:fs";
import { join } from "node:path";
import { sshEdge } from "@hostelry/adapter-ssh";
import { unwrap } from "@hostelry/core/adapter";
import { afterEach, describe, expect, it } from "vitest";
import { siteId, smallSite } from "../adapter-local/fixtures/small-site.ts";
import { serverAvailable } from "../servers/server-binary.ts";
import { rounds } from "../setup/rounds.ts";
import { type Accident, type EdgeToolbox, edgeToolbox, type Toolbox } from "./fixtures/edge-toolbox.ts";

const [first, second, third] = [smallSite(1, "one"), smallSite(2, "two"), smallSite(3, "three")];

let box: EdgeToolbox | undefined;
afterEach(async () => {
  await box?.end();
  box = undefined;
});

function node(toolbox: Toolbox): EdgeToolbox {
  box = edgeToolbox(toolbox);
  return box;
}

type Site = typeof first;

/** Stages and flips, as core does; whatever goes wrong is left as it is. */
async function tryToPublish({ transport, root }: EdgeToolbox, site: Site, token: number): Promise<boolean> {
  const edge = sshEdge(transport, root, { name: "edge", prepares: false, durability: "none" });
  try {
    const staged = await edge.stage({ siteId, fencingToken: token, ...site });
    if (staged.isErr()) return false;
    const { release } = site.manifest;
    return (await edge.activate({ siteId, fencingToken: token, slot: "live", release })).isOk();
  } finally {
    await edge.close();
  }
}

function served({ root }: EdgeToolbox): readonly string[] {
  const current = join(root, "sites", siteId, "current");
  return ["index.html", "assets/app/page.css"].map(
    (path) => readFileSync(join(current, path), "utf8").split(/[\n;]/)[0] ?? "",
  );
}

/** Publishes the first, breaks off while the second is published, and then publishes the third. */
async function breakOff(machine: EdgeToolbox, accident: Accident): Promise<void> {
  expect(await tryToPublish(machine, first, 1)).toBe(true);
  machine.arrange(accident);
  const done = await tryToPublish(machine, second, 2);
  machine.arrange(undefined);
  const now = served(machine);
  expect(now, "one version, whole").toEqual(done ? ["two", "two"] : [now[0], now[0]]);
  expect(["one", "two"]).toContain(now[0]);

  expect(await tryToPublish(machine, third, 3)).toBe(true);
  expect(served(machine)).toEqual(["three", "three"]);
  const edge = sshEdge(machine.transport, machine.root, { name: "edge", prepares: false });
  try {
    await unwrap(edge.discard({ siteId, fencingToken: 4, releases: [] }));
    const seen = await unwrap(edge.observe(siteId));
    expect({ leftovers: seen.leftovers, live: seen.slots.get("live") }).toEqual({
      leftovers: 0,
      live: third.manifest.release,
    });
    for (const release of seen.releases)
      expect(await unwrap(edge.verify({ siteId, release }))).toEqual({ problems: [] });
  } finally {
    await edge.close();
  }
}

async function programsOfAPublish(toolbox: Toolbox): Promise<number> {
  const machine = node(toolbox);
  expect(await tryToPublish(machine, first, 1)).toBe(true);
  machine.arrange(undefined);
  expect(await tryToPublish(machine, second, 2)).toBe(true);
  const programs = machine.programs();
  await machine.end();
  box = undefined;
  return programs;
}

const toolboxes: readonly Toolbox[] = serverAvailable("busybox") ? ["coreutils", "busybox programs"] : ["coreutils"];

describe.each(toolboxes)("a node with the programs of %s", (toolbox) => {
  it("serves one release whole, and the next one as asked, whatever step was the last", async () => {
    const programs = await programsOfAPublish(toolbox);
    expect(programs).toBeGreaterThan(20);
    // Every step with all rounds, else every third.
    for (let atProgram = 1; atProgram <= programs; atProgram += rounds(1, 3)) {
      // A shell that is killed leaves its programs to themselves; a node that goes down takes all with it.
      for (const [when, what] of [
        ["before", "everything"],
        ["after", "shell"],
      ] as const) {
        const machine = node(toolbox);
        await breakOff(machine, { atProgram, when, what });
        await machine.end();
        box = undefined;
      }
    }
  });

  it("refuses the flip of a holder that was stopped at any step and came back too late", async () => {
    const programs = await programsOfAPublish(toolbox);
    let refused = 0;
    let stopped = 0;
    for (let atProgram = 1; atProgram <= programs; atProgram += rounds(1, 3)) {
      const machine = node(toolbox);
      expect(await tryToPublish(machine, first, 1)).toBe(true);
      machine.arrange({ atProgram, when: "before", what: "stop" });
      const late = tryToPublish(machine, second, 2);
      const goOn = await machine.stopped(late);
      machine.arrange(undefined);
      expect(await tryToPublish(machine, third, 3)).toBe(true);
      goOn?.();
      if (goOn !== undefined) stopped += 1;
      if (!(await late)) refused += 1;
      expect(served(machine), `stopped at ${atProgram}`).toEqual(["three", "three"]);
      await machine.end();
      box = undefined;
    }
    // All but those that were stopped when they had flipped already.
    expect(stopped).toBeGreaterThan(programs / rounds(1, 3) / 2);
    expect(refused).toBeGreaterThan(stopped / 2);
  });
});
