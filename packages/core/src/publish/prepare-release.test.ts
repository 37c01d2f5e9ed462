import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { type HostingOptions, type PublishPolicy, type Site, unwrap } from "@hostelry/core";
import { describe, expect, it } from "vitest";
import { addRevision, newWorld, type Process, startProcess, type World } from "../../test/scene.ts";
import { decodeReleaseManifest, encodeReleaseManifest } from "./release-manifest.ts";

const hour = 60 * 60 * 1000;
const text = (label: string): string => `${label} ${"all work and no play ".repeat(200)}`;

interface Scene extends Process {
  readonly world: World;
  readonly site: Site;
  /** Uploads, validates and publishes; gives what is laid out, by path. */
  publish(files: Readonly<Record<string, string>>): Promise<Map<string, Laid>>;
}

interface Laid {
  readonly bytes: Uint8Array;
  readonly mediaType: string;
  readonly mtimeSeconds: number;
  readonly coding?: string | undefined;
  readonly keptUntilSeconds?: number | undefined;
  readonly pathReused?: true | undefined;
}

async function scene(publishing: Partial<PublishPolicy> = {}): Promise<Scene> {
  const world = newWorld();
  const process = startProcess(world, (options): HostingOptions => ({ ...options, publishing }));
  const site = await unwrap(process.hosting.sites.create({ name: "Acme" }));
  const publish = async (files: Readonly<Record<string, string>>): Promise<Map<string, Laid>> => {
    await world.clock.advance(hour);
    const revision = await addRevision(process.hosting, site, files);
    const { publication } = await unwrap(process.hosting.publish(revision.id));
    const held = world.targetStates[0]?.get(site.id)?.releases.get(publication.release);
    return new Map(
      held?.manifest.files.map((file) => [
        file.path,
        { ...file, bytes: held.files.get(file.path) ?? new Uint8Array() },
      ]),
    );
  };
  return { ...process, world, site, publish };
}

describe("precompressed files", () => {
  it("are laid beside what they are, with its type and time, and hold the same bytes", async () => {
    const { publish } = await scene({ precompress: ["br", "gzip"] });
    const laid = await publish({ "index.html": text("one"), "tiny.css": "a{}", "photo.jpg": text("two") });
    expect([...laid.keys()]).toEqual(["index.html", "index.html.br", "index.html.gz", "photo.jpg", "tiny.css"]);
    const [br, gz] = [laid.get("index.html.br"), laid.get("index.html.gz")];
    expect(brotliDecompressSync(br?.bytes ?? new Uint8Array()).toString()).toBe(text("one"));
    expect(gunzipSync(gz?.bytes ?? new Uint8Array()).toString()).toBe(text("one"));
    const { mtimeSeconds, mediaType } = laid.get("index.html") ?? {};
    expect(br).toMatchObject({ coding: "br", mtimeSeconds, mediaType });
    expect(gz).toMatchObject({ coding: "gzip", mtimeSeconds, mediaType });
  });

  it("are made once for equal bytes, and taken from the release before", async () => {
    const world = newWorld();
    let puts = 0;
    const { hosting } = startProcess(world, (options) => ({
      ...options,
      publishing: { precompress: ["gzip"] },
      blobs: {
        ...options.blobs,
        put: (input, own) => {
          if (input.bytes instanceof Uint8Array && input.bytes[0] === 0x1f && input.bytes[1] === 0x8b) puts += 1;
          return options.blobs.put(input, own);
        },
      },
    }));
    const site = await unwrap(hosting.sites.create({ name: "Acme" }));
    for (const label of ["one", "two"]) {
      const files = { "index.html": text(label), "a.css": text("same"), "b.css": text("same") };
      await unwrap(hosting.publish((await addRevision(hosting, site, files)).id));
    }
    expect(puts).toBe(3);
  });

  it("leave a path alone that the content has itself", async () => {
    const { publish } = await scene({ precompress: ["gzip"] });
    const laid = await publish({
      "index.html": text("one"),
      "index.html.gz": "its own",
      "a.css": text("a"),
      "A.CSS.gz/x": "x",
    });
    expect(Buffer.from(laid.get("index.html.gz")?.bytes ?? []).toString()).toBe("its own");
    expect(laid.get("index.html.gz")?.coding).toBeUndefined();
    expect(laid.has("a.css.gz")).toBe(false);
  });

  it("are no part of the content: the same content again is unchanged, and no plan names them", async () => {
    const { publish, hosting, site } = await scene({ precompress: ["br"] });
    await publish({ "index.html": text("one") });
    const again = await addRevision(hosting, site, { "index.html": text("one") });
    expect(await unwrap(hosting.plan(again.id))).toMatchObject({ outcome: "unchanged", removed: [] });
    expect((await unwrap(hosting.publish(again.id))).outcome).toBe("unchanged");
  });
});

describe("assets of the release before", () => {
  const first = {
    "index.html": "1",
    "assets/app-3f2a1b4c.js": "one",
    "assets/logo-3f2a1b4c.png": "logo",
    "assets/photo-20240101.jpg": "photo",
    "plain.js": "p",
  };

  it("stay reachable for a day when their name says what they hold, and no longer", async () => {
    const { publish, world } = await scene();
    await publish(first);
    const second = await publish({ "index.html": "2", "assets/app-99887766a.js": "two" });
    const kept = ["assets/app-3f2a1b4c.js", "assets/app-99887766a.js", "assets/logo-3f2a1b4c.png", "index.html"];
    expect([...second.keys()]).toEqual(kept);
    expect(Buffer.from(second.get("assets/app-3f2a1b4c.js")?.bytes ?? []).toString()).toBe("one");

    await world.clock.advance(22 * hour);
    const third = await publish({ "index.html": "3" });
    expect([...third.keys()]).toEqual(kept);
    const fourth = await publish({ "index.html": "4" });
    expect([...fourth.keys()]).toEqual(["assets/app-99887766a.js", "index.html"]);
  });

  it("make way for the new content, also for a folder of their name", async () => {
    const { publish } = await scene();
    await publish(first);
    const second = await publish({ "index.html": "2", "assets/app-3f2a1b4c.js/x.txt": "x" });
    expect([...second.keys()]).toEqual(["assets/app-3f2a1b4c.js/x.txt", "assets/logo-3f2a1b4c.png", "index.html"]);
    const third = await publish({ "index.html": "3", assets: "a file" });
    expect([...third.keys()]).toEqual(["assets", "index.html"]);
  });

  it("are content again when they come back", async () => {
    const { publish } = await scene();
    await publish(first);
    await publish({ "index.html": "2" });
    const back = await publish({ ...first, "index.html": "3" });
    expect(back.get("assets/app-3f2a1b4c.js")?.keptUntilSeconds).toBeUndefined();
  });

  it("are not kept when their path has had other bytes: then its name does not say what it holds", async () => {
    const { publish } = await scene();
    const path = "assets/app-3f2a1b4c.js";
    await publish(first);
    expect((await publish({ ...first, [path]: "other" })).get(path)?.pathReused).toBe(true);
    expect((await publish({ ...first, [path]: "other", "index.html": "3" })).get(path)?.pathReused).toBe(true);
    expect((await publish({ "index.html": "4" })).has(path)).toBe(false);
  });

  it("are taken for reused also when their path comes back with other bytes while they are kept", async () => {
    const { publish } = await scene();
    const path = "assets/app-3f2a1b4c.js";
    await publish(first);
    expect((await publish({ "index.html": "2" })).has(path)).toBe(true);
    await publish({ "index.html": "3", [path]: "other" });
    expect((await publish({ "index.html": "4" })).has(path)).toBe(false);
  });

  it("are not kept when nobody wants that", async () => {
    const { publish } = await scene({ assetGraceMs: 0 });
    await publish(first);
    expect([...(await publish({ "index.html": "2" })).keys()]).toEqual(["index.html"]);
  });

  it("never come out of a preview", async () => {
    const { hosting, site, publish } = await scene();
    await publish({ "index.html": "1" });
    const hidden = await addRevision(hosting, site, { "index.html": "2", "assets/app-3f2a1b4c.js": "secret" });
    await unwrap(hosting.previews.open(hidden.id));
    expect([...(await publish({ "index.html": "3" })).keys()]).toEqual(["index.html"]);
  });
});

describe("a site's rules", () => {
  const files = { "index.html": "1", _redirects: "/a /b 301\nnonsense", _headers: "/*\n  X-A: b\n  Host: c" };

  it("are read when the site is validated, and what is wrong with them is found then", async () => {
    const { hosting, site } = await scene();
    const revision = await addRevision(hosting, site, files);
    expect(revision.report?.ok).toBe(true);
    const found = revision.report?.findings.map(({ code, severity, entry, message }) => [
      code,
      severity,
      entry,
      message,
    ]);
    expect(found).toEqual([
      ["REDIRECT_IGNORED", "warning", "_redirects", expect.stringMatching(/^Line 2: /)],
      ["HEADER_RULE_IGNORED", "warning", "_headers", expect.stringMatching(/^Line 3: "host" is set/)],
    ]);
  });

  it("are frozen in the release, and read back as they were", async () => {
    const { publish, world, site } = await scene();
    await publish(files);
    const [manifest] = [...(world.targetStates[0]?.get(site.id)?.releases.values() ?? [])].map((held) => held.manifest);
    const rules = {
      redirects: [{ from: "/a", to: "/b", status: 301 }],
      headers: [{ pattern: "/*", set: [["x-a", "b"]], unset: [] }],
    };
    expect(manifest?.rules).toEqual(rules);
    if (manifest === undefined) throw new Error("Nothing is laid out.");
    expect(decodeReleaseManifest(encodeReleaseManifest(manifest))._unsafeUnwrap()).toEqual(manifest);
  });

  it("that are no text, or too much of it, are found and ignored", async () => {
    const { hosting, site } = await scene();
    const huge = await addRevision(hosting, site, { "index.html": "1", _redirects: "#".repeat(1024 * 1024 + 1) });
    expect(huge.report?.findings.map(({ message }) => message)).toEqual([
      "The file is larger than 1 MiB and is ignored.",
    ]);
  });
});
