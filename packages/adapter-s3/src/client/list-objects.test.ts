import { unwrap } from "@hostelry/core/adapter";
import { type FakeS3, fakeS3 } from "@hostelry/testing";
import { afterEach, beforeEach, expect, it } from "vitest";
import { fakeBucket } from "../fixtures/fake-blob-harness.ts";
import { faultsFor, method } from "../fixtures/fault-script.ts";
import type { ObjectClient, ObjectPage } from "./object-client.ts";

let store: FakeS3;
let bucket: ObjectClient;

const keys = ["a b", "a+b", "a%20b", "a&b<c>\"d'", "a/b/c", "a/b", "a", "a0", "z/ä", "z/\u{1f600}", "z/\uffee", "n\nl"];
const inOrder = [...keys].sort((left, right) => Buffer.compare(Buffer.from(left), Buffer.from(right)));

beforeEach(async () => {
  store = await fakeS3();
  bucket = fakeBucket(store);
  for (const key of keys) await unwrap(bucket.put(key, Buffer.from(key)));
});
afterEach(() => store.stop());

async function pages(prefix: string, limit: number, delimiter?: string): Promise<readonly ObjectPage[]> {
  const all: ObjectPage[] = [];
  let after: string | undefined;
  do {
    const page: ObjectPage = await unwrap(bucket.list(prefix, { after, limit, delimiter }));
    all.push(page);
    after = page.next;
  } while (after !== undefined && all.length < 50);
  return all;
}

const keysOf = (all: readonly ObjectPage[]): readonly string[] =>
  all.flatMap(({ objects }) => objects.map(({ key }) => key));

it("lists every key once, in the order of bytes, whatever is in it and however long a page is", async () => {
  for (const limit of [1, 2, 5, 1000]) expect(keysOf(await pages("", limit)), `${limit} a page`).toEqual(inOrder);
  expect(keysOf(await pages("z/", 1))).toEqual(inOrder.filter((key) => key.startsWith("z/")));
  expect(await pages("nothing/", 10)).toMatchObject([{ objects: [], folders: [] }]);
});

it("tells tags, sizes, times, and the store's clock", async () => {
  const page = await unwrap(bucket.list("a0"));
  const there = store.objects.get("a0");
  const [object] = page.objects;
  expect(object).toMatchObject({ key: "a0", etag: there?.etag, size: 2 });
  expect(Math.abs((object?.lastModified.getTime() ?? 0) - (there?.lastModified.getTime() ?? 1))).toBeLessThan(1000);
  expect(Math.abs(page.at.getTime() - Date.now())).toBeLessThan(2000);
});

it("tells folders once, also when a page ends with one", async () => {
  for (const limit of [1, 2, 1000]) {
    const all = await pages("", limit, "/");
    expect(
      all.flatMap(({ folders }) => folders),
      `${limit} a page`,
    ).toEqual(["a/", "z/"]);
    expect(keysOf(all)).toEqual(inOrder.filter((key) => !key.includes("/")));
  }
});

it("needs no tokens, so that a store which repeats them does no harm", async () => {
  await pages("", 1);
  expect(store.requests.some(({ query }) => query.has("continuation-token"))).toBe(false);
});

it("ends with an error when a store gives the same page again, and does not list for ever", async () => {
  store.onRequest = () => ({ kind: "repeat-page" });
  const first = await unwrap(bucket.list("", { limit: 2 }));
  const second = await bucket.list("", { limit: 2, after: first.next });
  expect(second._unsafeUnwrapErr()).toMatchObject({ code: "ADAPTER_FAILED" });
});

it("goes on behind a page without anything in it, and ends when the token is always the same", async () => {
  store.onRequest = faultsFor(method("GET"), [{ kind: "empty-page", token: Buffer.from("").toString("base64url") }]);
  expect((await bucket.list(""))._unsafeUnwrapErr()).toMatchObject({ code: "ADAPTER_FAILED" });
  const token = Buffer.from("a").toString("base64url");
  store.onRequest = faultsFor(method("GET"), [{ kind: "empty-page", token }]);
  const page = await unwrap(bucket.list("", { after: "a" }));
  expect(page.objects.map(({ key }) => key)).toEqual(inOrder.slice(1));
  store.onRequest = () => ({ kind: "empty-page", token });
  expect((await bucket.list(""))._unsafeUnwrapErr()).toMatchObject({ code: "ADAPTER_FAILED" });
});

it("removes what it lists, many by one request, and one by one where the store knows no better", async () => {
  store.objects.clear();
  const many = Array.from({ length: 2100 }, (_, index) => `many/${index}`);
  const seed = async (): Promise<void> => {
    const written = await unwrap(bucket.put("many/0", Buffer.from("x")));
    const one = store.objects.get("many/0");
    if (written.outcome !== "written" || one === undefined) throw new Error("it was written");
    for (const key of [...many, ...keys, "\u0001"]) store.objects.set(key, one);
  };
  await seed();
  const before = store.requests.length;
  await unwrap(bucket.deleteMany([...many, ...keys, "\u0001", "absent"]));
  expect(store.objects.size).toBe(0);
  expect(store.requests.length - before).toBe(4);
  await seed();
  store.onRequest = (request) =>
    request.method === "POST" ? { kind: "refuse", status: 501, code: "NotImplemented" } : undefined;
  await unwrap(bucket.deleteMany(many.slice(0, 100)));
  expect(store.objects.has("many/99")).toBe(false);
  expect(store.objects.has("many/100")).toBe(true);
});
