import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { localTransport } from "@hostelry/adapter-local";
import { hasCode, type ReleaseId, releaseIdOf, type SiteId, unwrap } from "@hostelry/core/adapter";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type SshEdge, type SshEdgeOptions, sshEdge } from "./ssh-edge.ts";

const siteId = "acme" as SiteId;
const nothing = { read: () => expect.unreachable("there is nothing to read") };

let home: string;
let documentRoot: string;
let edge: SshEdge;
const open = (replaces: "everything" | { readonly word: string } = { word: "Hello" }): SshEdge => {
  const options: SshEdgeOptions = {
    durability: "none",
    prepares: false,
    documentRoot: () => ({ path: documentRoot, replaces }),
  };
  return sshEdge(localTransport(), `${home}/hostelry`, options);
};
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "hostelry-dock-"));
  documentRoot = `${home}/htdocs/acme.test`;
  mkdirSync(documentRoot, { recursive: true });
  edge = open();
});
afterEach(async () => {
  await edge.close();
  rmSync(home, { recursive: true });
});

/** Stages and shows an empty release. */
async function publish(number: number, target = edge): Promise<ReleaseId> {
  const manifestDigest = String(number).repeat(64).slice(0, 64);
  const release = releaseIdOf(number, manifestDigest);
  await unwrap(
    target.stage({ siteId, fencingToken: number, manifest: { release, manifestDigest, files: [] }, blobs: nothing }),
  );
  await unwrap(target.activate({ siteId, fencingToken: number, slot: "live", release }));
  return release;
}

const replaced = (): readonly string[] => {
  const heap = `${home}/hostelry/sites/acme/.hostelry/replaced`;
  return existsSync(heap) ? readdirSync(heap).map((name) => `${heap}/${name}`) : [];
};

describe("a document root that a panel decides upon", () => {
  it("becomes a link to the live release in the place of the panel's greeting, which is kept", async () => {
    writeFileSync(`${documentRoot}/index.html`, "<h1>Hello World :-)</h1>");
    mkdirSync(`${documentRoot}/.well-known`);
    await publish(1);
    expect(readlinkSync(documentRoot)).toBe(`${home}/hostelry/sites/acme/current`);
    const [kept = ""] = replaced();
    expect(readFileSync(`${kept}/index.html`, "utf8")).toContain("Hello World");
    await publish(2);
    expect(replaced()).toHaveLength(1);
  });

  it.each([
    ["content of somebody else", () => writeFileSync(`${documentRoot}/shop.php`, "<?php")],
    ["a front page of somebody else", () => writeFileSync(`${documentRoot}/index.html`, "<h1>My shop</h1>")],
    ["a hidden file", () => writeFileSync(`${documentRoot}/.env`, "x")],
    [
      "a link that leads elsewhere",
      () => {
        rmSync(documentRoot, { recursive: true });
        symlinkSync("/srv/elsewhere", documentRoot);
      },
    ],
  ])("is left alone with %s in it, and nothing is shown", async (_, prepare) => {
    prepare();
    const before = lstatSync(documentRoot).isSymbolicLink() ? readlinkSync(documentRoot) : readdirSync(documentRoot);
    const refused = await publish(1).catch((cause: unknown) => cause);
    expect(hasCode(refused, "TARGET_LAYOUT_INVALID")).toBe(true);
    expect(lstatSync(documentRoot).isSymbolicLink() ? readlinkSync(documentRoot) : readdirSync(documentRoot)).toEqual(
      before,
    );
    expect((await unwrap(edge.observe(siteId))).slots.size).toBe(0);
  });

  it("gives way with everything in it when it is told to, and keeps that", async () => {
    writeFileSync(`${documentRoot}/shop.php`, "<?php");
    const other = open("everything");
    await publish(1, other);
    const [kept = ""] = replaced();
    expect(readdirSync(kept)).toEqual(["shop.php"]);
    await unwrap(other.discard({ siteId, fencingToken: 2, releases: [] }));
    expect(readdirSync(kept)).toEqual(["shop.php"]);
    await other.close();
  });

  it("leads to a page in maintenance, to nothing in suspension, and back", async () => {
    await publish(1);
    await unwrap(edge.setServingState({ siteId, fencingToken: 1, state: "suspended" }));
    expect(readdirSync(documentRoot)).toEqual([]);
    await unwrap(edge.setServingState({ siteId, fencingToken: 1, state: "maintenance" }));
    expect(readFileSync(`${documentRoot}/index.html`, "utf8")).toContain("back soon");
    expect((await unwrap(edge.observe(siteId))).servingState).toBe("maintenance");
    await publish(2);
    expect(readFileSync(`${documentRoot}/index.html`, "utf8")).toContain("back soon");
    await unwrap(edge.setServingState({ siteId, fencingToken: 2, state: "live" }));
    expect(readlinkSync(documentRoot)).toBe(`${home}/hostelry/sites/acme/current`);
  });

  it("that somebody has put back shows nothing of ours, until the next activation", async () => {
    const release = await publish(1);
    rmSync(documentRoot);
    expect((await unwrap(edge.observe(siteId))).slots.size).toBe(0);
    expect((await unwrap(edge.probe({ siteId, slot: "live", samples: [] }))).served).toBeNull();
    await unwrap(edge.activate({ siteId, fencingToken: 1, slot: "live", release }));
    expect((await unwrap(edge.probe({ siteId, slot: "live", samples: [] }))).served).toBe(release);
  });

  it("shows no previews, and takes no path that a shell could read as something else", async () => {
    expect(edge.capabilities.previews).toBe(false);
    const release = await publish(1);
    const preview = await edge.activate({ siteId, fencingToken: 1, slot: "preview/x" as never, release });
    expect(hasCode(preview._unsafeUnwrapErr(), "INVALID_INPUT")).toBe(true);
    documentRoot = "/home/$(id)/htdocs";
    expect(hasCode((await edge.observe(siteId))._unsafeUnwrapErr(), "INVALID_INPUT")).toBe(true);
    expect(() => sshEdge(localTransport(), home, { runAs: "a b" })).toThrow(TypeError);
  });
});
