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

  describe("with what is used after the answer", () => {
    const signals: AbortSignal[] = [];
    /** Answers with what ends the use of it; the call `hang` never answers. */
    const lasting = guardCall(
      "disk",
      "read",
      { options: 1, timeoutMs: 50, lasting: (_adapter, _value, ended) => ended },
      (request, options) => {
        signals.push((options as { signal: AbortSignal }).signal);
        return request === "hang" ? new Promise(() => undefined) : okAsync("bytes");
      },
    ) as (request: unknown, options?: { signal?: AbortSignal }) => ResultAsync<() => void, { code: string }>;
    const last = (): AbortSignal | undefined => signals.at(-1);

    it("tells the adapter as well, though it makes no signal for each call", async () => {
      signals.length = 0;
      for (let call = 0; call < 640; call += 1) (await unwrap(lasting("x")))();
      // Not one for all of them either: an adapter may leave listeners on it.
      expect(new Set(signals).size).toBe(10);
      expect((await lasting("hang"))._unsafeUnwrapErr().code).toBe("ADAPTER_TIMEOUT");
      expect(last()?.aborted).toBe(true);
      expect(signals.filter(({ aborted }) => aborted)).toHaveLength(1);
    });

    it("leaves alone what is still used when another call is given up", async () => {
      const ended = await unwrap(lasting("x"));
      const inUse = last();
      expect((await lasting("hang"))._unsafeUnwrapErr().code).toBe("ADAPTER_TIMEOUT");
      expect([last() === inUse, last()?.aborted, inUse?.aborted]).toEqual([false, true, false]);
      ended();
      ended();
      (await unwrap(lasting("x")))();
      expect(last()).toBe(inUse);
      await unwrap(lasting("x"));
      await unwrap(lasting("x"));
      expect(signals.at(-2)).toBe(inUse);
      expect(last()).not.toBe(inUse);
    });

    it("passes the caller's own signal on", async () => {
      const caller = new AbortController();
      await unwrap(lasting("x", { signal: caller.signal }));
      caller.abort();
      expect(last()?.aborted).toBe(true);
    });
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

  it("knows when what was read is used no more: at its end, when it breaks, and when it is let go", async () => {
    const signals = new Set<AbortSignal | undefined>();
    const chunks = async function* (breaks: boolean): AsyncGenerator<Uint8Array> {
      yield new Uint8Array(1);
      if (breaks) throw new Error("cable");
      yield new Uint8Array(2);
    };
    const guarded = guardBlobStore({
      ...blobs,
      read: (sha256, { signal } = {}) => {
        signals.add(signal);
        return okAsync(chunks(sha256.startsWith("b")));
      },
    });
    const toTheEnd = await unwrap(guarded.read("a".repeat(64)));
    for await (const chunk of toTheEnd) expect(chunk.length).toBeGreaterThan(0);
    const broken = (await unwrap(guarded.read("b".repeat(64))))[Symbol.asyncIterator]();
    await broken.next();
    await expect(broken.next()).rejects.toMatchObject({ code: "ADAPTER_FAILED" });
    for await (const _ of await unwrap(guarded.read("c".repeat(64)))) break;
    const unread = (await unwrap(guarded.read("d".repeat(64))))[Symbol.asyncIterator]();
    await unread.return?.();
    expect(signals.size).toBe(1);
    await unwrap(guarded.read("e".repeat(64)));
    await unwrap(guarded.read("f".repeat(64)));
    expect(signals.size).toBe(2);
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
