import { hasCode, hostingError, unwrap } from "@hostelry/core/adapter";
import { describe, expect, it } from "vitest";
import { simulatedClock } from "../clock/simulated-clock.ts";
import { collect, patternOf } from "../conformance/blob-store/bytes.ts";
import { createSite, draftOf, newSite } from "../conformance/store/scene.ts";
import { memoryBlobStore } from "../memory/blob-store/memory-blob-store.ts";
import { memoryStore } from "../memory/store/memory-store.ts";
import { crashAt } from "./crash-at.ts";
import { cutReads } from "./cut-reads.ts";
import { duplicate } from "./duplicate.ts";
import { failAt } from "./fail-at.ts";
import { type RecordedCall, recordCalls } from "./record-calls.ts";
import { slow } from "./slow.ts";

describe("failAt", () => {
  it("fails one call before it does anything, and lets the next one pass", async () => {
    const store = failAt(memoryStore(), { method: "createSite", call: 1 });
    const site = newSite();
    const request = { site, audit: draftOf(site.id, "site.created") };
    const failed = await store.createSite(request);
    expect(failed._unsafeUnwrapErr()).toMatchObject({ code: "ADAPTER_FAILED", details: { state: "unchanged" } });
    expect((await store.getSite(site.id)).isErr()).toBe(true);
    expect((await store.createSite(request)).isOk()).toBe(true);
  });

  it("loses the answer of a call that has done its work", async () => {
    const store = failAt(memoryStore(), { method: "createSite", when: "after" });
    const site = newSite();
    const failed = await store.createSite({ site, audit: draftOf(site.id, "site.created") });
    expect(failed._unsafeUnwrapErr()).toMatchObject({ code: "ADAPTER_FAILED", details: { state: "unknown" } });
    expect((await unwrap(store.getSite(site.id))).name).toBe(site.name);
  });

  it("counts calls of all methods when none is named, and gives the error it was given", async () => {
    const error = hostingError("STORAGE_FULL", "No space.", { path: "here", state: "unchanged" });
    const store = failAt(memoryStore(), { call: 2, error });
    const { id } = await createSite(store);
    expect((await store.getSite(id))._unsafeUnwrapErr()).toBe(error);
    expect((await store.getSite(id)).isOk()).toBe(true);
  });

  it("throws when it is told to, for guards to catch", async () => {
    const store = failAt(memoryStore(), { throws: new RangeError("a bug") });
    await expect((async () => store.listSites())()).rejects.toThrow(RangeError);
  });

  it("leaves names and capabilities as they are", () => {
    const store = failAt(memoryStore(), {});
    expect([store.spec, store.name, store.capabilities]).toEqual([
      "store/1",
      "memory",
      { shared: false, durable: false },
    ]);
  });
});

describe("crashAt", () => {
  it("crashes before a call has done anything, or after it has done everything", async () => {
    for (const when of ["before", "after"] as const) {
      const records = memoryStore().records;
      const seen: number[] = [];
      const store = crashAt(memoryStore({ records }), { call: 1, when }, () => seen.push(records.sites.size));
      await createSite(store);
      await createSite(store);
      expect(seen).toEqual([when === "before" ? 0 : 1]);
    }
  });
});

describe("slow", () => {
  it("begins a call when its time has come, and not before", async () => {
    const clock = simulatedClock();
    const store = slow(memoryStore(), clock, 1000);
    const creating = createSite(store);
    await clock.advance(999);
    expect(clock.pending).toBe(1);
    await clock.advance(1);
    expect((await creating).version).toBe(1);
  });

  it("ends with ABORTED when the caller does not want to wait", async () => {
    const clock = simulatedClock();
    const caller = new AbortController();
    const listing = slow(memoryStore(), clock, 1000).listSites({ signal: caller.signal });
    caller.abort();
    expect((await listing)._unsafeUnwrapErr().code).toBe("ABORTED");
    expect(clock.pending).toBe(0);
  });
});

describe("duplicate", () => {
  it("does every call twice and gives the second answer, or the first", async () => {
    const site = newSite();
    const request = { site, audit: draftOf(site.id, "site.created") };
    const second = await duplicate(memoryStore()).createSite(request);
    expect(second._unsafeUnwrapErr().code).toBe("STORE_CONFLICT");
    const first = await duplicate(memoryStore(), { answer: "first" }).createSite(request);
    expect(first.isOk()).toBe(true);
  });

  it("leaves alone the methods that are not named", async () => {
    const store = duplicate(memoryStore(), { methods: ["getSite"] });
    expect((await createSite(store)).version).toBe(1);
  });
});

describe("recordCalls", () => {
  it("notes methods, arguments and answers in the order of the calls", async () => {
    const calls: RecordedCall[] = [];
    const store = recordCalls(failAt(memoryStore(), { method: "listSlots", throws: new Error("a bug") }), calls);
    const site = await createSite(store);
    const reading = store.getSite(site.id);
    expect(calls.map(({ method, outcome }) => [method, outcome === "pending"])).toEqual([
      ["createSite", false],
      ["getSite", true],
    ]);
    expect(calls[1]?.args).toEqual([site.id]);
    const answer = await reading;
    expect(calls[1]?.outcome).toBe(answer);
    await expect((async () => store.listSlots(site.id))()).rejects.toThrow("a bug");
    expect(calls[2]?.outcome).toBe("threw");
  });
});

describe("cutReads", () => {
  it("gives so many bytes of a blob, and then throws", async () => {
    const store = memoryBlobStore();
    const { sha256 } = await unwrap(store.put({ bytes: patternOf(100_000) }));
    const cut = cutReads(store, { afterBytes: 70_000 });
    let bytes = 0;
    const read = async (): Promise<void> => {
      for await (const chunk of await unwrap(cut.read(sha256))) bytes += chunk.length;
    };
    await expect(read()).rejects.toSatisfy((error) => hasCode(error, "ADAPTER_FAILED"));
    expect(bytes).toBe(70_000);
    expect(await collect(await unwrap(store.read(sha256)))).toHaveLength(100_000);
  });
});
