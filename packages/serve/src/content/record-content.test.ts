import { createHash } from "node:crypto";
import {
  encodeReleaseManifest,
  okAsync,
  type ReleaseId,
  releaseIdOf,
  type SiteId,
  unwrap,
} from "@hostelry/core/adapter";
import { memoryBlobStore } from "@hostelry/testing";
import { describe, expect, it } from "vitest";
import { type RecordContentOptions, recordContent } from "./record-content.ts";

const [first, second] = ["site-first", "site-second"] as unknown as readonly [SiteId, SiteId];
const slot = "live" as const;

/** Records of sites that all show the same release, and how often they were asked. */
async function scene(maxManifestBytes?: number) {
  const blobs = memoryBlobStore();
  const { sha256, size } = await unwrap(blobs.put({ bytes: Buffer.from("page") }));
  const manifestDigest = createHash("sha256").update("content").digest("hex");
  const release: ReleaseId = releaseIdOf(1, manifestDigest);
  const file = { path: "index.html", sha256, size, mode: 0o644, mtimeSeconds: 1, mediaType: "text/html" };
  const bytes = encodeReleaseManifest({ release, manifestDigest, files: [file] });
  const { sha256: releaseManifestBlob } = await unwrap(blobs.put({ bytes }));
  const asked: SiteId[] = [];
  const store = {
    getSite: (siteId: SiteId) => {
      asked.push(siteId);
      return okAsync({ id: siteId, state: "live" });
    },
    listSlots: (siteId: SiteId) => okAsync([{ siteId, name: slot, publication: 1, release }]),
    listPublications: () => okAsync({ items: [{ number: 1, releaseManifestBlob }] }),
  } as unknown as RecordContentOptions["store"];
  return { content: recordContent({ store, blobs, maxAgeMs: 60_000, maxManifestBytes }), asked, release };
}

describe("recordContent", () => {
  it("keeps no release beyond its memory, though it remembers the site, and reads it again", async () => {
    const { content, asked, release } = await scene(1);
    const held = (await unwrap(content.look({ siteId: first, slot })))?.view;
    expect(content.glance?.({ siteId: first, slot })?.view).toBe(held);
    await unwrap(content.look({ siteId: second, slot }));
    expect(content.glance?.({ siteId: first, slot })).toBeUndefined();
    const again = (await unwrap(content.look({ siteId: first, slot })))?.view;
    expect([again?.release, again === held]).toEqual([release, false]);
    expect(held?.file("index.html")?.size).toBe(4);
    expect(asked).toEqual([first, second, first]);
  });

  it("asks once while what was found is young and in memory", async () => {
    const { content, asked } = await scene();
    for (const siteId of [first, second, first, second]) await unwrap(content.look({ siteId, slot }));
    expect(content.glance?.({ siteId: first, slot })).toMatchObject({
      servingState: "live",
      view: { rules: undefined },
    });
    expect(asked).toEqual([first, second]);
  });
});
