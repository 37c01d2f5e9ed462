import { readFileSync } from "node:fs";
import { join } from "node:path";
import { sshEdge } from "@hostelry/adapter-ssh";
import { type Result, type TargetError, unwrap } from "@hostelry/core/adapter";
import { afterEach, describe, expect, it } from "vitest";
import { siteId, smallSite } from "../adapter-local/fixtures/small-site.ts";
import { serverAvailable } from "../servers/server-binary.ts";
import { rounds } from "../setup/rounds.ts";
import { type Accident, type EdgeToolbox, edgeToolbox, type Toolbox } from "./fixtures/edge-toolbox.ts";

// The one that is broken off is large enough to come in pieces.
const [first, second, third] = [smallSite(1, "one"), smallSite(2, "two", 60_000), smallSite(3, "three")];

/** How a release is published: by `stage` and `activate`, or by `stageAndActivate`. */
const ways = ["in two steps", "in one go"] as const;
type Way = (typeof ways)[number];

/** In runs of few rounds every eighth step of either way, and not the same ones; else every step of both. */
const stepsBetween = rounds(1, 8);
const firstStep = { "in two steps": 1, "in one go": rounds(1, 6) } as const;

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

/** `unchanged`: it says that nothing is visible of it. */
type Outcome = "published" | "unchanged" | "unknown";

/** Stages and flips, as core does; whatever goes wrong is left as it is. */
async function tryToPublish(machine: EdgeToolbox, site: Site, token: number, way: Way): Promise<Outcome> {
  const edge = sshEdge(machine.transport, machine.root, { name: "edge", prepares: false, durability: "none" });
  const request = { siteId, fencingToken: token, slot: "live" } as const;
  try {
    if (way === "in one go") return outcomeOf(await edge.stageAndActivate({ ...request, ...site, before: null }));
    const staged = await edge.stage({ ...request, ...site, before: null });
    if (staged.isErr()) return "unchanged";
    const { release } = site.manifest;
    return outcomeOf(await edge.activate({ ...request, release }));
  } finally {
    await edge.close();
  }
}

function outcomeOf(result: Result<unknown, TargetError>): Outcome {
  if (result.isOk()) return "published";
  const { code, details } = result.error;
  return code === "FENCED" || ("state" in details && details.state === "unchanged") ? "unchanged" : "unknown";
}

function served({ root }: EdgeToolbox): readonly string[] {
  const current = join(root, "sites", siteId, "current");
  return ["index.html", "assets/app/page.css"].map(
    (path) => readFileSync(join(current, path), "utf8").split(/[\n;]/)[0] ?? "",
  );
}

/** Publishes the first, breaks off while the second is published, and then publishes the third. */
async function breakOff(machine: EdgeToolbox, accident: Accident, way: Way): Promise<void> {
  expect(await tryToPublish(machine, first, 1, way)).toBe("published");
  machine.arrange(accident);
  const outcome = await tryToPublish(machine, second, 2, way);
  machine.arrange(undefined);
  const now = served(machine);
  const may = { published: ["two"], unchanged: ["one"], unknown: ["one", "two"] }[outcome];
  expect(may, `${way}, at program ${accident.atProgram}: ${outcome}`).toContain(now[0]);
  expect(now, "one version, whole").toEqual([now[0], now[0]]);

  expect(await tryToPublish(machine, third, 3, way)).toBe("published");
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

async function programsOfAPublish(toolbox: Toolbox, way: Way): Promise<number> {
  const machine = node(toolbox);
  expect(await tryToPublish(machine, first, 1, way)).toBe("published");
  machine.arrange(undefined);
  expect(await tryToPublish(machine, second, 2, way)).toBe("published");
  const programs = machine.programs();
  await machine.end();
  box = undefined;
  return programs;
}

const toolboxes: readonly Toolbox[] = serverAvailable("busybox") ? ["coreutils", "busybox programs"] : ["coreutils"];

describe.each(toolboxes)("a node with the programs of %s", (toolbox) => {
  it.each(ways)("serves one release whole, and the next one as asked, whatever step was the last: %s", async (way) => {
    const programs = await programsOfAPublish(toolbox, way);
    expect(programs).toBeGreaterThan(20);
    for (let atProgram = firstStep[way]; atProgram <= programs; atProgram += stepsBetween) {
      // A shell that is killed leaves its programs to themselves; a node that goes down takes all with it.
      for (const [when, what] of [
        ["before", "everything"],
        ["after", "shell"],
      ] as const) {
        const machine = node(toolbox);
        await breakOff(machine, { atProgram, when, what }, way);
        await machine.end();
        box = undefined;
      }
    }
  });

  it.each(ways)("refuses the flip of a holder that was stopped at any step and came back too late: %s", async (way) => {
    const programs = await programsOfAPublish(toolbox, way);
    let refused = 0;
    let stopped = 0;
    for (let atProgram = firstStep[way]; atProgram <= programs; atProgram += stepsBetween) {
      const machine = node(toolbox);
      expect(await tryToPublish(machine, first, 1, way)).toBe("published");
      machine.arrange({ atProgram, when: "before", what: "stop" });
      const late = tryToPublish(machine, second, 2, way);
      const goOn = await machine.stopped(late);
      machine.arrange(undefined);
      expect(await tryToPublish(machine, third, 3, way)).toBe("published");
      goOn?.();
      if (goOn !== undefined) stopped += 1;
      if ((await late) === "unchanged") refused += 1;
      expect(served(machine), `stopped at ${atProgram}`).toEqual(["three", "three"]);
      await machine.end();
      box = undefined;
    }
    // All but those that were stopped when they had flipped already.
    expect(stopped).toBeGreaterThan(programs / stepsBetween / 2);
    expect(refused).toBeGreaterThan(stopped / 2);
  });
});
