// Programs of a node that fail, without having done anything or when they have done their work: what then says `unchanged` has changed
// nothing that anybody sees, and what says that it was done was done.
import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type SshEdge, sshEdge } from "@hostelry/adapter-ssh";
import { type PreviewId, previewSlot, type ResultAsync, type TargetError, unwrap } from "@hostelry/core/adapter";
import { afterEach, describe, expect, it } from "vitest";
import { type SmallSite, siteId, smallSite } from "../adapter-local/fixtures/small-site.ts";
import { serverAvailable } from "../servers/server-binary.ts";
import { rounds } from "../setup/rounds.ts";
import { type EdgeToolbox, edgeToolbox, type Toolbox } from "./fixtures/edge-toolbox.ts";

let end: (() => Promise<void>) | undefined;
afterEach(async () => {
  await end?.();
  end = undefined;
});

/** A node with two releases, one of them live. */
interface Scene {
  readonly box: EdgeToolbox;
  readonly edge: SshEdge;
  /** A target whose sites a panel has a document root for. */
  readonly docked: SshEdge;
  readonly documentRoot: string;
  readonly sites: readonly [SmallSite, SmallSite];
  /** Another one with each call, and higher. */
  token(): number;
}

async function newScene(toolbox: Toolbox): Promise<Scene> {
  const box = edgeToolbox(toolbox);
  const path = join(box.root, "htdocs");
  const edge = sshEdge(box.transport, box.root, { name: "edge", prepares: false });
  const documentRoot = (): { readonly path: string; readonly replaces: "everything" } => ({
    path,
    replaces: "everything",
  });
  const docked = sshEdge(box.transport, box.root, { name: "docked", prepares: false, documentRoot });
  end = async () => {
    await edge.close();
    await docked.close();
    await box.end();
  };
  const sites = [smallSite(1, "one"), smallSite(2, "two")] as const;
  for (const site of sites) await unwrap(edge.stage({ siteId, fencingToken: 1, ...site }));
  await unwrap(edge.activate({ siteId, fencingToken: 1, slot: "live", release: sites[0].manifest.release }));
  let last = 1;
  const token = (): number => {
    last += 1;
    return last;
  };
  return { box, edge, docked, documentRoot: path, sites, token };
}

/** A change, and what has to be so before it, which is seen to without accidents. Each time it is another one. */
interface Change {
  readonly name: string;
  /** At every step, also in runs of few rounds: it is short, and each step counts. */
  readonly isLookedAtWhole?: true;
  prepare?(scene: Scene, round: number): Promise<unknown>;
  make(scene: Scene, round: number): ResultAsync<unknown, TargetError>;
}

const slot = previewSlot("preview-1" as PreviewId);
const tokenHash = "c".repeat(64);
const releaseOf = ({ sites }: Scene, round: number) => sites[round % 2 === 0 ? 0 : 1].manifest.release;
const nextSite = (round: number): SmallSite => smallSite(100 + round, `version ${round}`, 40_000);

function flip(scene: Scene, release: ReturnType<typeof releaseOf> | null): ReturnType<SshEdge["activate"]> {
  return scene.edge.activate({ siteId, fencingToken: scene.token(), slot: "live", release });
}

function dockedFlip(scene: Scene, release: ReturnType<typeof releaseOf>): ReturnType<SshEdge["activate"]> {
  return scene.docked.activate({ siteId, fencingToken: scene.token(), slot: "live", release });
}

function preview(scene: Scene, round: number, year: number): ReturnType<SshEdge["activate"]> {
  const guard = { tokenHash, expiresAt: new Date(Date.UTC(year, 0, 1, 0, 0, 0, round)) };
  return scene.edge.activate({ siteId, fencingToken: scene.token(), slot, release: releaseOf(scene, round), guard });
}

const changes: readonly Change[] = [
  {
    name: "a flip",
    prepare: (scene, round) => unwrap(flip(scene, releaseOf(scene, round + 1))),
    make: (scene, round) => flip(scene, releaseOf(scene, round)),
  },
  {
    name: "a flip behind a document root",
    prepare: (scene, round) => unwrap(dockedFlip(scene, releaseOf(scene, round + 1))),
    make: (scene, round) => dockedFlip(scene, releaseOf(scene, round)),
  },
  {
    name: "an emptied slot",
    prepare: (scene, round) => unwrap(flip(scene, releaseOf(scene, round))),
    make: (scene) => flip(scene, null),
  },
  {
    name: "a release in one go",
    make: ({ edge, token }, round) =>
      edge.stageAndActivate({ siteId, fencingToken: token(), slot: "live", ...nextSite(round) }),
  },
  {
    name: "a preview with its guard",
    make: (scene, round) => preview(scene, round, 2100),
  },
  {
    name: "a sweep",
    prepare: (scene, round) => unwrap(preview(scene, round, 2000)),
    make: ({ edge }) => edge.sweep(),
  },
  {
    name: "a serving state",
    prepare: ({ edge, token }, round) =>
      unwrap(edge.setServingState({ siteId, fencingToken: token(), state: round % 2 === 0 ? "live" : "suspended" })),
    make: ({ edge, token }) => edge.setServingState({ siteId, fencingToken: token(), state: "maintenance" }),
  },
  // The pointer is there already, and only the document root is not: there is a panel's directory, or nothing.
  ...[true, false].map(
    (isThere): Change => ({
      name: isThere ? "a document root" : "a document root anew",
      isLookedAtWhole: true,
      prepare: async (scene, round) => {
        const { documentRoot } = scene;
        await unwrap(flip(scene, releaseOf(scene, round)));
        rmSync(documentRoot, { recursive: true, force: true });
        if (isThere) mkdirSync(documentRoot);
      },
      make: (scene, round) => dockedFlip(scene, releaseOf(scene, round)),
    }),
  ),
  {
    name: "a discarded release",
    prepare: ({ edge, token }, round) => unwrap(edge.stage({ siteId, fencingToken: token(), ...nextSite(round) })),
    make: ({ edge, token }, round) =>
      edge.discard({ siteId, fencingToken: token(), releases: [nextSite(round).manifest.release] }),
  },
  { name: "a host", make: ({ edge }, round) => edge.bindHost({ siteId, host: `host-${round}.test` }) },
  {
    name: "a host less",
    prepare: ({ edge }) => unwrap(edge.bindHost({ siteId, host: "gone.test" })),
    make: ({ edge }) => edge.unbindHost({ siteId, host: "gone.test" }),
  },
];

/** What anybody sees or could be shown: pointers, guards, markers, hosts, and releases that are shown or that `discard` is about. */
function visible({ box: { root }, documentRoot }: Scene, change: Change): unknown {
  const site = join(root, "sites", siteId);
  const own = join(site, ".hostelry");
  return {
    pointers: [
      join(site, "current"),
      documentRoot,
      ...below(join(site, "previews")),
      ...below(join(root, "hosts")),
    ].map((path) => [path, linkOf(path)]),
    guards: below(join(own, "previews")).map((path) => [path, readFileSync(path, "utf8")]),
    markers: ["maintenance", "suspended"].filter((name) => existsSync(join(site, name))),
    releases: change.name === "a discarded release" ? below(join(site, "releases")) : [],
  };
}

const below = (folder: string): readonly string[] =>
  existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code ?? "";
  }
}

const toolboxes: readonly Toolbox[] = serverAvailable("busybox") ? ["coreutils", "busybox programs"] : ["coreutils"];
const stepsBetween = rounds(1, 7);

describe.each(toolboxes.slice(0, rounds(2, 1)))("a node of which a program fails, with those of %s,", (toolbox) => {
  it("says of no change that was made that nothing was changed, and of none that was not that it was done", async () => {
    const scene = await newScene(toolbox);
    const said = { done: 0, unchanged: 0, unknown: 0 };
    let round = 0;
    for (const [index, change] of changes.entries()) {
      await change.prepare?.(scene, round);
      scene.box.arrange(undefined);
      await unwrap(change.make(scene, round));
      const programs = scene.box.programs();
      const between = change.isLookedAtWhole ? 1 : stepsBetween;
      for (let step = index % between; step < 2 * programs; step += between) {
        round += 1;
        const accident = {
          atProgram: 1 + (step >> 1),
          when: step % 2 === 0 ? "after" : "before",
          what: "program",
        } as const;
        await change.prepare?.(scene, round);
        const before = visible(scene, change);
        scene.box.arrange(accident);
        const result = await change.make(scene, round);
        scene.box.arrange(undefined);
        const after = visible(scene, change);
        // What says nothing of it was refused: that is to say that nothing was changed.
        const state = result.isErr() && "state" in result.error.details ? result.error.details.state : "unchanged";
        const where = `${change.name}, ${accident.when} program ${accident.atProgram}: ${result.isErr() ? result.error.message : "done"}`;
        if (result.isOk()) expect(after, where).not.toEqual(before);
        else if (state === "unchanged") expect(after, where).toEqual(before);
        else expect(state, where).toBe("unknown");
        if (result.isOk()) said.done += 1;
        else said[state === "unchanged" ? "unchanged" : "unknown"] += 1;
      }
    }
    expect(said.unchanged).toBeGreaterThan(round / 4);
    expect(said.unknown).toBeGreaterThan(round / 20);
  }, 1_800_000);
});
