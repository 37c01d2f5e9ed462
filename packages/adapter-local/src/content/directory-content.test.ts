import { rm, truncate } from "node:fs/promises";
import { join } from "node:path";
import {
  type ContentSource,
  type PreviewId,
  previewSlot,
  type ReleaseId,
  type SiteId,
  type Target,
  unwrap,
} from "@hostelry/core/adapter";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { siteId, siteOf } from "../fixtures/site-content.ts";
import { type TemporaryDirectory, temporaryDirectory } from "../fixtures/temporary-directory.ts";
import { directoryTarget } from "../target/directory-target.ts";
import { directoryContent } from "./directory-content.ts";

let directory: TemporaryDirectory;
let target: Target;
let content: ContentSource;
const large = "0123456789".repeat(100_000);
const one = siteOf(1, { "big.txt": large, "index.html": "one" });
const two = siteOf(2, { "index.html": "two" });

beforeEach(async () => {
  directory = await temporaryDirectory();
  target = directoryTarget(directory.path, { durability: "none" });
  content = directoryContent(directory.path);
  for (const site of [one, two]) await unwrap(target.stage({ siteId, fencingToken: 1, ...site }));
});

afterEach(() => directory.remove());

const activate = (release: ReleaseId | null) =>
  unwrap(target.activate({ siteId, fencingToken: 1, slot: "live", release }));
const viewNow = async () => {
  const found = await unwrap(content.look({ siteId, slot: "live" }));
  if (found?.view === null || found === null) throw new Error("nothing is shown");
  return found.view;
};
async function textOf(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of bytes) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

describe("a look at a slot", () => {
  it("is null for a site that is not there, or whose id can't be one", async () => {
    for (const id of ["site-unknown", "..", "a/b"]) {
      expect(await unwrap(content.look({ siteId: id as SiteId, slot: "live" }))).toBeNull();
    }
  });

  it("shows an empty slot, then its release, the serving state, and each flip at once", async () => {
    expect(await unwrap(content.look({ siteId, slot: "live" }))).toEqual({ servingState: "live", view: null });
    await activate(one.manifest.release);
    expect((await viewNow()).release).toBe(one.manifest.release);
    await activate(two.manifest.release);
    expect((await viewNow()).release).toBe(two.manifest.release);
    await unwrap(target.setServingState({ siteId, fencingToken: 1, state: "maintenance" }));
    expect((await unwrap(content.look({ siteId, slot: "live" })))?.servingState).toBe("maintenance");
  });

  it("tells a preview's guard", async () => {
    const slot = previewSlot("preview-1" as PreviewId);
    const guard = { tokenHash: "e".repeat(64), expiresAt: new Date("2030-01-01") };
    await unwrap(target.activate({ siteId, fencingToken: 1, slot, release: one.manifest.release, guard }));
    expect((await unwrap(content.look({ siteId, slot })))?.guard).toEqual(guard);
    const controlPlaneOnly = { ...guard, tokenHash: null };
    const again = { siteId, fencingToken: 1, slot, release: one.manifest.release, guard: controlPlaneOnly };
    expect((await unwrap(target.activate(again))).changed).toBe(false);
    expect((await unwrap(content.look({ siteId, slot })))?.guard).toEqual(controlPlaneOnly);
  });

  it("says RELEASE_NOT_FOUND when the pointer names a release that somebody has taken away", async () => {
    await activate(one.manifest.release);
    await rm(join(directory.path, "sites", siteId, ".hostelry/manifests", `${one.manifest.release}.json`));
    const refused = await content.look({ siteId, slot: "live" });
    expect(refused._unsafeUnwrapErr().code).toBe("RELEASE_NOT_FOUND");
  });
});

describe("a view", () => {
  it("keeps to its release when the slot flips", async () => {
    await activate(one.manifest.release);
    const view = await viewNow();
    await activate(two.manifest.release);
    expect(await textOf(await unwrap(view.read("index.html")))).toBe("one");
    expect(view.file("other.html")).toBeUndefined();
  });

  it("reads whole files and ranges, small and large", async () => {
    await activate(one.manifest.release);
    const view = await viewNow();
    expect(await textOf(await unwrap(view.read("big.txt")))).toBe(large);
    expect(await textOf(await unwrap(view.read("big.txt", { start: 999_995 })))).toBe("56789");
    expect(await textOf(await unwrap(view.read("big.txt", { start: 3, end: 600_003 })))).toBe(large.slice(3, 600_003));
    expect(await textOf(await unwrap(view.read("index.html", { start: 1, end: 99 })))).toBe("ne");
    expect(await textOf(await unwrap(view.read("index.html", { start: 7 })))).toBe("");
  });

  it("says RELEASE_CORRUPT for a file that is gone or cut, and RELEASE_NOT_FOUND for a release that is", async () => {
    await activate(one.manifest.release);
    const view = await viewNow();
    const release = join(directory.path, "sites", siteId, "releases", one.manifest.release);
    await truncate(join(release, "big.txt"), 10);
    expect((await view.read("big.txt"))._unsafeUnwrapErr()).toMatchObject({
      code: "RELEASE_CORRUPT",
      details: { paths: ["big.txt"] },
    });
    await rm(join(release, "index.html"));
    expect((await view.read("index.html"))._unsafeUnwrapErr().code).toBe("RELEASE_CORRUPT");
    await rm(release, { recursive: true });
    expect((await view.read("index.html"))._unsafeUnwrapErr().code).toBe("RELEASE_NOT_FOUND");
  });
});

describe("the kept manifests", () => {
  it("stay within their memory, are read again when they have gone, and serve on whoever holds them", async () => {
    const [first, second] = ["site-first", "site-second"] as unknown as readonly [SiteId, SiteId];
    const { release } = two.manifest;
    for (const id of [first, second]) {
      await unwrap(target.stage({ siteId: id, fencingToken: 1, ...two }));
      await unwrap(target.activate({ siteId: id, fencingToken: 1, slot: "live", release }));
    }
    const small = directoryContent(directory.path, { maxManifestBytes: 1 });
    const large = directoryContent(directory.path);
    const look = async (source: ContentSource, id: SiteId) =>
      (await unwrap(source.look({ siteId: id, slot: "live" })))?.view;
    const held = await look(small, first);
    expect(await look(small, first)).toBe(held);
    expect((await look(small, second))?.release).toBe(release);
    const again = await look(small, first);
    expect(again).not.toBe(held);
    expect(again?.release).toBe(release);
    if (held === undefined || held === null) throw new Error("nothing is shown");
    expect(await textOf(await unwrap(held.read("index.html")))).toBe("two");
    const kept = await look(large, first);
    await look(large, second);
    expect(await look(large, first)).toBe(kept);
  });
});
