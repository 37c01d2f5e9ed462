import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { directoryTarget } from "@hostelry/adapter-local";
import { unwrap } from "@hostelry/core/adapter";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bundleProgram } from "./fixtures/bundle-program.ts";
import { first, preview } from "./fixtures/holder-work.ts";
import { siteId, smallSite } from "./fixtures/small-site.ts";
import { type HolderReport, startHolder } from "./fixtures/start-holder.ts";

let program: Awaited<ReturnType<typeof bundleProgram>>;

beforeAll(async () => {
  program = await bundleProgram("holder");
});

afterAll(() => rm(program.directory, { recursive: true, force: true }));

/** A root with release 1 live. */
async function publishedRoot(): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), "hostelry-kill-"));
  const target = directoryTarget(root, { durability: "none" });
  await unwrap(target.stage({ siteId, fencingToken: 1, ...first }));
  await unwrap(target.activate({ siteId, fencingToken: 1, slot: "live", release: first.manifest.release }));
  return root;
}

/** Kills a publisher after its n-th change of the disk, looks, and lets the next one do its work. */
async function killAndRunAgain(dieAfterEffect: number): Promise<"killed" | "finished"> {
  const root = await publishedRoot();
  try {
    const holder = startHolder(program.path, { root, token: 2, work: "publish", dieAfterEffect });
    const line = await holder.nextLine();
    const signal = await holder.ended;
    if (line !== undefined) {
      expect((JSON.parse(line) as HolderReport).code).toBe("OK");
      return "finished";
    }
    expect(signal).toBe("SIGKILL");
    const site = join(root, "sites", siteId);
    // A visitor right after the kill gets one of the two versions, whole.
    const page = await readFile(join(site, "current/index.html"), "utf8");
    const style = await readFile(join(site, "current/assets/app/page.css"), "utf8");
    expect(new Set([...page.trim().split("\n"), ...style.slice(0, -1).split(";")]).size).toBe(1);

    const target = directoryTarget(root, { durability: "none" });
    const wanted = smallSite(3, "two");
    const fencingToken = 3;
    await unwrap(target.stage({ siteId, fencingToken, ...wanted }));
    await unwrap(target.activate({ siteId, fencingToken, slot: "live", release: wanted.manifest.release }));
    await unwrap(target.activate({ siteId, fencingToken, slot: preview, release: null }));
    await unwrap(target.setServingState({ siteId, fencingToken, state: "live" }));
    const { releases } = await unwrap(target.observe(siteId));
    const old = releases.filter((release) => release !== wanted.manifest.release);
    await unwrap(target.discard({ siteId, fencingToken, releases: old }));

    const { release } = wanted.manifest;
    expect(await unwrap(target.observe(siteId))).toEqual({
      fence: 3,
      slots: new Map([["live", release]]),
      releases: [release],
      servingState: "live",
      leftovers: 0,
    });
    expect(await unwrap(target.verify({ siteId, release }))).toEqual({ problems: [] });
    // And with no help of the adapter: nothing is there that does not belong there.
    expect((await readdir(site)).sort()).toEqual([".hostelry", "current", "previews", "releases"]);
    expect(await readdir(join(site, "releases"))).toEqual([release]);
    for (const empty of ["pending", "staging", "trash", "previews"]) {
      expect(await readdir(join(site, ".hostelry", empty))).toEqual([]);
    }
    expect(await readdir(join(site, ".hostelry/fence"))).toEqual(["3"]);
    expect(await readdir(join(site, ".hostelry/manifests"))).toEqual([`${release}.json`]);
    return "killed";
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

describe("a publisher killed after any change of the disk", () => {
  it("leaves one whole version to visitors, and the next run leaves exactly what it was asked for", async () => {
    let next = 1;
    let kills = 0;
    let finished = false;
    const runner = async (): Promise<void> => {
      while (!finished) {
        if ((await killAndRunAgain(next++)) === "finished") finished = true;
        else kills += 1;
      }
    };
    await Promise.all([runner(), runner()]);
    // Fewer would mean that the work was not done through the watched file system.
    expect(kills).toBeGreaterThan(60);
  });
});
