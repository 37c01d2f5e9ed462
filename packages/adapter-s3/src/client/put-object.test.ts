import { unwrap } from "@hostelry/core/adapter";
import { type FakeS3, type FakeS3DialectName, fakeS3 } from "@hostelry/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fakeBucket } from "../fixtures/fake-blob-harness.ts";
import { faultsFor, method } from "../fixtures/fault-script.ts";
import type { ObjectClient } from "./object-client.ts";

let store: FakeS3;
let bucket: ObjectClient;
const bytes = (text: string): Buffer => Buffer.from(text);
const text = (key: string): string => bytes(Buffer.from(store.objects.get(key)?.bytes ?? []).toString()).toString();

beforeEach(async () => {
  store = await fakeS3();
  bucket = fakeBucket(store);
  // So that the look at the dialect is over when faults begin.
  await unwrap(bucket.dialect());
});
afterEach(() => store.stop());

const create = (value: string): ReturnType<ObjectClient["put"]> =>
  bucket.put("pointer", bytes(value), { condition: { ifAbsent: true } });

describe("a write under a condition", () => {
  it("is done once: the second one to create and the second one to replace lose", async () => {
    const created = await unwrap(create("one"));
    expect(created).toMatchObject({ outcome: "written" });
    expect(await unwrap(create("two"))).toEqual({ outcome: "conflict", mayHaveHappened: false });
    const etag = created.outcome === "written" ? created.etag : "";
    const replace = (value: string): ReturnType<ObjectClient["put"]> =>
      bucket.put("pointer", bytes(value), { condition: { ifMatch: etag } });
    expect(await unwrap(replace("two"))).toMatchObject({ outcome: "written" });
    expect(await unwrap(replace("three"))).toEqual({ outcome: "conflict", mayHaveHappened: false });
    expect(text("pointer")).toBe("two");
  });

  it.each(["aws", "ceph-20", "ceph-18"] as const satisfies readonly FakeS3DialectName[])(
    "loses in the same words in the dialect %s, also against nothing",
    async (dialect) => {
      const other = await fakeS3({ dialect });
      try {
        const client = fakeBucket(other);
        const condition = { ifMatch: "0".repeat(32) };
        expect(await unwrap(client.put("nothing", bytes("x"), { condition }))).toEqual({
          outcome: "conflict",
          mayHaveHappened: false,
        });
        const written = await unwrap(client.put("a", bytes("one")));
        const etag = written.outcome === "written" ? written.etag : "";
        expect(await unwrap(client.put("a", bytes("two"), { condition: { ifMatch: etag } }))).toMatchObject({
          outcome: "written",
        });
        expect(await unwrap(client.put("a", bytes("three"), { condition: { ifMatch: etag } }))).toMatchObject({
          outcome: "conflict",
        });
      } finally {
        await other.stop();
      }
    },
  );

  it.each(["fail-after", "drop-after"] as const)(
    "is known to be done although its answer was lost (%s)",
    async (kind) => {
      store.onRequest = faultsFor(method("PUT"), [{ kind }]);
      const created = await unwrap(create("one"));
      expect(created).toMatchObject({ outcome: "written", etag: store.objects.get("pointer")?.etag });
      // Once, for the repetition lost against it.
      expect(store.requests.filter(({ method: name, key }) => name === "PUT" && key === "pointer")).toHaveLength(2);
      expect(text("pointer")).toBe("one");
    },
  );

  it("is known to be done although no attempt got an answer", async () => {
    store.onRequest = (request) => (request.method === "PUT" ? { kind: "drop-after" } : undefined);
    expect(await unwrap(create("one"))).toMatchObject({ outcome: "written" });
  });

  it("is unknown when nothing gets an answer", async () => {
    store.onRequest = () => ({ kind: "drop-after" });
    expect((await create("one"))._unsafeUnwrapErr()).toMatchObject({ details: { state: "unknown" } });
  });

  it("may have happened when its answer was lost and somebody else wrote since", async () => {
    await unwrap(create("one"));
    const etag = store.objects.get("pointer")?.etag ?? "";
    let puts = 0;
    store.onRequest = (request) => {
      if (request.method !== "PUT") return undefined;
      puts += 1;
      if (puts === 1) return { kind: "drop-after" };
      const there = store.objects.get("pointer");
      if (there !== undefined) store.objects.set("pointer", { ...there, etag: "1".repeat(32), headers: {} });
      return undefined;
    };
    expect(await unwrap(bucket.put("pointer", bytes("two"), { condition: { ifMatch: etag } }))).toEqual({
      outcome: "conflict",
      mayHaveHappened: true,
    });
  });

  it("is lost when the store says so, without a look at what is there", async () => {
    store.onRequest = faultsFor(method("PUT"), [{ kind: "lose-condition" }]);
    expect(await unwrap(create("one"))).toEqual({ outcome: "conflict", mayHaveHappened: false });
    expect(store.requests.at(-1)?.method).toBe("PUT");
  });
});

it("keeps headers and metadata, and gives them back", async () => {
  const headers = {
    contentType: "text/html; charset=utf-8",
    cacheControl: "public, max-age=0",
    contentEncoding: "br",
    redirectTo: "/elsewhere",
    metadata: { release: "r7" },
  };
  await unwrap(bucket.put("ä ö+ü/a&b=c?d#e%41'()*!~.html", bytes("x"), headers));
  const found = await unwrap(bucket.head("ä ö+ü/a&b=c?d#e%41'()*!~.html"));
  const { redirectTo, ...told } = headers;
  expect(found).toMatchObject({ outcome: "found", size: 1, ...told });
  expect(store.objects.values().next().value?.headers["x-amz-website-redirect-location"]).toBe(redirectTo);
});

it("throws TypeError for keys and headers that can't be sent as they are", () => {
  for (const key of ["", "a/../b", "a/./b", "..", "x".repeat(1025), "\ud800"]) {
    expect(() => bucket.put(key, bytes("x")), JSON.stringify(key)).toThrow(TypeError);
    expect(() => bucket.get(key)).toThrow(TypeError);
  }
  for (const contentType of ["", "a\r\nb: c", " text/html", "a  b", "ä"]) {
    expect(() => bucket.put("a", bytes("x"), { contentType }), JSON.stringify(contentType)).toThrow(TypeError);
  }
  expect(() => bucket.put("a", bytes("x"), { metadata: { "A b": "c" } })).toThrow(TypeError);
});
