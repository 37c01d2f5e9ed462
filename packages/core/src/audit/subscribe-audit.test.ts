import { type MemoryStore, memoryStore, simulatedClock } from "@hostelry/testing";
import { describe, expect, it } from "vitest";
import { type HostingError, hostingError } from "../errors/index.ts";
import { errAsync, unwrap } from "../result/index.ts";
import type { SiteId } from "../site/site.ts";
import { subscribeAudit } from "./subscribe-audit.ts";

const siteId = "site-a" as SiteId;
const audit = { actor: "ada", action: "site.created", siteId, subject: siteId, at: new Date(5) } as const;
const site = { id: siteId, name: "A", state: "live", createdAt: new Date(0), version: 1 } as const;

/** The store, whose first readings of the record fail. */
function failing(store: MemoryStore, times: number, error: HostingError<"ADAPTER_FAILED">): MemoryStore {
  let left = times;
  const listAudit: MemoryStore["listAudit"] = (request, options) => {
    left -= 1;
    return left >= 0 ? errAsync(error) : store.listAudit(request, options);
  };
  return { ...store, listAudit };
}

describe("subscribing to the audit record", () => {
  it("goes on behind the cursor of a batch, in a new subscription", async () => {
    const [store, clock] = [memoryStore(), simulatedClock()];
    await unwrap(store.createSite({ site, audit }));
    await unwrap(store.updateSite({ siteId, expectVersion: 1, change: { name: "B" }, audit }));
    const seen: number[] = [];
    let after: string | undefined;
    for (let rounds = 0; rounds < 2; rounds += 1) {
      for await (const { entries, cursor } of subscribeAudit({ store, clock }, { after, limit: 1 })) {
        seen.push(...entries.map(({ sequence }) => sequence));
        after = cursor;
        break;
      }
    }
    expect(seen).toEqual([1, 2]);
  });

  it("ends with its signal, also while it waits", async () => {
    const [store, clock] = [memoryStore(), simulatedClock()];
    const stop = new AbortController();
    const batches: unknown[] = [];
    const following = (async () => {
      for await (const batch of subscribeAudit({ store, clock }, { signal: stop.signal })) batches.push(batch);
    })();
    await clock.advance(30_000);
    stop.abort();
    await following;
    expect(batches).toEqual([]);
  });

  it("waits out what is retryable, longer each time", async () => {
    const [store, clock] = [memoryStore(), simulatedClock()];
    await unwrap(store.createSite({ site, audit }));
    const details = { adapter: "memory", operation: "listAudit", state: "unchanged" } as const;
    const faulty = failing(store, 3, hostingError("ADAPTER_FAILED", "Not now.", details));
    const next = subscribeAudit({ store: faulty, clock })[Symbol.asyncIterator]().next();
    await clock.advance(99);
    expect(clock.pending).toBe(1);
    await clock.advance(1 + 200 + 400);
    expect((await next).value).toMatchObject({ entries: [{ sequence: 1 }] });
  });

  it("throws what repeating can't mend", async () => {
    const [store, clock] = [memoryStore(), simulatedClock()];
    const next = subscribeAudit({ store, clock }, { after: "no cursor" }).next();
    await expect(next).rejects.toMatchObject({ code: "INVALID_INPUT" });
  });
});
