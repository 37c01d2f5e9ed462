import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { directoryContent, directoryTarget } from "@hostelry/adapter-local";
import {
  type ContentSource,
  hashPreviewToken,
  mediaTypeOf,
  type PreviewId,
  previewSlot,
  type ReleaseManifest,
  releaseIdOf,
  type Target,
  unwrap,
} from "@hostelry/core/adapter";
import { memoryBlobStore, memoryContent, memoryTarget } from "@hostelry/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { siteIdOf, token } from "./fixtures/fixture-content.ts";
import { createSiteHandler, labelResolver, previewHost, siteHost } from "./index.ts";

const siteId = siteIdOf("1");
const previewId = `preview-${"1".padStart(20, "0")}` as PreviewId;
const root = "localhost";
const blobs = memoryBlobStore();

/** The release of publication `number`, with its blobs in the store. */
async function release(number: number, files: Readonly<Record<string, string>>): Promise<ReleaseManifest> {
  const listed = await Promise.all(
    Object.entries(files).map(async ([path, text]) => {
      const { sha256, size } = await unwrap(blobs.put({ bytes: Buffer.from(text) }));
      return { path, sha256, size, mode: 0o644, mtimeSeconds: 1_700_000_000 + number, mediaType: mediaTypeOf(path) };
    }),
  );
  const manifestDigest = createHash("sha256").update(JSON.stringify(files)).digest("hex");
  return { release: releaseIdOf(number, manifestDigest), manifestDigest, files: listed };
}

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "hostelry-serve-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const sources: Readonly<Record<string, () => { target: Target; content: ContentSource }>> = {
  memory: () => {
    const target = memoryTarget();
    return { target, content: memoryContent(target) };
  },
  directory: () => ({ target: directoryTarget(folder), content: directoryContent(folder) }),
};

describe.each(Object.entries(sources))("serving what a %s target holds", (_name, make) => {
  it("follows it from the first release to the last, with no more than its content source", async () => {
    const { target, content } = make();
    const problems: unknown[] = [];
    const handler = createSiteHandler({
      content,
      resolve: labelResolver({ root }),
      onProblem: (problem) => problems.push(problem),
    });
    const look = async (host: string, path = "/", headers = {}): Promise<[number, string]> => {
      const response = await handler.fetch(new Request(`http://${host}${path}`, { headers }));
      return [response.status, response.headers.get("etag") === null ? "" : await response.text()];
    };
    const live = siteHost(siteId, { root });
    expect((await look(live))[0]).toBe(404);

    const one = await release(1, { "index.html": "<h1>one</h1>", "a b/ü.txt": "same" });
    await unwrap(target.stage({ siteId, fencingToken: 1, manifest: one, blobs }));
    expect((await look(live))[0]).toBe(503);
    await unwrap(target.activate({ siteId, fencingToken: 1, slot: "live", release: one.release }));
    expect(await look(live)).toEqual([200, "<h1>one</h1>"]);
    expect(await look(live, "/a%20b/%C3%BC.txt")).toEqual([200, "same"]);
    // Sources may make a file's object anew each time it is asked for.
    expect(await look(live, "/index.html")).toEqual([307, ""]);

    const two = await release(2, { "index.html": "<h1>two</h1>", "a b/ü.txt": "same" });
    await unwrap(target.stage({ siteId, fencingToken: 2, manifest: two, blobs }));
    const guard = { tokenHash: hashPreviewToken(token), expiresAt: new Date(Date.now() + 60_000) };
    const slot = previewSlot(previewId);
    await unwrap(target.activate({ siteId, fencingToken: 2, slot, release: two.release, guard }));
    const hidden = previewHost(siteId, previewId, { root });
    expect((await look(hidden))[0]).toBe(401);
    expect(await look(hidden, "/", { cookie: `hostelry_preview=${token}` })).toEqual([200, "<h1>two</h1>"]);
    expect(await look(live)).toEqual([200, "<h1>one</h1>"]);

    await unwrap(target.activate({ siteId, fencingToken: 3, slot: "live", release: two.release }));
    await unwrap(target.activate({ siteId, fencingToken: 3, slot, release: null }));
    expect(await look(live)).toEqual([200, "<h1>two</h1>"]);
    expect((await look(hidden, "/", { cookie: `hostelry_preview=${token}` }))[0]).toBe(404);

    await unwrap(target.setServingState({ siteId, fencingToken: 4, state: "maintenance" }));
    expect((await look(live))[0]).toBe(503);
    await unwrap(target.setServingState({ siteId, fencingToken: 4, state: "live" }));
    expect((await look(live))[0]).toBe(200);
    expect(problems).toEqual([]);
  });
});
