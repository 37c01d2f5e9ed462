import { createHash } from "node:crypto";
import type { ObjectClient } from "@hostelry/adapter-s3";
import { unwrap } from "@hostelry/core";
import { type FakeS3, fakeS3 } from "@hostelry/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fakeBucket } from "../../packages/adapter-s3/src/fixtures/fake-blob-harness.ts";
import { faultsFor, method } from "../../packages/adapter-s3/src/fixtures/fault-script.ts";

const mebibyte = 1024 * 1024;
const partBytes = 5 * mebibyte;
const large = Buffer.alloc(2 * partBytes + 1000, "large ");
const sha256 = createHash("sha256").update(large).digest("hex");

let store: FakeS3;
let bucket: ObjectClient;

beforeEach(async () => {
  store = await fakeS3();
  bucket = fakeBucket(store, { partBytes });
});
afterEach(() => store.stop());

async function* chunksOf(bytes: Uint8Array, chunkBytes = 700_000): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += chunkBytes) yield bytes.subarray(from, from + chunkBytes);
}

const parts = (): readonly number[] =>
  store.requests.filter(({ query }) => query.has("partNumber")).map(({ bytes }) => bytes);

describe("a large body", () => {
  it("arrives in parts, whole, with its headers; of a stream or of bytes at hand", async () => {
    for (const bytes of [large, chunksOf(large)]) {
      const outcome = await unwrap(bucket.upload("a", { bytes }, { contentType: "text/plain" }));
      expect(outcome).toMatchObject({ outcome: "written", sha256, size: large.length });
      const there = store.objects.get("a");
      expect(Buffer.compare(there?.bytes ?? new Uint8Array(), large)).toBe(0);
      expect(there?.etag).toMatch(/-3$/);
      expect(there?.headers["content-type"]).toBe("text/plain");
      store.objects.clear();
    }
    expect(parts().toSorted()).toEqual([1000, 1000, partBytes, partBytes, partBytes, partBytes].toSorted());
    expect(store.uploads.size).toBe(0);
  });

  it("is one request when it fits into one", async () => {
    const small = Buffer.alloc(partBytes - 1, "small");
    await unwrap(bucket.upload("a", { bytes: chunksOf(small) }));
    expect(store.requests.map(({ method: name }) => name)).toEqual(["PUT"]);
  });

  it("goes on when a part fails, and is sent again in that part alone", async () => {
    store.onRequest = faultsFor(method("PUT"), [
      { kind: "throttle" },
      { kind: "drop-after" },
      { kind: "damage-request" },
    ]);
    await unwrap(bucket.upload("a", { bytes: chunksOf(large), sha256, size: large.length }));
    expect(Buffer.compare(store.objects.get("a")?.bytes ?? new Uint8Array(), large)).toBe(0);
    expect(parts()).toHaveLength(6);
  });

  it("leaves nothing when a part can't be sent, when the input breaks, and when its bytes are others than was said", async () => {
    const nothingLeft = (): void => expect([store.objects.size, store.uploads.size]).toEqual([0, 0]);
    store.onRequest = (request) =>
      request.query.get("partNumber") === "2" ? { kind: "refuse", status: 403, code: "AccessDenied" } : undefined;
    const refused = await bucket.upload("a", { bytes: chunksOf(large) });
    expect(refused._unsafeUnwrapErr()).toMatchObject({ code: "ADAPTER_UNAUTHORIZED" });
    nothingLeft();
    store.onRequest = undefined;
    const broken = async function* (): AsyncGenerator<Uint8Array> {
      yield* chunksOf(large.subarray(0, partBytes + 1));
      throw new Error("the input was cut");
    };
    expect((await bucket.upload("a", { bytes: broken() }))._unsafeUnwrapErr()).toMatchObject({
      code: "ADAPTER_FAILED",
      details: { state: "unchanged" },
    });
    nothingLeft();
    const other = await bucket.upload("a", { bytes: chunksOf(large), sha256: "0".repeat(64) });
    expect(other._unsafeUnwrapErr()).toMatchObject({ code: "BLOB_MISMATCH", details: { actual: sha256 } });
    const longer = await bucket.upload("a", { bytes: chunksOf(large), size: partBytes });
    expect(longer._unsafeUnwrapErr()).toMatchObject({ code: "BLOB_MISMATCH" });
    nothingLeft();
  });

  it("ends at once with its caller, and gives up what it began", async () => {
    const caller = new AbortController();
    store.onRequest = (request) => {
      if (request.query.get("partNumber") !== "2") return undefined;
      caller.abort();
      return { kind: "silence" };
    };
    const outcome = await bucket.upload("a", { bytes: chunksOf(large) }, { signal: caller.signal });
    expect(outcome._unsafeUnwrapErr().code).toBe("ABORTED");
    expect(store.uploads.size).toBe(0);
  });

  it.each(["fail-after", "drop-after"] as const)(
    "is known to be there although its end got no answer (%s)",
    async (kind) => {
      store.onRequest = faultsFor(({ method: name, query }) => name === "POST" && query.has("uploadId"), [{ kind }]);
      const outcome = await unwrap(bucket.upload("a", { bytes: chunksOf(large) }));
      expect(outcome).toMatchObject({ outcome: "written", etag: store.objects.get("a")?.etag });
    },
  );

  it("is ended again when the answer said 200 and an error inside", async () => {
    store.onRequest = faultsFor(
      ({ method: name, query }) => name === "POST" && query.has("uploadId"),
      [{ kind: "error-inside" }],
    );
    expect(await unwrap(bucket.upload("a", { bytes: chunksOf(large) }))).toMatchObject({ outcome: "written" });
    expect(store.objects.has("a")).toBe(true);
  });

  it("loses against one that is there, under a condition", async () => {
    await unwrap(bucket.put("a", Buffer.from("first")));
    const outcome = await unwrap(bucket.upload("a", { bytes: chunksOf(large) }, { condition: { ifAbsent: true } }));
    expect(outcome).toMatchObject({ outcome: "conflict", mayHaveHappened: false });
    expect(store.objects.get("a")?.bytes.length).toBe(5);
    expect(store.uploads.size).toBe(0);
  });
});

it("holds no more in memory than it may, however many uploads there are", async () => {
  const tight = fakeBucket(store, { partBytes, maxBufferedBytes: 2 * partBytes });
  let taken = 0;
  let most = 0;
  const counted = async function* (): AsyncGenerator<Uint8Array> {
    for (let part = 0; part < 2; part += 1) {
      taken += partBytes;
      most = Math.max(most, taken);
      yield large.subarray(0, partBytes);
    }
  };
  store.onRequest = async (request) => {
    if (request.query.has("partNumber")) {
      await new Promise((resolve) => setImmediate(resolve));
      taken -= request.bytes;
    }
    return undefined;
  };
  const uploads = Array.from({ length: 4 }, (_, index) => unwrap(tight.upload(`k${index}`, { bytes: counted() })));
  await Promise.all(uploads);
  expect(most).toBeLessThanOrEqual(2 * partBytes);
  expect(store.objects.size).toBe(4);
});

it("copies inside the store, again when it said 200 and an error inside, and says when there is nothing to copy", async () => {
  await unwrap(bucket.put("a ä+%", Buffer.from("x"), { contentType: "text/plain", metadata: { one: "1" } }));
  store.onRequest = faultsFor(method("PUT"), [{ kind: "error-inside" }]);
  expect(await unwrap(bucket.copy("a ä+%", "b"))).toMatchObject({ outcome: "copied" });
  expect(store.objects.get("b")?.headers).toMatchObject({ "content-type": "text/plain", "x-amz-meta-one": "1" });
  await unwrap(bucket.copy("b", "b", { replace: { contentType: "text/html" } }));
  expect(store.objects.get("b")?.headers).toEqual({ "content-type": "text/html" });
  expect(await unwrap(bucket.copy("nothing", "c"))).toEqual({ outcome: "absent" });
});
