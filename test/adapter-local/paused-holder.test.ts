import { mkdtemp, readFile, readlink, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { directoryTarget } from "@hostelry/adapter-local";
import { hasCode, type Target, unwrap } from "@hostelry/core/adapter";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bundleProgram } from "./fixtures/bundle-program.ts";
import { first, type HolderOrder, second, third } from "./fixtures/holder-work.ts";
import { siteId } from "./fixtures/small-site.ts";
import { type HolderReport, startHolder } from "./fixtures/start-holder.ts";

let program: Awaited<ReturnType<typeof bundleProgram>>;

beforeAll(async () => {
  program = await bundleProgram("holder");
});

afterAll(() => rm(program.directory, { recursive: true, force: true }));

interface Place {
  readonly root: string;
  readonly site: string;
  readonly target: Target;
}

/** Release 1 is live, 2 and 3 are staged. */
async function stagedRoot(): Promise<Place> {
  const root = await mkdtemp(join(tmpdir(), "hostelry-pause-"));
  const target = directoryTarget(root, { durability: "none" });
  for (const site of [first, second, third]) await unwrap(target.stage({ siteId, fencingToken: 1, ...site }));
  await unwrap(target.activate({ siteId, fencingToken: 1, slot: "live", release: first.manifest.release }));
  return { root, site: join(root, "sites", siteId), target };
}

interface Scene {
  readonly work: HolderOrder["work"];
  /** What the later holder, token 3, does while the earlier one, token 2, is stopped. */
  later(place: Place): Promise<void>;
  /** What must be so after the earlier one has gone on and ended. */
  check(place: Place): Promise<void>;
}

const flipToThird = async ({ target }: Place): Promise<void> => {
  await unwrap(target.activate({ siteId, fencingToken: 3, slot: "live", release: third.manifest.release }));
};
const showsThird = async ({ site }: Place): Promise<void> => {
  expect(await readlink(join(site, "current"))).toBe(`releases/${third.manifest.release}`);
  expect(await readFile(join(site, "current/index.html"), "utf8")).toContain("three");
};

const scenes: Readonly<Record<string, Scene>> = {
  "a flip to another release": { work: "flip", later: flipToThird, check: showsThird },
  "the emptying of a slot": { work: "empty", later: flipToThird, check: showsThird },
  "a suspension": {
    work: "suspend",
    later: async ({ target }) => {
      await unwrap(target.setServingState({ siteId, fencingToken: 3, state: "live" }));
    },
    check: async ({ site }) => {
      await expect(stat(join(site, "suspended"))).rejects.toMatchObject({ code: "ENOENT" });
    },
  },
  "the removal of a release": {
    work: "discard",
    later: async ({ target }) => {
      const request = { siteId, fencingToken: 3, slot: "live", release: second.manifest.release } as const;
      const flipped = await target.activate(request);
      // The removal may have come before the later holder did; then it is told so.
      if (flipped.isErr()) expect(flipped.error.code).toBe("RELEASE_NOT_FOUND");
    },
    check: async ({ site, target }) => {
      if ((await readlink(join(site, "current"))) !== `releases/${second.manifest.release}`) return;
      expect(await unwrap(target.verify({ siteId, release: second.manifest.release }))).toEqual({ problems: [] });
    },
  },
};

/** Stops the earlier holder before its n-th call, lets the later one do its work, wakes the earlier one. */
async function stopAt(scene: Scene, stopBeforeCall: number): Promise<HolderReport & { readonly stopped: boolean }> {
  const place = await stagedRoot();
  try {
    const holder = startHolder(program.path, { root: place.root, token: 2, work: scene.work, stopBeforeCall });
    let line = await holder.nextLine();
    const stopped = line === "waiting";
    if (stopped) {
      holder.stop();
      await scene.later(place);
      holder.goOn();
      line = await holder.nextLine();
      await scene.check(place);
    }
    await holder.ended;
    if (line === undefined) throw new Error("the holder ended without a report");
    return { ...(JSON.parse(line) as HolderReport), stopped };
  } finally {
    await rm(place.root, { recursive: true, force: true });
  }
}

describe("a holder stopped before any call, while a later one takes the site", () => {
  for (const [what, scene] of Object.entries(scenes)) {
    it(`can't bring about ${what} when it goes on`, async () => {
      const codes: string[] = [];
      for (let call = 1; ; call += 1) {
        const report = await stopAt(scene, call);
        codes.push(report.code);
        if (!report.stopped) break;
      }
      expect(codes.at(-1)).toBe("OK");
      // Refused at first; at the last calls its work was done before the later holder came.
      const refused = codes.filter((code) => code === "FENCED").length;
      expect(refused).toBeGreaterThan(8);
      expect(codes).toEqual(codes.map((_, index) => (index < refused ? "FENCED" : "OK")));
    });
  }

  it("is refused by name, with both tokens", async () => {
    const { root, target } = await stagedRoot();
    await flipToThird({ root, site: "", target });
    const late = await target.activate({ siteId, fencingToken: 2, slot: "live", release: second.manifest.release });
    const error = late._unsafeUnwrapErr();
    expect(hasCode(error, "FENCED") && error.details).toEqual({ target: "directory", siteId, offered: 2, current: 3 });
    await rm(root, { recursive: true, force: true });
  });
});
