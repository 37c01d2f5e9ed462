import { createHash } from "node:crypto";
import { type S3BlobStore, s3BlobStore } from "@hostelry/adapter-s3";
import { unwrap } from "@hostelry/core";
import { type FakeS3, fakeS3 } from "@hostelry/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fakeBucket } from "../../packages/adapter-s3/src/fixtures/fake-blob-harness.ts";
import { faultsFor, method } from "../../packages/adapter-s3/src/fixtures/fault-script.ts";

let store: FakeS3;
let blobs: S3BlobStore;
const hashOf = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
const one = Buffer.from("one");
const sent = (): number => store.requests.reduce((sum, { bytes }) => sum + bytes, 0);

beforeEach(async () => {
  store = await fakeS3();
  blobs = s3BlobStore(fakeBucket(store));
  await unwrap(blobs.bucket.dialect());
});
afterEach(() => store.stop());

/** Puts an object there without the adapter. */
function seed(key: string, bytes: Uint8Array, lastModified: Date = new Date()): void {
  store.objects.set(key, { bytes, etag: hashOf(bytes).slice(0, 32), lastModified, headers: {} });
}

async function* streamOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += 500_000) yield bytes.subarray(from, from + 500_000);
}

describe("a put", () => {
  it("sends a blob that is there already not again, unless it is so small that asking would cost as much", async () => {
    const large = Buffer.alloc(300_000, "large");
    await unwrap(blobs.put({ bytes: large }));
    const before = sent();
    expect(await unwrap(blobs.put({ bytes: streamOf(large) }))).toMatchObject({ stored: false });
    expect(await unwrap(blobs.put({ bytes: large }))).toMatchObject({ stored: false });
    expect(sent()).toBe(before);
  });

  it("makes anew what has another size than the blob, whoever wrote it", async () => {
    for (const bytes of [Buffer.alloc(300_000, "whole"), Buffer.alloc(300, "small")]) {
      seed(blobs.key(hashOf(bytes)), Buffer.from("stump"));
      await unwrap(blobs.put({ bytes }));
      expect(hashOf(store.objects.get(blobs.key(hashOf(bytes)))?.bytes ?? one)).toBe(hashOf(bytes));
    }
  });

  it("of a large stream keeps the bytes aside until they are checked, and nothing of them is left there", async () => {
    const large = Buffer.alloc(9 * 1024 * 1024, "aside");
    const stored = await unwrap(blobs.put({ bytes: streamOf(large) }));
    expect(stored).toEqual({ sha256: hashOf(large), size: large.length, stored: true });
    expect([...store.objects.keys()]).toEqual([blobs.key(stored.sha256)]);
    const other = await blobs.put({ bytes: streamOf(large), sha256: hashOf(one) });
    expect(other._unsafeUnwrapErr()).toMatchObject({ code: "BLOB_MISMATCH" });
    expect(store.objects.size).toBe(1);
    expect(store.uploads.size).toBe(0);
  });

  it("goes through a store that throttles, fails and drops", async () => {
    store.onRequest = faultsFor(
      () => true,
      [{ kind: "throttle" }, { kind: "fail-after" }, { kind: "drop-after" }, undefined, { kind: "drop-before" }],
    );
    expect((await unwrap(blobs.put({ bytes: one }))).sha256).toBe(hashOf(one));
    expect(store.objects.get(blobs.key(hashOf(one)))?.bytes.length).toBe(3);
  });
});

describe("removal by age, beside puts", () => {
  const hour = 3_600_000;
  const old = (): Date => new Date(store.now().getTime() - hour);

  it("leaves a blob alone that was put between the look and the removal", async () => {
    seed(blobs.key(hashOf(one)), one, old());
    const unlessPutAfter = store.now();
    unlessPutAfter.setTime(unlessPutAfter.getTime() - 60_000);
    // The remover has written down what it is about to remove, and is about to look; then the put comes.
    let put: Promise<unknown> | undefined;
    store.onRequest = async (request) => {
      if (put === undefined && request.query.get("prefix") === blobs.key(hashOf(one)) && leaving().length > 0) {
        put = unwrap(blobs.put({ bytes: one }));
        await renewed();
      }
      return undefined;
    };
    const { removed } = await unwrap(blobs.remove([hashOf(one)], { unlessPutAfter }));
    expect(removed).toBe(0);
    await put;
    expect(store.objects.has(blobs.key(hashOf(one)))).toBe(true);
  });

  /** A removal of an old blob, and a put of it that begins when the blob was found old and its removal is about to be done. */
  const putBeforeRemoval = (hold: {
    readonly removal: (put: Promise<unknown>) => Promise<unknown>;
    readonly look?: (removed: Promise<unknown>) => Promise<unknown>;
  }): Promise<unknown> => {
    seed(blobs.key(hashOf(one)), one, old());
    let put: Promise<unknown> | undefined;
    const start = (): Promise<unknown> => {
      store.onRequest = async (request) => {
        if (request.query.has("X-Amz-Signature") && put === undefined) {
          put = unwrap(blobs.put({ bytes: one }));
          await renewed();
          await hold.removal(put);
        } else if (put !== undefined && isLook(request.query)) await hold.look?.(removed);
        return undefined;
      };
      return unwrap(blobs.remove([hashOf(one)], { unlessPutAfter: new Date(Date.now() - 60_000) }));
    };
    const removed: Promise<unknown> = start();
    return removed.then(() => put);
  };
  const isLook = (query: URLSearchParams): boolean => query.get("prefix")?.endsWith("leaving/") === true;
  const isThere = (): boolean => store.objects.has(blobs.key(hashOf(one)));

  it("is seen by a put that looks when it has finished: the blob is put once more", async () => {
    const put = putBeforeRemoval({ removal: async () => {}, look: (removed) => removed });
    expect(await put).toMatchObject({ stored: false });
    expect(isThere()).toBe(true);
  });

  it("is waited for by a put that looks while it is going on", async () => {
    let looks = 0;
    let enough: () => void = () => {};
    const looked = new Promise<void>((resolve) => {
      enough = resolve;
    });
    const put = putBeforeRemoval({
      removal: (ended) => Promise.race([ended, looked]),
      look: async () => {
        looks += 1;
        if (looks === 4) enough();
      },
    });
    expect(await put).toMatchObject({ stored: false });
    expect(isThere()).toBe(true);
  });

  it("is refused by the store when its remover was paused for too long", async () => {
    seed(blobs.key(hashOf(one)), one, old());
    store.onRequest = (request) => {
      // The remover sleeps between looking and removing.
      if (request.method === "DELETE" && request.query.has("X-Amz-Signature")) {
        const awake = Date.now() + 60_000;
        store.now = () => new Date(awake);
      }
      return undefined;
    };
    const outcome = await blobs.remove([hashOf(one)], { unlessPutAfter: new Date(Date.now() - 60_000) });
    expect(outcome._unsafeUnwrap()).toEqual({ removed: 0 });
    expect(store.objects.has(blobs.key(hashOf(one)))).toBe(true);
  });

  it("of a remover that died holds a put only until its time is over", async () => {
    seed(blobs.key(hashOf(one)), one, old());
    store.onRequest = (request) =>
      request.method === "DELETE" ? { kind: "refuse", status: 400, code: "InvalidRequest" } : undefined;
    const failed = await blobs.remove([hashOf(one)], { unlessPutAfter: new Date(Date.now() - 60_000) });
    expect(failed.isErr()).toBe(true);
    expect(leaving()).toHaveLength(1);
    let looks = 0;
    store.onRequest = (request) => {
      if (request.query.get("prefix")?.endsWith("leaving/") !== true) return undefined;
      looks += 1;
      // Time passes while it waits.
      if (looks === 3) store.now = () => new Date(Date.now() + 30_000);
      return undefined;
    };
    expect(await unwrap(blobs.put({ bytes: one }))).toMatchObject({ stored: false });
    expect(looks).toBeGreaterThanOrEqual(3);
    // Other blobs are held by nobody.
    looks = 10;
    await unwrap(blobs.put({ bytes: Buffer.from("two") }));
    expect(looks).toBe(11);
    // When nobody can be concerned any more, what was written down is taken away.
    store.now = () => new Date(Date.now() + 120_000);
    await unwrap(blobs.put({ bytes: Buffer.from("three") }));
    expect(leaving()).toEqual([]);
  });

  it("is one look for many puts that run side by side", async () => {
    const before = store.requests.length;
    await Promise.all(
      Array.from({ length: 200 }, (_, index) => unwrap(blobs.put({ bytes: Buffer.from(`n${index}`) }))),
    );
    const looks = store.requests
      .slice(before)
      .filter(({ query }) => query.get("prefix")?.endsWith("leaving/") === true);
    expect(store.objects.size).toBe(200);
    expect(looks.length).toBeLessThan(50);
  });

  it("is an error where the store does not end signed URLs, and where nobody looks for removals", async () => {
    const dialect = { ...(await unwrap(blobs.bucket.dialect())), expiresSignedUrls: false };
    for (const other of [
      s3BlobStore(fakeBucket(store, { dialect })),
      s3BlobStore(blobs.bucket, { collectable: false }),
    ]) {
      const outcome = await other.remove([hashOf(one)], { unlessPutAfter: new Date() });
      expect(outcome._unsafeUnwrapErr()).toMatchObject({ code: "ADAPTER_FAILED", retryable: false });
    }
  });

  it("tells of a blob that was put just now a little less than it knows, for times are whole seconds", async () => {
    await unwrap(blobs.put({ bytes: one }));
    const [fresh] = (await unwrap(blobs.list())).items;
    expect(await unwrap(blobs.remove([hashOf(one)], { unlessPutAfter: fresh?.putAt }))).toEqual({ removed: 0 });
    expect(store.objects.has(blobs.key(hashOf(one)))).toBe(true);
  });

  const leaving = (): readonly string[] => [...store.objects.keys()].filter((key) => key.includes("leaving/"));
  const renewed = async (): Promise<void> => {
    const there = (): boolean => {
      const object = store.objects.get(blobs.key(hashOf(one)));
      return object !== undefined && Date.now() - object.lastModified.getTime() < hour / 2;
    };
    while (!there()) await new Promise((resolve) => setImmediate(resolve));
  };
});

describe("looking for many blobs", () => {
  const nameOf = (index: number): string => hashOf(Buffer.from(`blob ${index}`));
  const fill = (count: number): void => {
    for (let index = 0; index < count; index += 1) seed(blobs.key(nameOf(index)), one);
  };
  const looks = async (names: readonly string[]): Promise<[number, number]> => {
    const before = store.requests.length;
    const found = await unwrap(blobs.has(names));
    return [found.size, store.requests.length - before];
  };

  it("takes a page of the listing for a thousand of them", async () => {
    fill(3000);
    const names = Array.from({ length: 4000 }, (_, index) => nameOf(index));
    const [found, requests] = await looks(names);
    expect(found).toBe(3000);
    expect(requests).toBeLessThanOrEqual(12);
  });

  it("asks for a few by name, and not for the whole store", async () => {
    fill(5000);
    const [found, requests] = await looks([nameOf(1), nameOf(4999), nameOf(9999)]);
    expect([found, requests]).toEqual([2, 3]);
    const spread = Array.from({ length: 40 }, (_, index) => nameOf(index * 200));
    const [some, more] = await looks(spread);
    expect(some).toBe(25);
    expect(more).toBeLessThanOrEqual(41);
  });

  it("asks nothing of nothing, and once for names that are said twice", async () => {
    expect(await looks([])).toEqual([0, 0]);
    expect(await looks([nameOf(1), nameOf(1)])).toEqual([0, 1]);
  });
});

it("sweeps what was begun and never ended, once it is old, and nothing else", async () => {
  const day = 24 * 3_600_000;
  const ago = (milliseconds: number): Date => new Date(Date.now() - milliseconds);
  const upload = { headers: {}, parts: new Map() };
  store.uploads.set("old", { ...upload, key: "blobs/incoming/a", begunAt: ago(2 * day) });
  store.uploads.set("direct", { ...upload, key: blobs.key(hashOf(one)), begunAt: ago(2 * day) });
  store.uploads.set("fresh", { ...upload, key: "blobs/incoming/b", begunAt: ago(day / 2) });
  store.uploads.set("foreign", { ...upload, key: "other/a", begunAt: ago(2 * day) });
  seed("blobs/incoming/old", one, ago(2 * day));
  seed("blobs/incoming/fresh", one);
  await unwrap(blobs.list());
  expect([...store.uploads.keys()]).toEqual(["fresh", "foreign"]);
  expect([...store.objects.keys()]).toEqual(["blobs/incoming/fresh"]);
});

it("reads on where a connection broke, and names damage at the end", async () => {
  const bytes = Buffer.alloc(200_000, "read me");
  const { sha256 } = await unwrap(blobs.put({ bytes }));
  const read = async (): Promise<string> => {
    const digest = createHash("sha256");
    for await (const chunk of await unwrap(blobs.read(sha256))) digest.update(chunk);
    return digest.digest("hex");
  };
  store.onRequest = faultsFor(method("GET"), [{ kind: "truncate", afterBytes: 70_000 }]);
  expect(await read()).toBe(sha256);
  store.onRequest = faultsFor(method("GET"), [{ kind: "damage" }]);
  await expect(read()).rejects.toMatchObject({ code: "BLOB_MISMATCH" });
});

it("gives URLs to read by", async () => {
  const { sha256 } = await unwrap(blobs.put({ bytes: one }));
  const url = await unwrap(blobs.presignRead(sha256, { expiresInSeconds: 60 }));
  expect(await (await fetch(url)).text()).toBe("one");
});

it("refuses a prefix that would join names", () => {
  expect(() => s3BlobStore(blobs.bucket, { prefix: "blobs" })).toThrow(TypeError);
});
