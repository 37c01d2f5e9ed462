import {
  type BlobStoreError,
  errAsync,
  hostingError,
  type ReleaseId,
  type SiteId,
  unwrap,
} from "@hostelry/core/adapter";
import { describe, expect, it } from "vitest";
import { fullDialect, type MemoryBucket, memoryBucket } from "../fixtures/memory-bucket.ts";
import { smallContent } from "../fixtures/small-content.ts";
import { s3Target } from "./s3-target.ts";

const siteId = "site-one" as SiteId;

/** The bucket, and the requests that were made of it. */
function counted(bucket: MemoryBucket): { readonly bucket: MemoryBucket; readonly requests: string[] } {
  const requests: string[] = [];
  const counting = new Proxy(bucket, {
    get: (target, property, receiver) => {
      const value: unknown = Reflect.get(target, property, receiver);
      if (typeof value !== "function" || typeof property !== "string" || property === "dialect") return value;
      return (...args: readonly unknown[]): unknown => {
        requests.push(String(args[0]).includes("/blobs/") && property === "put" ? "put blob" : property);
        return Reflect.apply(value, target, args);
      };
    },
  });
  return { bucket: counting, requests };
}

function manyFiles(count: number, changed: number): Readonly<Record<string, string>> {
  const text = (index: number): string => (index < changed ? `changed ${index}` : `file ${index}`);
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`f/${index}.txt`, text(index)]));
}

async function publish(
  target: ReturnType<typeof s3Target>,
  number: number,
  files: Readonly<Record<string, string>>,
): Promise<ReleaseId> {
  const content = smallContent(number, files);
  const { release } = content.manifest;
  await unwrap(target.stage({ siteId, fencingToken: number, ...content }));
  await unwrap(target.activate({ siteId, fencingToken: number, slot: "live", release }));
  return release;
}

describe("what publishing to a bucket costs", () => {
  it("is a request for each new blob, and a handful besides", async () => {
    const { bucket, requests } = counted(memoryBucket());
    const target = s3Target(bucket);
    await publish(target, 1, manyFiles(2000, 0));
    expect(requests.filter((method) => method === "put blob")).toHaveLength(2000);
    expect(requests).toHaveLength(2000 + 5);

    requests.length = 0;
    await publish(target, 2, manyFiles(2000, 20));
    expect(requests.filter((method) => method === "put blob")).toHaveLength(20);
    expect(requests.length).toBeLessThan(30);
  });

  it("is not much more for a process that knows nothing yet", async () => {
    const { bucket, requests } = counted(memoryBucket());
    await publish(s3Target(bucket), 1, manyFiles(2000, 0));
    requests.length = 0;
    await publish(s3Target(bucket), 2, manyFiles(2000, 20));
    expect(requests.length).toBeLessThan(32);
  });

  it("is one conditional write for a flip", async () => {
    const { bucket, requests } = counted(memoryBucket());
    const target = s3Target(bucket);
    const first = await publish(target, 1, { "index.html": "one" });
    await publish(target, 2, { "index.html": "two" });
    requests.length = 0;
    await unwrap(target.activate({ siteId, fencingToken: 3, slot: "live", release: first }));
    expect(requests).toEqual(["put"]);
  });
});

describe("a target of a store without conditional writes", () => {
  const dialect = { ...fullDialect, replaceIfMatch: false } as const;

  it("refuses every change and says why, unless it was told to do without", async () => {
    const bucket = memoryBucket(dialect);
    const content = smallContent(1, { "index.html": "one" });
    const refused = await s3Target(bucket).stage({ siteId, fencingToken: 1, ...content });
    expect(refused._unsafeUnwrapErr().message).toContain("no conditional writes");
    expect(refused._unsafeUnwrapErr().retryable).toBe(false);
    expect(bucket.objects.size).toBe(0);
    const target = s3Target(bucket, { fencing: false });
    expect(target.capabilities.fencing).toBe(false);
    await unwrap(target.stage({ siteId, fencingToken: 1, ...content }));
  });

  it("describes what keeps publishers apart", async () => {
    const described = await unwrap(s3Target(memoryBucket(dialect), { fencing: false }).describe());
    expect(described.publishersKeptApartBy).toBe("lease");
    expect(described.notes.join(" ")).toContain("lease alone");
    const fenced = await unwrap(s3Target(memoryBucket()).describe());
    expect([fenced.publishersKeptApartBy, fenced.notes]).toEqual(["conditional writes", []]);
  });
});

describe("what an S3 target builds on", () => {
  it("is never a blob that somebody has written over, also with as many bytes", async () => {
    const bucket = memoryBucket();
    const target = s3Target(bucket);
    await publish(target, 1, { "index.html": "one", "a.css": "body{}" });
    const [key] = [...bucket.objects].find(([, { bytes }]) => Buffer.from(bytes).toString() === "body{}") ?? [];
    await unwrap(bucket.put(key ?? "", Buffer.from("evil{}")));
    const next = smallContent(2, { "index.html": "two", "a.css": "body{}" });
    expect(await unwrap(target.stage({ siteId, fencingToken: 2, ...next }))).toMatchObject({ sentFiles: 2 });
  });

  it("is, if the caller says what is live, what that release has, until a sweep finds it damaged or gone", async () => {
    const { bucket, requests } = counted(memoryBucket());
    const target = s3Target(bucket);
    const files = { "a.css": "body{}", "b.js": "let b" };
    const old = await publish(target, 1, { ...files, "index.html": "one" });
    await publish(target, 2, { ...files, "index.html": "two" });
    const [second, third, fourth] = ["two", "three", "four"].map((text, index) =>
      smallContent(index + 2, { ...files, "index.html": text }),
    );
    if (second === undefined || third === undefined || fourth === undefined) throw new Error("three releases");
    requests.length = 0;
    await unwrap(target.stage({ siteId, fencingToken: 3, ...third, before: second.manifest }));
    expect(requests).not.toContain("list");

    const [changed, gone] = ["body{}", "let b"].map(
      (text) => [...bucket.objects].find(([, { bytes }]) => Buffer.from(bytes).toString() === text)?.[0] ?? "",
    );
    await unwrap(bucket.put(changed ?? "", Buffer.from("evil{}")));
    bucket.objects.delete(gone ?? "");
    await unwrap(target.discard({ siteId, fencingToken: 3, releases: [old] }));
    const healed = await unwrap(target.stage({ siteId, fencingToken: 4, ...fourth, before: second.manifest }));
    expect(healed).toMatchObject({ sentFiles: 3 });
    expect((await unwrap(target.verify({ siteId, release: fourth.manifest.release }))).problems).toEqual([]);
  });

  it("is never a blob in which verify has found other bytes, though the store's tag is the same", async () => {
    const bucket = memoryBucket();
    const release = await publish(s3Target(bucket), 1, { "index.html": "one", "a.css": "body{}" });
    const [key, object] = [...bucket.objects].find(([, one]) => Buffer.from(one.bytes).toString() === "body{}") ?? [];
    if (key === undefined || object === undefined) throw new Error("the blob is not there");
    bucket.objects.set(key, { ...object, bytes: Buffer.from("rot{ }") });
    const { problems } = await unwrap(s3Target(bucket).verify({ siteId, release }));
    expect(problems).toEqual([{ path: "a.css", problem: "changed" }]);
    const next = smallContent(2, { "index.html": "two", "a.css": "body{}" });
    const healed = s3Target(bucket);
    expect(await unwrap(healed.stage({ siteId, fencingToken: 2, ...next }))).toMatchObject({ sentFiles: 2 });
    const verified = await unwrap(healed.verify({ siteId, release: next.manifest.release }));
    expect(verified.problems).toEqual([]);
  });

  it("is nothing that is discarded while it stages with the same token: that is sent after all", async () => {
    const bucket = memoryBucket();
    const target = s3Target(bucket);
    const old = await publish(target, 1, { "index.html": "one", "a.css": "body{}" });
    await publish(target, 2, { "index.html": "two" });
    const content = smallContent(3, { "index.html": "three", "a.css": "body{}" });
    let reads = 0;
    const blobs: typeof content.blobs = {
      read: (sha256, options) => {
        reads += 1;
        if (reads > 1) return content.blobs.read(sha256, options);
        const discarded = target.discard({ siteId, fencingToken: 3, releases: [old] });
        return discarded.mapErr((error) => error as BlobStoreError).andThen(() => content.blobs.read(sha256, options));
      },
    };
    const { manifest } = content;
    expect((await target.stage({ siteId, fencingToken: 3, manifest, blobs })).isOk()).toBe(true);
    expect(reads).toBe(2);
    expect((await unwrap(target.verify({ siteId, release: manifest.release }))).problems).toEqual([]);
  });

  it("stays when nobody knows whether its pointer was written", async () => {
    const bucket = memoryBucket();
    const late: (() => Promise<unknown>)[] = [];
    let puts = 0;
    const deaf: MemoryBucket = {
      ...bucket,
      put: (key, body, options) => {
        if (!key.endsWith("site.json") || ++puts === 1) return bucket.put(key, body, options);
        if (late.length === 0) late.push(async () => bucket.put(key, body, options));
        return bucket.get("").andThen(() => failure());
      },
    };
    const content = smallContent(1, { "index.html": "one" });
    const failed = await s3Target(deaf).stage({ siteId, fencingToken: 1, ...content });
    expect(failed._unsafeUnwrapErr().details).toMatchObject({ state: "unknown" });
    await late[0]?.();
    const target = s3Target(bucket);
    const { release } = content.manifest;
    await unwrap(target.activate({ siteId, fencingToken: 1, slot: "live", release }));
    expect((await unwrap(target.verify({ siteId, release }))).problems).toEqual([]);
  });
});

describe("a tree of paths", () => {
  const rules = {
    redirects: [
      { from: "/old", to: "/new", status: 301 },
      { from: "/temporary", to: "/new", status: 302 },
      { from: "/blog/*", to: "/:splat", status: 301 },
    ],
    headers: [],
  } as const;

  it("has headers for visitors, redirects and indexes as asked, and nothing that is compressed", async () => {
    const bucket = memoryBucket();
    const target = s3Target(bucket, { prefix: "p/", tree: { redirects: true, directoryIndexes: true } });
    const files = { "index.html": "one", "docs/index.html": "docs", "app.3f9a81c2.js": "let a", "index.html.br": "br" };
    const { manifest: plain, blobs } = smallContent(1, files);
    const coded = plain.files.map((file) => (file.path.endsWith(".br") ? { ...file, coding: "br" as const } : file));
    const manifest = { ...plain, files: coded, rules };
    await unwrap(target.stage({ siteId, fencingToken: 1, manifest, blobs }));
    await unwrap(target.activate({ siteId, fencingToken: 1, slot: "live", release: manifest.release }));
    const site = JSON.parse(Buffer.from(bucket.objects.get(`p/sites/${siteId}/site.json`)?.bytes ?? "").toString());
    const root: string = site.slots.live.tree;
    const tree = [...bucket.objects].filter(([key]) => key.startsWith(root));
    const seen = Object.fromEntries(
      tree.map(([key, { redirectTo, cacheControl }]) => [key.slice(root.length), redirectTo ?? cacheControl]),
    );
    const [asked, forever] = ["public, max-age=0, must-revalidate", "public, max-age=31536000, immutable"];
    expect(seen).toEqual({
      "": asked,
      "index.html": asked,
      "docs/": asked,
      "docs/index.html": asked,
      "app.3f9a81c2.js": forever,
      old: "/new",
    });
  });

  it("goes with its release, and stays while its blobs are used without it", async () => {
    const bucket = memoryBucket();
    const target = s3Target(bucket, { tree: true });
    const first = await publish(target, 1, { "index.html": "one", "a.css": "body{}" });
    const second = await publish(target, 2, { "index.html": "two", "a.css": "body{}" });
    const trees = (): number =>
      new Set([...bucket.objects.keys()].flatMap((key) => /www\/[^/]+\/([^/]+)/.exec(key)?.[1] ?? [])).size;
    expect(trees()).toBe(2);
    await unwrap(target.discard({ siteId, fencingToken: 3, releases: [first] }));
    expect(trees()).toBe(1);
    expect((await unwrap(target.verify({ siteId, release: second }))).problems).toEqual([]);
  });
});

function failure() {
  const details = { adapter: "test", operation: "put", state: "unknown" } as const;
  return errAsync(hostingError("ADAPTER_FAILED", "No answer.", details));
}
