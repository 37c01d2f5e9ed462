import { Agent } from "node:http";
import { unwrap } from "@hostelry/core/adapter";
import { type FakeS3, fakeS3 } from "@hostelry/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fakeBucket } from "../fixtures/fake-blob-harness.ts";
import { faultsFor, method } from "../fixtures/fault-script.ts";
import type { ObjectClient } from "./object-client.ts";

let store: FakeS3;
let bucket: ObjectClient;
const body = Buffer.from("hello");
const text = (key: string): string => Buffer.from(store.objects.get(key)?.bytes ?? []).toString();

beforeEach(async () => {
  store = await fakeS3();
  bucket = fakeBucket(store);
});
afterEach(() => store.stop());

describe("a store that is busy or broken", () => {
  it("is asked again after a pause, and the caller hears nothing of it", async () => {
    store.onRequest = faultsFor(method("PUT"), [{ kind: "throttle" }, { kind: "drop-before" }, { kind: "fail-after" }]);
    expect(await unwrap(bucket.put("a", body))).toMatchObject({ outcome: "written" });
    expect(text("a")).toBe("hello");
    expect(store.requests).toHaveLength(4);
  });

  it("is not asked again when repetition is off", async () => {
    store.onRequest = () => ({ kind: "throttle" });
    const once = fakeBucket(store, { retries: { attempts: 1 } });
    expect((await once.get("a"))._unsafeUnwrapErr().code).toBe("ADAPTER_THROTTLED");
    expect(store.requests).toHaveLength(1);
  });

  it("gets its wish when it names a time that is too long to wait for here", async () => {
    store.onRequest = () => ({ kind: "throttle", retryAfterSeconds: 60 });
    const before = Date.now();
    const error = (await bucket.head("a"))._unsafeUnwrapErr();
    expect(error).toMatchObject({ code: "ADAPTER_THROTTLED", retryable: true, details: { state: "unchanged" } });
    const retryAt = error.code === "ADAPTER_THROTTLED" ? Date.parse(error.details.retryAt ?? "") : Number.NaN;
    expect(retryAt).toBeGreaterThanOrEqual(before + 59_000);
    expect(store.requests).toHaveLength(1);
  });

  it("ends in ADAPTER_TIMEOUT when it never says a word", async () => {
    store.onRequest = () => ({ kind: "silence" });
    const impatient = fakeBucket(store, { timeoutMs: 30, retries: { attempts: 2, firstPauseMs: 1 } });
    const error = (await impatient.put("a", body))._unsafeUnwrapErr();
    expect(error).toMatchObject({ code: "ADAPTER_TIMEOUT", details: { timeoutMs: 30, state: "unknown" } });
    expect(store.requests).toHaveLength(2);
  });

  it("leaves it unknown what a write did that got no answer, and says so of no other", async () => {
    store.onRequest = (request) => (request.method === "PUT" ? { kind: "drop-after" } : undefined);
    expect((await bucket.put("a", body))._unsafeUnwrapErr()).toMatchObject({
      code: "ADAPTER_FAILED",
      details: { state: "unknown" },
    });
    store.onRequest = () => ({ kind: "refuse", status: 400, code: "InvalidRequest" });
    expect((await bucket.put("a", body))._unsafeUnwrapErr()).toMatchObject({
      code: "ADAPTER_FAILED",
      retryable: false,
      details: { state: "unchanged" },
    });
  });

  it("has a body sent again that was damaged on the way", async () => {
    store.onRequest = faultsFor(method("PUT"), [{ kind: "damage-request" }]);
    await unwrap(bucket.put("a", body));
    expect(text("a")).toBe("hello");
    expect(store.requests).toHaveLength(2);
  });

  it("does not hold a caller who has gone", async () => {
    const caller = new AbortController();
    store.onRequest = () => {
      caller.abort();
      return { kind: "silence" };
    };
    const error = (await bucket.get("a", { signal: caller.signal }))._unsafeUnwrapErr();
    expect(error.code).toBe("ABORTED");
    expect(store.requests).toHaveLength(1);
  });
});

describe("a store that says no", () => {
  const refused = async (status: number, code: string): Promise<unknown> => {
    store.onRequest = () => ({ kind: "refuse", status, code });
    return (await bucket.get("a"))._unsafeUnwrapErr();
  };

  it("is quoted in the words of this library", async () => {
    expect(await refused(403, "AccessDenied")).toMatchObject({
      code: "ADAPTER_UNAUTHORIZED",
      details: { reason: "permission" },
    });
    expect(await refused(403, "InvalidAccessKeyId")).toMatchObject({ details: { reason: "credentials" } });
    expect(await refused(403, "QuotaExceeded")).toMatchObject({ code: "STORAGE_FULL" });
    expect(await refused(507, "InsufficientStorage")).toMatchObject({ code: "STORAGE_FULL" });
    expect(await refused(301, "PermanentRedirect")).toMatchObject({ code: "ADAPTER_FAILED", retryable: false });
    expect(await refused(429, "TooManyRequests")).toMatchObject({ code: "ADAPTER_THROTTLED" });
    expect(await refused(502, "")).toMatchObject({ code: "ADAPTER_FAILED", retryable: true });
  });

  it("says that there is no bucket, which is not the same as no object", async () => {
    const elsewhere = fakeBucket(store, { bucket: "another" });
    const error = (await elsewhere.get("a"))._unsafeUnwrapErr();
    expect(error).toMatchObject({ code: "ADAPTER_FAILED", retryable: false });
    expect(error.message).toContain("there is no bucket");
    expect(await unwrap(bucket.get("a"))).toEqual({ outcome: "absent" });
  });

  it("tells how far the clocks are apart", async () => {
    store.now = () => new Date(Date.now() + 3_600_000);
    const error = (await bucket.get("a"))._unsafeUnwrapErr();
    expect(error).toMatchObject({ code: "ADAPTER_UNAUTHORIZED", retryable: false, details: { reason: "clock" } });
    expect(error.message).toMatch(/clock is 3(599|600) s ahead of ours/);
  });
});

describe("credentials", () => {
  it("are asked for before every attempt, and anew when they have ended", async () => {
    let asked = 0;
    const lent = fakeBucket(store, {
      credentials: () => {
        asked += 1;
        return store.credentials;
      },
    });
    store.onRequest = faultsFor(method("GET"), [{ kind: "refuse", status: 400, code: "ExpiredToken" }]);
    expect(await unwrap(lent.get("a"))).toEqual({ outcome: "absent" });
    expect(asked).toBe(2);
  });

  it("that are wrong are refused, and stay out of everything that is said", async () => {
    const secretAccessKey = "a-secret-nobody-may-see";
    const wrong = fakeBucket(store, { credentials: { ...store.credentials, secretAccessKey } });
    const error = (await wrong.put("a", body))._unsafeUnwrapErr();
    expect(error).toMatchObject({
      code: "ADAPTER_UNAUTHORIZED",
      details: { reason: "credentials", state: "unchanged" },
    });
    expect(`${JSON.stringify(error)} ${String(error.cause)} ${error.stack}`).not.toContain(secretAccessKey);
  });

  it("that can't be had end the call", async () => {
    const without = fakeBucket(store, {
      credentials: () => {
        throw new Error("no such role");
      },
    });
    expect((await without.get("a"))._unsafeUnwrapErr()).toMatchObject({ code: "ADAPTER_FAILED" });
    expect(store.requests).toHaveLength(0);
  });
});

it("finds a bucket by host name as well as by path, and signs for the one it uses", async () => {
  const agent = new Agent({
    lookup: (_hostname, options, done) =>
      options.all === true ? done(null, [{ address: "127.0.0.1", family: 4 }]) : done(null, "127.0.0.1", 4),
  });
  const endpoint = store.endpoint.replace("127.0.0.1", "objects.localhost");
  const byHost = fakeBucket(store, { endpoint, addressing: "host", agent });
  await unwrap(byHost.put("a/b c", body));
  expect(store.requests[0]?.headers["host"]).toMatch(/^sites\.objects\.localhost:\d+$/);
  expect(text("a/b c")).toBe("hello");
  const url = new URL(await unwrap(byHost.presignGet("a/b c", { expiresInSeconds: 60 })));
  expect([url.hostname, url.pathname]).toEqual(["sites.objects.localhost", "/a/b%20c"]);
  expect((await unwrap(byHost.list("a/"))).objects.map(({ key }) => key)).toEqual(["a/b c"]);
});

it("sends no more requests at a time than it may", async () => {
  let [now, most] = [0, 0];
  store.onRequest = async () => {
    now += 1;
    most = Math.max(most, now);
    await new Promise((resolve) => setImmediate(resolve));
    now -= 1;
    return undefined;
  };
  const few = fakeBucket(store, { maxRequests: 3 });
  await Promise.all(Array.from({ length: 30 }, (_, index) => unwrap(few.put(`k${index}`, body))));
  expect(most).toBeLessThanOrEqual(3);
  expect(store.objects.size).toBe(30);
});
