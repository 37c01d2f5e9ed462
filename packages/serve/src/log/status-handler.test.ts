import type { AuditAction, SiteId } from "@hostelry/core/adapter";
import { type MemoryStore, memoryStore, simulatedClock } from "@hostelry/testing";
import { describe, expect, it } from "vitest";
import { eventReader, type ReadEvent } from "../fixtures/event-reader.ts";
import { createStatusHandler, type StatusHandlerOptions } from "./status-handler.ts";

const [first, second] = ["site-first", "site-second"] as SiteId[] as [SiteId, SiteId];
const at = new Date("2026-03-01T12:00:00.000Z");

async function createSite(store: MemoryStore, id: SiteId): Promise<void> {
  const audit = { actor: "ada", action: "site.created", siteId: id, subject: id, at, after: { secret: "x" } } as const;
  (
    await store.createSite({ site: { id, name: "x", state: "live", createdAt: at, version: 1 }, audit })
  )._unsafeUnwrap();
}

async function rename(store: MemoryStore, siteId: SiteId, expectVersion: number): Promise<void> {
  const audit = { actor: "ada", action: "site.renamed" as AuditAction, siteId, subject: siteId, at };
  (await store.updateSite({ siteId, expectVersion, change: { name: "y" }, audit }))._unsafeUnwrap();
}

function scene(options: Partial<StatusHandlerOptions> = {}): {
  readonly store: MemoryStore;
  follow(
    path?: string,
  ): Promise<{ events(count: number): Promise<readonly ReadEvent[]>; lastId(): string; cancel(): Promise<void> }>;
  status(path: string): Promise<number>;
} {
  const store = memoryStore();
  const handler = createStatusHandler({
    store,
    clock: simulatedClock(),
    access: ({ query }) => ({ allow: { siteId: (query.get("site") ?? undefined) as SiteId | undefined } }),
    ...options,
  });
  const get = (path: string): Promise<Response> => handler.fetch(new Request(`http://status.test${path}`));
  return {
    store,
    status: async (path) => (await get(path)).status,
    follow: async (path = "/") => {
      const body = (await get(path)).body ?? new ReadableStream<Uint8Array>();
      const source = body.getReader();
      const reader = eventReader();
      return {
        events: async (count) => {
          const events: ReadEvent[] = [];
          while (events.length < count) {
            const { value } = await source.read();
            events.push(...reader.feed(new TextDecoder().decode(value)));
          }
          return events;
        },
        lastId: () => reader.lastId,
        cancel: () => source.cancel(),
      };
    },
  };
}

const shown = (events: readonly ReadEvent[]): readonly unknown[] => events.flatMap(({ data }) => data as unknown[]);

describe("a status handler", () => {
  it("shows what happens to a site, as it happens, without who did it and the values", async () => {
    const { store, follow } = scene();
    await createSite(store, first);
    await createSite(store, second);
    const stream = await follow(`/?site=${first}`);
    const begin = shown(await stream.events(1));
    expect(begin).toEqual([
      { sequence: 1, action: "site.created", siteId: first, subject: first, at: at.toISOString() },
    ]);
    await rename(store, second, 1);
    await rename(store, first, 1);
    expect(shown(await stream.events(1))).toMatchObject([{ action: "site.renamed", siteId: first }]);
    await stream.cancel();
  });

  it("goes on behind the id of any event, with nothing twice and nothing left out", async () => {
    const { store, follow } = scene();
    await createSite(store, first);
    for (let version = 1; version <= 130; version += 1) await rename(store, first, version);
    const seen: unknown[] = [];
    let after = "";
    for (let batch = 0; batch < 3; batch += 1) {
      const stream = await follow(`/${after === "" ? "" : `?after=${encodeURIComponent(after)}`}`);
      seen.push(...shown(await stream.events(1)));
      after = stream.lastId();
      await stream.cancel();
    }
    const sequences = seen.map((entry) => (entry as { sequence: number }).sequence);
    expect(sequences).toEqual(Array.from({ length: 131 }, (_, index) => index + 1));
  });

  it("shows what the host lets it show, and goes on behind what is hidden", async () => {
    const { store, follow } = scene({
      show: ({ action, actor }) => (action === "site.renamed" ? { by: actor } : null),
    });
    await createSite(store, first);
    const stream = await follow();
    await rename(store, first, 1);
    await rename(store, first, 2);
    const events = await stream.events(1);
    expect(shown(events)[0]).toEqual({ by: "ada" });
    await stream.cancel();
  });

  it("refuses a cursor that is none", async () => {
    const { status } = scene();
    expect(await status("/?after=nonsense")).toBe(400);
  });
});
