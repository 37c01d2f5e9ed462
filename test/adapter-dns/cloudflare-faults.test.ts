import { inspect } from "node:util";
import { cloudflareProvider } from "@hostelry/adapter-dns/cloudflare";
import { unwrap } from "@hostelry/core";
import type { Clock, DnsProvider } from "@hostelry/core/adapter";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type CloudflareStandIn, type StandInRecord, startCloudflareStandIn } from "./cloudflare-stand-in.ts";

const sleeps: number[] = [];
const clock: Clock = {
  now: () => new Date("2026-01-01T00:00:00Z"),
  sleep: async (milliseconds) => {
    sleeps.push(milliseconds);
  },
};
const zone = "shop.test";
const add = (name: string, type: "A" | "TXT", ...values: readonly string[]) =>
  ({ action: "add", name, type, values, ttlSeconds: 120 }) as const;

describe("Cloudflare's API, as documented, on a bad day", () => {
  let server: CloudflareStandIn;
  let provider: DnsProvider;
  const records = (): StandInRecord[] => server.zones.get(zone)?.records ?? [];
  const put = (record: Partial<StandInRecord>): void => {
    const base = { id: `id-${records().length}`, type: "A", name: `www.${zone}`, content: "", ttl: 1 };
    records().push({ ...base, proxied: false, comment: null, ...record });
  };
  beforeAll(async () => {
    server = await startCloudflareStandIn();
  });
  afterAll(() => server.stop());
  beforeEach(() => {
    server.addZone(zone);
    server.requests.length = 0;
    sleeps.length = 0;
    provider = cloudflareProvider({ url: server.url, token: server.token, clock });
  });

  it("takes an identical record that somebody else was faster with for done, and adds the rest", async () => {
    server.faults.beforeBatch = () => put({ type: "TXT", name: `a.${zone}`, content: '"x"' });
    await unwrap(provider.applyChanges({ zone, changes: [add(`a.${zone}`, "TXT", "x", "y")] }));
    expect(records().map(({ content }) => content)).toEqual(['"x"', '"y"']);
  });

  it("loses no value of somebody else who writes between the look and the write", async () => {
    put({ content: "192.0.2.1" });
    server.faults.beforeBatch = () => put({ content: "192.0.2.2" });
    await unwrap(provider.applyChanges({ zone, changes: [add(`www.${zone}`, "A", "192.0.2.3")] }));
    expect(records().map(({ content }) => content)).toEqual(["192.0.2.1", "192.0.2.2", "192.0.2.3"]);
  });

  it("keeps the ids, the automatic TTL and the proxy of what stays", async () => {
    put({ content: "192.0.2.1", proxied: true, comment: "the shop" });
    put({ type: "TXT", name: zone, content: "bare text" });
    await unwrap(
      provider.applyChanges({
        zone,
        changes: [add(`www.${zone}`, "A", "192.0.2.2"), add(zone, "TXT", "bare text", "b")],
      }),
    );
    expect(
      records().map(({ id, ttl, proxied, comment, content }) => [id.slice(0, 3), ttl, proxied, comment, content]),
    ).toEqual([
      ["id-", 1, true, "the shop", "192.0.2.1"],
      ["id-", 1, false, null, "bare text"],
      [expect.any(String), 1, true, "the shop", "192.0.2.2"],
      [expect.any(String), 1, false, null, '"b"'],
    ]);
  });

  it("divides what is more than a batch takes, and reads page by page", async () => {
    for (let index = 0; index < 1200; index += 1) put({ name: `old-${index}.${zone}`, content: "192.0.2.1" });
    const changes = Array.from({ length: 250 }, (_, index) => add(`host-${index}.${zone}`, "A", "192.0.2.1"));
    expect((await unwrap(provider.applyChanges({ zone, changes }))).changed).toBe(true);
    expect(server.requests.filter((request) => request.startsWith("POST"))).toHaveLength(2);
    expect((await unwrap(provider.listRecordSets({ zone }))).sets).toHaveLength(1450);
    expect((await unwrap(provider.applyChanges({ zone, changes }))).changed).toBe(false);
  });

  it("waits for a moment when it is asked to, and hands a longer wait to the caller", async () => {
    server.faults.throttled = 2;
    await unwrap(provider.applyChanges({ zone, changes: [add(`a.${zone}`, "TXT", "x")] }));
    expect(sleeps).toEqual([1000, 1000]);
    Object.assign(server.faults, { throttled: 1, retryAfterSeconds: 240 });
    const error = (await provider.getZone(zone))._unsafeUnwrapErr();
    expect(error).toMatchObject({
      code: "ADAPTER_THROTTLED",
      details: { retryAt: "2026-01-01T00:04:00.000Z", state: "unchanged" },
    });
  });

  it("does not know whether it was written when a gateway gives up, and repeating is safe", async () => {
    server.faults.lostAnswers = 1;
    const changes = [add(`a.${zone}`, "TXT", "x")];
    const error = (await provider.applyChanges({ zone, changes }))._unsafeUnwrapErr();
    expect(error).toMatchObject({ code: "ADAPTER_FAILED", details: { state: "unknown" } });
    expect((await unwrap(provider.applyChanges({ zone, changes }))).changed).toBe(false);
  });

  it("says that a token is not taken, and not which", async () => {
    const token = "secret-token-0815";
    const error = (await cloudflareProvider({ url: server.url, token }).getZone(zone))._unsafeUnwrapErr();
    expect(error).toMatchObject({
      code: "ADAPTER_UNAUTHORIZED",
      message: expect.stringContaining("Authentication error"),
    });
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain("0815");
  });
});
