import { errAsync, hasCode, hostingError, type SiteContent, type SiteId, unwrap } from "@hostelry/core/adapter";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type MemoryBucket, memoryBucket } from "../fixtures/memory-bucket.ts";
import { smallContent } from "../fixtures/small-content.ts";
import { type S3Target, s3Target } from "../target/s3-target.ts";
import { s3Content } from "./s3-content.ts";

const siteId = "site-served" as SiteId;
const live = { siteId, slot: "live" } as const;

async function publish(target: S3Target, number: number, files: Readonly<Record<string, string>>): Promise<void> {
  const content = smallContent(number, files);
  await unwrap(target.stage({ siteId, fencingToken: number, ...content }));
  const { release } = content.manifest;
  await unwrap(target.activate({ siteId, fencingToken: number, slot: "live", release }));
}

async function textOf(content: SiteContent | null, path: string): Promise<string> {
  const read = await content?.view?.read(path);
  if (read === undefined) return "no view";
  if (read.isErr()) return read.error.code;
  const chunks: Uint8Array[] = [];
  for await (const chunk of read.value) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

/** The bucket, with its reads of pointers counted, and failing while `isDown`. */
function watched(bucket: MemoryBucket) {
  const state = { pointerReads: 0, isDown: false };
  const details = { adapter: "test", operation: "get", state: "unchanged" } as const;
  const proxied: MemoryBucket = {
    ...bucket,
    get: (key, options) => {
      if (key.endsWith("site.json")) state.pointerReads += 1;
      if (state.isDown) return errAsync(hostingError("ADAPTER_FAILED", "The store is down.", details));
      return bucket.get(key, options);
    },
  };
  return { bucket: proxied, state };
}

describe("s3Content", () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ["performance"] }));
  afterEach(() => void vi.useRealTimers());
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  };

  it("sees a flip within maxAgeMs, and asks the store at most twice in that time", async () => {
    const { bucket, state } = watched(memoryBucket());
    const target = s3Target(bucket);
    await publish(target, 1, { "index.html": "one" });
    const source = s3Content(bucket);
    expect(await textOf(await unwrap(source.look(live)), "index.html")).toBe("one");
    await publish(target, 2, { "index.html": "two" });
    state.pointerReads = 0;
    vi.advanceTimersByTime(200);
    expect(await textOf(await unwrap(source.look(live)), "index.html")).toBe("one");
    vi.advanceTimersByTime(200);
    for (let request = 0; request < 100; request += 1) source.glance?.(live);
    await settle();
    expect(state.pointerReads).toBe(1);
    expect(await textOf(await unwrap(source.look(live)), "index.html")).toBe("two");
  });

  it("lets a request wait when what it knows is too old, and says at once what is known when it is not", async () => {
    const bucket = memoryBucket();
    const target = s3Target(bucket);
    await publish(target, 1, { "index.html": "one" });
    const source = s3Content(bucket);
    expect(source.glance?.(live)).toBeUndefined();
    const first = await unwrap(source.look(live));
    expect(source.glance?.(live)?.view).toBe(first?.view);
    vi.advanceTimersByTime(501);
    expect(source.glance?.(live)).toBeUndefined();
    await publish(target, 2, { "index.html": "two" });
    expect(await textOf(await unwrap(source.look(live)), "index.html")).toBe("two");
  });

  it("gives one view for one release, which shows that release whatever is flipped meanwhile", async () => {
    const bucket = memoryBucket();
    const target = s3Target(bucket);
    await publish(target, 1, { "index.html": "one" });
    const source = s3Content(bucket);
    const first = await unwrap(source.look(live));
    await publish(target, 2, { "index.html": "two" });
    source.forget(siteId);
    expect((await unwrap(source.look(live)))?.view?.release).toMatch(/^2-/);
    expect(await textOf(first, "index.html")).toBe("one");
    vi.advanceTimersByTime(600);
    const [again, third] = [await unwrap(source.look(live)), await unwrap(source.look(live))];
    expect(again?.view).toBe(third?.view);
  });

  it("serves what it has seen while the store does not answer, but not for ever", async () => {
    const { bucket, state } = watched(memoryBucket());
    await publish(s3Target(bucket), 1, { "index.html": "one" });
    const source = s3Content(bucket, { staleOnErrorMs: 10_000 });
    await unwrap(source.look(live));
    state.isDown = true;
    vi.advanceTimersByTime(5_000);
    expect((await unwrap(source.look(live)))?.view?.release).toMatch(/^1-/);
    const before = state.pointerReads;
    for (let request = 0; request < 50; request += 1) await unwrap(source.look(live));
    expect(state.pointerReads).toBe(before);
    vi.advanceTimersByTime(6_000);
    expect(hasCode((await source.look(live))._unsafeUnwrapErr(), "ADAPTER_FAILED")).toBe(true);
  });

  it("tells an unknown site from one whose slot is empty, and what visitors get in its place", async () => {
    const bucket = memoryBucket();
    const source = s3Content(bucket);
    expect(await unwrap(source.look(live))).toBeNull();
    expect(await unwrap(source.look({ siteId: "../etc" as SiteId, slot: "live" }))).toBeNull();
    await unwrap(s3Target(bucket).setServingState({ siteId, fencingToken: 1, state: "suspended" }));
    source.forget();
    expect(await unwrap(source.look(live))).toEqual({ servingState: "suspended", view: null });
  });

  it("gives a preview with its guard", async () => {
    const bucket = memoryBucket();
    const target = s3Target(bucket);
    const content = smallContent(1, { "index.html": "preview" });
    await unwrap(target.stage({ siteId, fencingToken: 1, ...content }));
    const guard = { tokenHash: "ab".repeat(32), expiresAt: new Date("2030-01-01T00:00:00Z") };
    const slot = "preview/preview-1" as const;
    const { release } = content.manifest;
    await unwrap(target.activate({ siteId, fencingToken: 1, slot, release, guard }));
    const seen = await unwrap(s3Content(bucket).look({ siteId, slot }));
    expect([seen?.view?.release, seen?.guard]).toEqual([release, guard]);
  });

  it("tells a blob that was tampered with or lost from a release that was pruned meanwhile", async () => {
    const bucket = memoryBucket();
    const target = s3Target(bucket);
    await publish(target, 1, { "index.html": "one" });
    const source = s3Content(bucket);
    const first = await unwrap(source.look(live));
    const [key, object] = [...bucket.objects].find(([name]) => name.includes("/blobs/")) ?? ["", undefined];
    await unwrap(bucket.put(key, Buffer.from("0ne")));
    expect(await textOf(first, "index.html")).toBe("RELEASE_CORRUPT");
    bucket.objects.delete(key);
    expect(await textOf(first, "index.html")).toBe("RELEASE_CORRUPT");
    if (object !== undefined) bucket.objects.set(key, object);
    await publish(target, 2, { "index.html": "two" });
    const { release } = first?.view ?? {};
    if (release !== undefined) await unwrap(target.discard({ siteId, fencingToken: 3, releases: [release] }));
    expect(await textOf(first, "index.html")).toBe("RELEASE_NOT_FOUND");
  });

  it("ends with ABORTED for whoever does not want to wait, and goes on for the others", async () => {
    const bucket = memoryBucket();
    await publish(s3Target(bucket), 1, { "index.html": "one" });
    const source = s3Content(bucket);
    const caller = new AbortController();
    const [left, stayed] = [source.look(live, { signal: caller.signal }), source.look(live)];
    caller.abort();
    expect(hasCode((await left)._unsafeUnwrapErr(), "ABORTED")).toBe(true);
    expect((await unwrap(stayed))?.view?.release).toMatch(/^1-/);
  });

  it("keeps pointers and releases within their memory, and reads what has gone again", async () => {
    const { bucket, state } = watched(memoryBucket());
    const target = s3Target(bucket);
    await publish(target, 1, { "index.html": "one" });
    const other = { siteId: "site-other" as SiteId, slot: "live" } as const;
    const content = smallContent(1, { "index.html": "one" });
    await unwrap(target.stage({ siteId: other.siteId, fencingToken: 1, ...content }));
    const { release } = content.manifest;
    await unwrap(target.activate({ siteId: other.siteId, fencingToken: 1, slot: "live", release }));
    const source = s3Content(bucket, { maxPointerBytes: 1, maxManifestBytes: 1 });
    const before = state.pointerReads;
    const first = await unwrap(source.look(live));
    expect((await unwrap(source.look(live)))?.view).toBe(first?.view);
    expect((await unwrap(source.look(other)))?.view?.release).toBe(release);
    expect(source.glance?.(live)).toBeUndefined();
    const again = await unwrap(source.look(live));
    expect([again?.view?.release, again?.view === first?.view]).toEqual([release, false]);
    expect(await textOf(first, "index.html")).toBe("one");
    expect(state.pointerReads - before).toBe(3);
  });
});
