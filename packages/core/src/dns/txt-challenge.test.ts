import { memoryDnsProvider, memoryResolver, type SimulatedClock, simulatedClock } from "@hostelry/testing";
import { beforeEach, describe, expect, it } from "vitest";
import { unwrap } from "../result/index.ts";
import { findDnsZone } from "./find-dns-zone.ts";
import { type TxtChallenges, txtChallenges } from "./txt-challenge.ts";

const zone = "zone.test";
const name = `_acme-challenge.${zone}`;
let provider: ReturnType<typeof memoryDnsProvider>;
let clock: SimulatedClock;
beforeEach(async () => {
  provider = memoryDnsProvider();
  clock = simulatedClock();
  await unwrap(provider.createZone({ name: zone, nameservers: ["ns1.servers.test", "ns2.servers.test"] }));
});

/** Challenges, at servers of which the named one lags behind until a time, or is away. */
function challengesWith(late: { readonly server?: string; readonly untilMs?: number; readonly away?: boolean } = {}): {
  readonly challenges: TxtChallenges;
  readonly asked: readonly string[];
} {
  const startedMs = clock.now().getTime();
  const resolver = memoryResolver({
    zones: provider.zones,
    see: (server, { type }) => {
      if (
        server !== late.server ||
        type !== "TXT" ||
        clock.now().getTime() - startedMs >= (late.untilMs ?? Number.POSITIVE_INFINITY)
      )
        return undefined;
      return late.away === true ? "timeout" : { status: "no-name", values: [], ttlSeconds: null, aliases: [] };
    },
  });
  return { challenges: txtChallenges({ provider, resolver, clock }), asked: resolver.asked };
}

describe("challenges by TXT records", () => {
  it("stand beside each other, and go one by one", async () => {
    const { challenges } = challengesWith();
    const apex = await unwrap(challenges.present({ name, value: "apex" }));
    expect(apex).toEqual({ zone, name });
    await unwrap(challenges.present({ name, value: "wildcard" }));
    await unwrap(challenges.present({ name, value: "wildcard" }));
    await unwrap(challenges.withdraw({ name, value: "apex" }, apex));
    expect(provider.zones.get(zone)?.sets.get(`${name} TXT`)?.values).toEqual(["wildcard"]);
    expect((await unwrap(challenges.withdraw({ name, value: "apex" }, apex))).changed).toBe(false);
  });

  it("are waited for at every server of the zone, with longer and longer pauses", async () => {
    const { challenges, asked } = challengesWith({ server: "ns2.servers.test", untilMs: 20_000 });
    await unwrap(challenges.present({ name, value: "x" }));
    const waiting = challenges.waitUntilVisible({ name, value: "x" });
    let seen = false;
    void waiting.then(() => {
      seen = true;
    });
    await clock.advance(15_500);
    expect(seen).toBe(false);
    // 0, 0.5, 1.5, 3.5, 7.5 and 15.5 seconds.
    expect(asked.filter((each) => each.startsWith("ns2")).length).toBe(6);
    await clock.advance(10_000);
    expect((await waiting).isOk()).toBe(true);
  });

  it("are given up when the time is over, with the names of the servers that lag behind", async () => {
    const { challenges } = challengesWith({ server: "ns1.servers.test" });
    await unwrap(challenges.present({ name, value: "x" }));
    const waiting = challenges.waitUntilVisible({ name, value: "x" }, { timeoutMs: 60_000 });
    await clock.advance(70_000);
    expect((await waiting)._unsafeUnwrapErr()).toMatchObject({
      code: "DNS_NOT_VISIBLE",
      retryable: true,
      details: { name, servers: ["ns1.servers.test"] },
    });
  });

  it("are not taken for visible at a server that says nothing", async () => {
    const { challenges } = challengesWith({ server: "ns1.servers.test", away: true });
    await unwrap(challenges.present({ name, value: "x" }));
    const waiting = challenges.waitUntilVisible({ name, value: "x" }, { timeoutMs: 1000 });
    await clock.advance(2000);
    expect((await waiting)._unsafeUnwrapErr().code).toBe("DNS_NOT_VISIBLE");
  });

  it("are not waited for any longer when the caller leaves", async () => {
    const { challenges } = challengesWith({ server: "ns1.servers.test" });
    const leaving = new AbortController();
    const waiting = challenges.waitUntilVisible({ name, value: "x" }, { signal: leaving.signal });
    await clock.advance(100);
    leaving.abort();
    expect((await waiting)._unsafeUnwrapErr().code).toBe("ABORTED");
  });

  it("are written where the name is an alias of, and an alias without an end is refused", async () => {
    await unwrap(provider.createZone({ name: "dcv.platform.test", nameservers: ["ns1.servers.test"] }));
    const alias = (from: string, to: string) =>
      ({ action: "add", name: from, type: "CNAME", values: [to], ttlSeconds: 60 }) as const;
    const loop = [alias(`a.${zone}`, `b.${zone}`), alias(`b.${zone}`, `a.${zone}`)];
    await unwrap(provider.applyChanges({ zone, changes: [alias(name, "token.dcv.platform.test"), ...loop] }));
    const { challenges } = challengesWith();
    expect(await unwrap(challenges.present({ name, value: "x" }))).toEqual({
      zone: "dcv.platform.test",
      name: "token.dcv.platform.test",
    });
    await unwrap(challenges.waitUntilVisible({ name, value: "x" }));
    expect((await challenges.present({ name: `a.${zone}`, value: "x" }))._unsafeUnwrapErr().code).toBe("INVALID_INPUT");
  });
});

describe("findDnsZone", () => {
  it("finds the longest zone that a name is in", async () => {
    await unwrap(provider.createZone({ name: `sub.${zone}`, nameservers: ["ns1.servers.test"] }));
    const found = async (each: string) => (await unwrap(findDnsZone(provider, each))).name;
    expect(await found(`www.${zone}`)).toBe(zone);
    expect(await found(`a.b.sub.${zone}`)).toBe(`sub.${zone}`);
    expect(await found(`*.sub.${zone}`)).toBe(`sub.${zone}`);
    expect((await findDnsZone(provider, "www.elsewhere.test"))._unsafeUnwrapErr()).toMatchObject({
      code: "DNS_ZONE_NOT_FOUND",
      details: { zone: "www.elsewhere.test" },
    });
  });
});
