import { hasCode, previewSlot, type SiteId, unwrap } from "@hostelry/core/adapter";
import { describe, expect, it } from "vitest";
import { collect, streamOf } from "../../conformance/blob-store/bytes.ts";
import { freshPreviewId, freshSiteId } from "../../conformance/fresh-ids.ts";
import { contentOf, goLive, smallSite, stage } from "../../conformance/target/content.ts";
import { memoryContent } from "./memory-content.ts";
import { type MemoryTarget, memoryTarget } from "./memory-target.ts";

async function publishedSite(): Promise<{ readonly target: MemoryTarget; readonly siteId: SiteId }> {
  const target = memoryTarget();
  const siteId = freshSiteId();
  await goLive(target, siteId, 1, smallSite);
  return { target, siteId };
}

describe("memoryContent", () => {
  it("shows what the target shows, file by file, and parts of files", async () => {
    const { target, siteId } = await publishedSite();
    const content = await unwrap(memoryContent(target).look({ siteId, slot: "live" }));
    expect(content?.servingState).toBe("live");
    const view = content?.view;
    expect(view?.file("index.html")?.size).toBe(12);
    expect(view?.file("absent.html")).toBeUndefined();
    const read = async (range: object): Promise<string> => {
      const chunks = view === undefined || view === null ? undefined : await unwrap(view.read("index.html", range));
      return chunks === undefined ? "no view" : Buffer.from(await collect(chunks)).toString("utf8");
    };
    expect(await read({})).toBe("<h1>one</h1>");
    expect(await read({ start: 4, end: 7 })).toBe("one");
  });

  it("keeps a view of one release while the slot flips", async () => {
    const { target, siteId } = await publishedSite();
    const content = await unwrap(memoryContent(target).look({ siteId, slot: "live" }));
    await goLive(target, siteId, 2, { "index.html": "<h1>two</h1>" });
    const chunks = await content?.view?.read("index.html");
    expect(Buffer.from(await collect(chunks?._unsafeUnwrap() ?? streamOf(new Uint8Array(0)))).toString("utf8")).toBe(
      "<h1>one</h1>",
    );
  });

  it("tells an unknown site from an empty slot, and gives a preview's guard", async () => {
    const { target, siteId } = await publishedSite();
    const source = memoryContent(target);
    expect(await unwrap(source.look({ siteId: freshSiteId(), slot: "live" }))).toBeNull();
    const slot = previewSlot(freshPreviewId());
    expect(await unwrap(source.look({ siteId, slot }))).toEqual({ servingState: "live", view: null });
    const preview = contentOf(2, smallSite);
    await stage(target, siteId, preview, 2);
    const guard = { tokenHash: "ab".repeat(32), expiresAt: new Date("2030-01-01T00:00:00Z") };
    const { release } = preview.manifest;
    await unwrap(target.activate({ siteId, fencingToken: 2, slot, release, guard }));
    expect((await unwrap(source.look({ siteId, slot })))?.guard).toEqual(guard);
  });

  it("says RELEASE_CORRUPT for a file that is gone, and RELEASE_NOT_FOUND for a release that is", async () => {
    const { target, siteId } = await publishedSite();
    const content = await unwrap(memoryContent(target).look({ siteId, slot: "live" }));
    const releases = target.state.get(siteId)?.releases;
    for (const { files } of releases?.values() ?? []) files.delete("index.html");
    const damaged = await content?.view?.read("index.html");
    expect(hasCode(damaged?._unsafeUnwrapErr(), "RELEASE_CORRUPT")).toBe(true);
    releases?.clear();
    const gone = await content?.view?.read("index.html");
    expect(hasCode(gone?._unsafeUnwrapErr(), "RELEASE_NOT_FOUND")).toBe(true);
  });
});
