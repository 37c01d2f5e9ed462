import * as nodeFs from "node:fs";
import { mkdir, readdir, readFile, readlink, stat, symlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type PreviewId, previewSlot, type ReleaseId, type Target, unwrap } from "@hostelry/core/adapter";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { FileSystem } from "../file-system/file-system.ts";
import { type SiteToStage, siteId, siteOf } from "../fixtures/site-content.ts";
import { type TemporaryDirectory, temporaryDirectory } from "../fixtures/temporary-directory.ts";
import { directoryTarget } from "./directory-target.ts";

let directory: TemporaryDirectory;
let target: Target;
const site = (...rest: readonly string[]): string => join(directory.path, "sites", siteId, ...rest);
const own = (...rest: readonly string[]): string => site(".hostelry", ...rest);
const inode = async (release: ReleaseId, path: string): Promise<number> =>
  (await stat(site("releases", release, path))).ino;

const one = siteOf(1, { "css/a.css": "a{}", "index.html": "one" });
const two = siteOf(2, { "css/a.css": "a{}", "index.html": "two" }, { "index.html": 1_700_000_100 });

beforeEach(async () => {
  directory = await temporaryDirectory();
  target = directoryTarget(directory.path);
});

afterEach(() => directory.remove());

const stage = (content: SiteToStage, fencingToken: number, on: Target = target) =>
  on.stage({ siteId, fencingToken, ...content });
const activate = (release: ReleaseId | null, fencingToken: number) =>
  target.activate({ siteId, fencingToken, slot: "live", release });

describe("the layout", () => {
  it("is made of relative links, files 0644, directories 0755 and the manifest's times, whatever the umask", async () => {
    const umask = process.umask(0o077);
    try {
      await unwrap(stage(one, 1));
    } finally {
      process.umask(umask);
    }
    await unwrap(activate(one.manifest.release, 1));
    expect(await readlink(site("current"))).toBe(`releases/${one.manifest.release}`);
    const file = await stat(site("current/css/a.css"));
    const folder = await stat(site("current/css"));
    expect([file.mode & 0o777, folder.mode & 0o777, file.mtimeMs]).toEqual([0o644, 0o755, 1_700_000_000_000]);
    expect((await stat(site())).mode & 0o777).toBe(0o755);
  });

  it("keeps a preview's guard beside its pointer, and takes both away together", async () => {
    await unwrap(stage(one, 1));
    const slot = previewSlot("preview-1" as PreviewId);
    const guard = { tokenHash: "f".repeat(64), expiresAt: new Date("2030-01-01") };
    await unwrap(target.activate({ siteId, fencingToken: 1, slot, release: one.manifest.release, guard }));
    expect(await readlink(site("previews/preview-1"))).toBe(`../releases/${one.manifest.release}`);
    expect(await readFile(site("previews/preview-1/index.html"), "utf8")).toBe("one");
    await unwrap(target.activate({ siteId, fencingToken: 2, slot, release: null }));
    expect([await readdir(site("previews")), await readdir(own("previews"))]).toEqual([[], []]);
  });

  it("shows maintenance and suspension as files that a web server tests for", async () => {
    const markers = async () => (await readdir(site())).filter((name) => !name.startsWith(".")).sort();
    await unwrap(target.setServingState({ siteId, fencingToken: 1, state: "maintenance" }));
    expect(await markers()).toEqual(["maintenance", "previews", "releases"]);
    expect((await stat(site("maintenance"))).isFile()).toBe(true);
    await unwrap(target.setServingState({ siteId, fencingToken: 1, state: "suspended" }));
    expect(await markers()).toEqual(["previews", "releases", "suspended"]);
    await unwrap(target.setServingState({ siteId, fencingToken: 1, state: "live" }));
    expect(await markers()).toEqual(["previews", "releases"]);
  });

  it("writes a line to the journal before each change, and none for what does not change", async () => {
    await unwrap(stage(one, 1));
    await unwrap(activate(one.manifest.release, 1));
    await unwrap(activate(one.manifest.release, 2));
    const lines = (await readFile(own("journal"), "utf8"))
      .trim()
      .split("\n")
      .map((line): unknown => JSON.parse(line));
    expect(lines).toMatchObject([
      { fencingToken: 1, change: "slot", slot: "live", from: null, to: one.manifest.release },
    ]);
  });
});

describe("staging", () => {
  it("links files that an earlier release has, with the same bytes and time, and writes the others", async () => {
    await unwrap(stage(one, 1));
    expect(await unwrap(stage(two, 2))).toEqual({ sentFiles: 1, sentBytes: 3, reusedFiles: 1 });
    expect(await inode(two.manifest.release, "css/a.css")).toBe(await inode(one.manifest.release, "css/a.css"));
    expect(await inode(two.manifest.release, "index.html")).not.toBe(await inode(one.manifest.release, "index.html"));
  });

  it("copies the same bytes when their time is another one, and leaves the earlier file's time", async () => {
    await unwrap(stage(one, 1));
    const later = siteOf(2, { "css/a.css": "a{}" }, { "css/a.css": 1_700_000_500 });
    expect(await unwrap(stage(later, 2))).toEqual({ sentFiles: 0, sentBytes: 0, reusedFiles: 1 });
    expect((await stat(site("releases", later.manifest.release, "css/a.css"))).mtimeMs).toBe(1_700_000_500_000);
    expect((await stat(site("releases", one.manifest.release, "css/a.css"))).mtimeMs).toBe(1_700_000_000_000);
  });

  it("sends a file again that has been changed where it lies", async () => {
    await unwrap(stage(one, 1));
    await writeFile(site("releases", one.manifest.release, "css/a.css"), "x{}");
    expect(await unwrap(target.missing({ siteId, manifest: two.manifest }))).toHaveLength(2);
    expect((await unwrap(stage(two, 2))).sentFiles).toBe(2);
    expect(await readFile(site("releases", two.manifest.release, "css/a.css"), "utf8")).toBe("a{}");
  });

  it("takes nothing from a release that verify found damaged, also when size and time were made to look right", async () => {
    await unwrap(stage(one, 1));
    const path = site("releases", one.manifest.release, "css/a.css");
    await writeFile(path, "x{}");
    await utimes(path, 1_700_000_000, 1_700_000_000);
    expect((await unwrap(target.verify({ siteId, release: one.manifest.release }))).problems).toEqual([
      { path: "css/a.css", problem: "changed" },
    ]);
    expect((await unwrap(stage(two, 2))).sentFiles).toBe(2);
    expect((await unwrap(target.verify({ siteId, release: two.manifest.release }))).problems).toEqual([]);
  });

  it("does not carry damage on by copying: the bytes are hashed on the way", async () => {
    await unwrap(stage(one, 1));
    const path = site("releases", one.manifest.release, "css/a.css");
    await writeFile(path, "x{}");
    await utimes(path, 1_700_000_000, 1_700_000_000);
    const later = siteOf(2, { "css/a.css": "a{}" }, { "css/a.css": 1_700_000_500 });
    expect((await unwrap(stage(later, 2))).sentFiles).toBe(1);
    expect(await readFile(site("releases", later.manifest.release, "css/a.css"), "utf8")).toBe("a{}");
  });

  it("copies where the file system has no hard links", async () => {
    const without: FileSystem = {
      ...nodeFs,
      linkSync: () => {
        throw Object.assign(new Error("no links here"), { code: "EXDEV" });
      },
    };
    await unwrap(stage(one, 1));
    const outcome = await unwrap(stage(two, 2, directoryTarget(directory.path, { fileSystem: without })));
    expect(outcome).toEqual({ sentFiles: 1, sentBytes: 3, reusedFiles: 1 });
    expect(await inode(two.manifest.release, "css/a.css")).not.toBe(await inode(one.manifest.release, "css/a.css"));
  });

  it.each(["/etc/passwd", "../index.html", "a//b", "a/./b", "", "a\0b"])(
    "refuses the path %j before it touches the disk",
    async (path) => {
      const refused = await stage(siteOf(1, { [path]: "x" }), 1);
      expect(refused._unsafeUnwrapErr().code).toBe("INVALID_INPUT");
      expect(await readdir(directory.path)).toEqual([]);
    },
  );

  it("leaves nothing behind when a blob is missing", async () => {
    const { manifest } = one;
    const refused = await stage({ manifest, blobs: siteOf(1, {}).blobs }, 1);
    expect(refused._unsafeUnwrapErr().code).toBe("BLOB_NOT_FOUND");
    expect(await unwrap(target.observe(siteId))).toMatchObject({ fence: 1, releases: [], leftovers: 0 });
  });

  it("gives timers their turn while many files are laid out, and tells its progress", async () => {
    const many = siteOf(1, Object.fromEntries(Array.from({ length: 1500 }, (_, index) => [`f${index}`, `${index}`])));
    let ticks = 0;
    const timer = setInterval(() => {
      ticks += 1;
    }, 1);
    const told: number[] = [];
    const onProgress = ({ done }: { readonly done: number }): void => void told.push(done);
    await unwrap(target.stage({ siteId, fencingToken: 1, ...many }, { onProgress }));
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(3);
    expect([told[0], told.at(-1)]).toEqual([0, 1500]);
    expect(told).toEqual([...told].sort((left, right) => left - right));
  });
});

describe("what is not ours", () => {
  it.each([
    ["a directory", () => mkdir(site("current"))],
    ["a file", () => writeFile(site("current"), "mine")],
    ["a link elsewhere", () => symlink("/tmp", site("current"))],
  ])("in the pointer's place, %s, stays and is TARGET_LAYOUT_INVALID", async (_, put) => {
    await unwrap(stage(one, 1));
    await put();
    const refused = await activate(one.manifest.release, 1);
    expect(refused._unsafeUnwrapErr().code).toBe("TARGET_LAYOUT_INVALID");
    expect(refused._unsafeUnwrapErr().details).toMatchObject({ path: site("current") });
    expect(await readdir(own("pending"))).toEqual([]);
  });

  it.each(["..", "a/b", "", ".hidden"])("the site id %j is no path", async (id) => {
    const refused = await target.observe(id as typeof siteId);
    expect(refused._unsafeUnwrapErr().code).toBe("INVALID_INPUT");
  });
});

describe("left-overs", () => {
  it("of lower tokens are counted, and gone after the next discard", async () => {
    await unwrap(stage(one, 3));
    await mkdir(own("staging/2-aa/tree/deep"), { recursive: true });
    await writeFile(own("staging/2-aa/tree/deep/file"), "half");
    await mkdir(own("pending/2-bb.removal"));
    await writeFile(own("pending/2-bb.removal/it"), "x");
    await symlink("releases/x", own("pending/2-cc.link"));
    await mkdir(site("releases/2-0123456789ab"));
    await writeFile(own("manifests/1-0123456789ab.json"), "{}");
    expect((await unwrap(target.observe(siteId))).leftovers).toBe(5);
    await unwrap(target.discard({ siteId, fencingToken: 4, releases: [] }));
    expect(await unwrap(target.observe(siteId))).toMatchObject({ leftovers: 0, releases: [one.manifest.release] });
    expect(await readdir(own("fence"))).toEqual(["4"]);
  });
});
