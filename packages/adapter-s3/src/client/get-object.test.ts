import { unwrap } from "@hostelry/core/adapter";
import { type FakeS3, fakeS3 } from "@hostelry/testing";
import { afterEach, beforeEach, expect, it } from "vitest";
import { fakeBucket } from "../fixtures/fake-blob-harness.ts";
import { faultsFor, method } from "../fixtures/fault-script.ts";
import type { ObjectClient, ObjectContent, ReadOutcome } from "./object-client.ts";

let store: FakeS3;
let bucket: ObjectClient;
const pattern = Buffer.from(Array.from({ length: 100_000 }, (_, index) => (index * 7 + (index >> 8)) % 251));

beforeEach(async () => {
  store = await fakeS3();
  bucket = fakeBucket(store);
  await unwrap(bucket.put("a", pattern));
});
afterEach(() => store.stop());

async function bytesOf(read: ReadOutcome<ObjectContent>): Promise<Buffer> {
  if (read.outcome !== "found") throw new Error(`it is ${read.outcome}`);
  const chunks: Uint8Array[] = [];
  for await (const chunk of read.body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const ranges = (): readonly (string | undefined)[] =>
  store.requests.filter(({ method: name }) => name === "GET").map(({ headers }) => headers["range"]);

it("takes up a body that breaks where it broke", async () => {
  const cut = { kind: "truncate", afterBytes: 30_000 } as const;
  store.onRequest = faultsFor(method("GET"), [cut, { kind: "throttle" }, cut]);
  expect((await bytesOf(await unwrap(bucket.get("a")))).equals(pattern)).toBe(true);
  const [first, throttled, second, third] = ranges();
  expect(first).toBeUndefined();
  expect(second).toBe(throttled);
  const start = (range: string | undefined): number => Number(/^bytes=(\d+)-$/.exec(range ?? "")?.[1]);
  expect(start(second)).toBeGreaterThan(0);
  expect(start(third)).toBeGreaterThan(start(second));
});

it("takes up a part of a body inside that part", async () => {
  store.onRequest = faultsFor(method("GET"), [{ kind: "truncate", afterBytes: 30_000 }]);
  const read = await unwrap(bucket.get("a", { range: { start: 20_000, end: 90_000 } }));
  expect((await bytesOf(read)).equals(pattern.subarray(20_000, 90_000))).toBe(true);
  expect(ranges()[0]).toBe("bytes=20000-89999");
  expect(ranges()[1]).toMatch(/^bytes=\d+-89999$/);
});

it("gives up when there comes nothing any more", async () => {
  store.onRequest = (request) => (request.method === "GET" ? { kind: "truncate", afterBytes: 0 } : undefined);
  await expect(bytesOf(await unwrap(bucket.get("a")))).rejects.toMatchObject({ code: "ADAPTER_FAILED" });
  expect(store.requests.length).toBeLessThan(10);
});

it("never joins parts of two versions", async () => {
  let cut = false;
  store.onRequest = (request) => {
    if (request.method !== "GET") return undefined;
    const first = !cut;
    cut = true;
    const there = store.objects.get("a");
    if (!first && there !== undefined) store.objects.set("a", { ...there, etag: "another" });
    return first ? { kind: "truncate", afterBytes: 30_000 } : undefined;
  };
  await expect(bytesOf(await unwrap(bucket.get("a")))).rejects.toMatchObject({ code: "ADAPTER_FAILED" });
});

it("gives parts that are cut to the end, and empty ones, and says of how many bytes they are a part", async () => {
  const part = async (start?: number, end?: number): Promise<ReadOutcome<ObjectContent>> =>
    unwrap(bucket.get("a", { range: { start, end } }));
  expect((await bytesOf(await part(99_990, 200_000))).equals(pattern.subarray(99_990))).toBe(true);
  expect(await part(99_990, 200_000)).toMatchObject({ outcome: "found", size: 100_000 });
  for (const [start, end] of [
    [100_000, undefined],
    [200_000, 300_000],
    [50, 50],
    [50, 10],
  ] as const) {
    const read = await part(start, end);
    expect(read).toMatchObject({ outcome: "found", size: 100_000 });
    expect((await bytesOf(read)).length).toBe(0);
  }
  expect(await unwrap(bucket.get("nothing", { range: { start: 5, end: 5 } }))).toEqual({ outcome: "absent" });
});

it("says that an object is as it was, by its tag", async () => {
  const head = await unwrap(bucket.head("a"));
  const etag = head.outcome === "found" ? head.etag : "";
  expect(await unwrap(bucket.get("a", { ifNoneMatch: etag }))).toEqual({ outcome: "unmodified" });
  const read = await unwrap(bucket.get("a", { ifNoneMatch: "another" }));
  expect((await bytesOf(read)).length).toBe(100_000);
});

it("frees the connection of a body that nobody reads", async () => {
  const read = await unwrap(bucket.get("a"));
  if (read.outcome !== "found") throw new Error("it is there");
  read.discard();
  read.discard();
  expect(await unwrap(bucket.get("nothing"))).toEqual({ outcome: "absent" });
});

it("gives a URL that others read by, until its time is over", async () => {
  const url = await unwrap(bucket.presignGet("a", { expiresInSeconds: 60, contentType: "text/plain" }));
  const answer = await fetch(url);
  expect(answer.status).toBe(200);
  expect(Buffer.from(await answer.arrayBuffer()).equals(pattern)).toBe(true);
  expect((await fetch(url.replace("/a?", "/b?"))).status).toBe(403);
  store.now = () => new Date(Date.now() + 61_000);
  expect((await fetch(url)).status).toBe(403);
  expect(() => bucket.presignGet("a", { expiresInSeconds: 604_801 })).toThrow(TypeError);
});
