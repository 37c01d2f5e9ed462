import { describe, expect, it } from "vitest";
import { errAsync, okAsync, type ResultAsync, unwrap } from "../result/index.ts";
import type { BlobStore } from "./blob-store.ts";
import { guardBlobStore, guardTarget } from "./guard.ts";
import { guardCall } from "./guard-call.ts";
import type { Target } from "./target.ts";

const method = { options: 1, timeoutMs: 50 };
const call = (answer: (...values: readonly unknown[]) => unknown) =>
  guardCall("disk", "observe", method, answer) as (
    request: unknown,
    options?: { signal?: AbortSignal },
  ) => ResultAsync<unknown, { code: string; details: unknown; cause: unknown }>;

describe("guardCall", () => {
  it("passes a good answer and a typed error through", async () => {
    expect((await call(() => okAsync(3))("x"))._unsafeUnwrap()).toBe(3);
  });

  it.each([
    [
      "throws",
      () => {
        throw new Error("boom");
      },
    ],
    ["rejects", () => Promise.reject(new Error("boom"))],
    ["answers with a foreign error", () => errAsync(new Error("boom"))],
    ["answers with no Result", () => Promise.resolve(42)],
  ])("turns an adapter that %s into ADAPTER_FAILED with its cause", async (_, answer) => {
    const error = (await call(answer)("x"))._unsafeUnwrapErr();
    expect(error.code).toBe("ADAPTER_FAILED");
    expect(error.cause).toBeInstanceOf(Error);
  });

  it("gives up a call that does not come back, and tells the adapter so", async () => {
    let told = false;
    const hanging = call((_request, options) => {
      (options as { signal: AbortSignal }).signal.addEventListener("abort", () => {
        told = true;
      });
      return new Promise(() => undefined);
    });
    const error = (await hanging("x"))._unsafeUnwrapErr();
    expect(error.code).toBe("ADAPTER_TIMEOUT");
    expect(told).toBe(true);
  });

  it("does not call at all once the caller has given up", async () => {
    let called = false;
    const error = (
      await call(() => {
        called = true;
        return okAsync(1);
      })("x", { signal: AbortSignal.abort() })
    )._unsafeUnwrapErr();
    expect(error.code).toBe("ABORTED");
    expect(called).toBe(false);
  });
});

const blobs: BlobStore = {
  spec: "blob-store/1",
  name: "broken",
  capabilities: { collectable: false },
  put: () => errAsync(new Error("x") as never),
  read: () =>
    okAsync(
      (async function* () {
        yield new Uint8Array(1);
        throw new Error("cable");
      })(),
    ),
  has: () => okAsync(new Map()),
  list: () => okAsync({ items: [] }),
  remove: () => okAsync({ removed: 0 }),
};

describe("guardBlobStore", () => {
  it("makes a throw in the midst of reading one of ours", async () => {
    const bytes = await unwrap(guardBlobStore(blobs).read("0".repeat(64)));
    const reading = (async () => {
      for await (const _ of bytes);
    })();
    await expect(reading).rejects.toMatchObject({
      code: "ADAPTER_FAILED",
      details: { adapter: "broken", operation: "read" },
    });
  });

  it("calls methods that live on a prototype, with their this", async () => {
    class Classy {
      readonly spec = "blob-store/1" as const;
      readonly name = "classy";
      readonly capabilities = { collectable: false };
      count = 5;
      put = blobs.put;
      read = blobs.read;
      list = blobs.list;
      remove = blobs.remove;
      has(): ReturnType<BlobStore["has"]> {
        return okAsync(new Map([["x", this.count]]));
      }
    }
    expect(await unwrap(guardBlobStore(new Classy()).has([]))).toEqual(new Map([["x", 5]]));
  });

  it("refuses a port of another version, and one that lacks a method", () => {
    expect(() => guardBlobStore({ ...blobs, spec: "blob-store/2" } as unknown as BlobStore)).toThrow(
      /speaks blob-store\/2/,
    );
    expect(() => guardTarget({ spec: "target/1", name: "half", capabilities: {} } as unknown as Target)).toThrow(
      /has no method/,
    );
  });
});
