import { inspect } from "node:util";
import { route53Provider } from "@hostelry/adapter-dns/route53";
import { applyDnsPlan, planDns, unwrap } from "@hostelry/core";
import type { Clock, DnsProvider } from "@hostelry/core/adapter";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { clientAt, newZoneName, providerAt, putSet } from "./route53-harness.ts";
import { type Route53StandIn, type StandInFault, type StandInZone, startRoute53StandIn } from "./route53-stand-in.ts";

const sleeps: number[] = [];
/** Does not wait. */
const clock: Clock = {
  now: () => new Date("2026-01-01T00:00:00Z"),
  sleep: async (milliseconds) => {
    sleeps.push(milliseconds);
  },
};
const add = (name: string, type: "A" | "AAAA" | "CNAME" | "TXT", ...values: readonly string[]) =>
  ({ action: "add", name, type, values, ttlSeconds: 120 }) as const;

describe("Route 53, as documented, on a bad day", () => {
  let server: Route53StandIn;
  let zone: string;
  let held: StandInZone;
  let provider: DnsProvider;
  beforeAll(async () => {
    server = await startRoute53StandIn();
  });
  afterAll(() => server.stop());
  beforeEach(() => {
    server.reset();
    zone = newZoneName();
    held = server.addZone(zone);
    sleeps.length = 0;
    provider = providerAt(server, { clock });
  });
  const put = (name: string, type: string, ...values: readonly string[]): void =>
    putSet(held, { name, type, ttl: 60, values });
  const valuesAt = (name: string, type: string): readonly string[] | undefined =>
    held.sets.find((set) => set.name === `${name}.` && set.type === type)?.values;
  /** The next requests of one operation meet these, one after the other. */
  const meet = (operation: string, ...faults: readonly StandInFault[]): void => {
    const left = [...faults];
    server.settings.fault = (asked) => (asked === operation ? left.shift() : undefined);
  };
  const writes = (): number => server.requests.filter((each) => each === "ChangeResourceRecordSets").length;

  describe.each(["current", "older", "silent"] as const)("with refusals told in the %s way", (refusals) => {
    beforeEach(() => {
      server.settings.refusals = refusals;
    });

    it("loses no value of somebody else who writes the same set between the look and the write", async () => {
      const name = `_acme-challenge.${zone}`;
      put(name, "TXT", '"one"');
      server.settings.beforeChange = () => put(name, "TXT", '"two"');
      const { changed } = await unwrap(provider.applyChanges({ zone, changes: [add(name, "TXT", "three")] }));
      expect([changed, valuesAt(name, "TXT")]).toEqual([true, ['"one"', '"three"', '"two"']]);
    });

    it("refuses a replacement when the set has changed between the look and the write", async () => {
      const name = `www.${zone}`;
      put(name, "A", "192.0.2.1");
      server.settings.beforeChange = () => put(name, "A", "192.0.2.2");
      const set = { action: "replace", name, type: "A", expect: ["192.0.2.1"], values: ["192.0.2.9"] } as const;
      const error = (await provider.applyChanges({ zone, changes: [{ ...set, ttlSeconds: 60 }] }))._unsafeUnwrapErr();
      expect([error.code, valuesAt(name, "A")]).toEqual(["DNS_ZONE_CHANGED", ["192.0.2.1", "192.0.2.2"]]);
    });

    it("takes a set that somebody else was faster with for done", async () => {
      const name = `www.${zone}`;
      server.settings.beforeChange = () => put(name, "A", "192.0.2.1");
      const outcome = await unwrap(provider.applyChanges({ zone, changes: [add(name, "A", "192.0.2.1")] }));
      expect([outcome.changed, server.batches]).toEqual([false, []]);
    });

    it("says what the service does not take, and asks for it twice at most", async () => {
      // The port's checks do not know that a value ends at 4000 characters.
      const changes = [add(`text.${zone}`, "TXT", "x".repeat(4100))];
      const error = (await provider.applyChanges({ zone, changes }))._unsafeUnwrapErr();
      expect(error.code).toBe("INVALID_INPUT");
      if (refusals === "current") expect(error.message).toContain("FATAL problem");
      // Without a word, it may be that somebody was faster.
      expect(writes()).toBe(refusals === "current" ? 1 : 2);
    });
  });

  it("tells a conflict that only the service sees: an alias that is one of several by weight", async () => {
    const name = `www.${zone}`;
    const more = { SetIdentifier: "blue", Weight: "10" };
    putSet(held, { name, type: "CNAME", ttl: 60, values: ["blue.elsewhere.test"], more });
    const error = (await provider.applyChanges({ zone, changes: [add(name, "TXT", "x")] }))._unsafeUnwrapErr();
    expect(error).toMatchObject({ code: "DNS_CONFLICT", details: { name, type: "TXT" } });
    expect(server.batches).toEqual([]);
  });

  it("shows aliases into the cloud and sets by weight as foreign, counts them, and never writes over them", async () => {
    const apex = { HostedZoneId: "Z2FDTNDATAQYW2", DNSName: "d111.cloudfront.test.", EvaluateTargetHealth: "false" };
    putSet(held, { name: zone, type: "A", values: [], more: { AliasTarget: apex } });
    for (const [SetIdentifier, value] of [
      ["blue", "192.0.2.1"],
      ["green", "192.0.2.2"],
    ] as const) {
      putSet(held, { name: `www.${zone}`, type: "A", ttl: 60, values: [value], more: { SetIdentifier, Weight: "1" } });
    }
    const before = held.sets;
    const listed = await unwrap(provider.listRecordSets({ zone }));
    expect(listed.others).toEqual([
      { name: zone, types: ["A"] },
      { name: `www.${zone}`, types: ["A"] },
    ]);
    expect(listed.sets.map(({ type }) => type)).toEqual(["NS"]);
    for (const name of [zone, `www.${zone}`]) {
      const refused = (
        await provider.applyChanges({ zone, changes: [add(name, "A", "192.0.2.9")] })
      )._unsafeUnwrapErr();
      expect(refused.code).toBe("DNS_CONFLICT");
      const remove = { action: "remove", name, type: "A", values: ["192.0.2.1"] } as const;
      expect((await unwrap(provider.applyChanges({ zone, changes: [remove] }))).changed).toBe(false);
      await unwrap(provider.applyChanges({ zone, changes: [add(name, "AAAA", "2001:db8::1")] }));
    }
    expect(held.sets).toEqual(expect.arrayContaining([...before]));
    const version = (await unwrap(provider.listRecordSets({ zone }))).version;
    held.sets = held.sets.map((set) =>
      set.more?.["SetIdentifier"] === "green" ? { ...set, values: ["192.0.2.3"] } : set,
    );
    expect((await unwrap(provider.listRecordSets({ zone }))).version).not.toBe(version);
  });

  it("refuses a plan when somebody changed anything after it was made, and applies a plan once", async () => {
    const wanted = [{ name: `www.${zone}`, type: "A", values: ["192.0.2.1"], ttlSeconds: 300 }] as const;
    const make = () => unwrap(planDns(provider, { zone, owner: "platform", wanted }));
    const stale = await make();
    put(`other.${zone}`, "TXT", '"somebody"');
    expect((await applyDnsPlan(provider, stale))._unsafeUnwrapErr().code).toBe("DNS_ZONE_CHANGED");
    expect(writes()).toBe(0);
    const plan = await make();
    expect((await unwrap(applyDnsPlan(provider, plan))).changed).toBe(true);
    expect(writes()).toBe(1);
    expect((await make()).changes).toEqual([]);
    expect((await unwrap(provider.applyChanges({ zone, changes: plan.changes }))).changed).toBe(false);
    expect(writes()).toBe(1);
  });

  it("takes 2,000 record sets in one plan, divided by records, and reads page by page", async () => {
    const wanted = Array.from({ length: 1000 }, (_, index) => ({
      name: `host-${index}.${zone}`,
      type: "A" as const,
      values: [`10.0.${index >> 8}.${index & 255}`],
      ttlSeconds: 300,
    }));
    const plan = await unwrap(planDns(provider, { zone, owner: "platform", wanted }));
    expect([plan.findings, plan.sets.length + plan.markers]).toEqual([[], 2000]);
    server.requests.length = 0;
    await unwrap(applyDnsPlan(provider, plan));
    // A request has 1000 records; between two of them and at the end the zone is read, in pages of 300.
    expect([writes(), server.requests.length]).toEqual([3, 20]);
    expect((await unwrap(planDns(provider, { zone, owner: "platform", wanted }))).changes).toEqual([]);
  });

  it("reads every set once where a page ends inside of a name, between types and between identifiers", async () => {
    for (const label of ["*", "0", "a", "a-b", "a.b", "b"]) {
      const name = `${label}.${zone}`;
      put(name, "A", "192.0.2.1");
      put(name, "TXT", '"x"');
    }
    for (const SetIdentifier of ["blue", "green", "red"]) {
      putSet(held, {
        name: `w.${zone}`,
        type: "A",
        ttl: 60,
        values: ["192.0.2.1"],
        more: { SetIdentifier, Weight: "1" },
      });
    }
    const whole = await unwrap(provider.listRecordSets({ zone }));
    const some = { zone, names: [`*.${zone}`, `a.${zone}`, `w.${zone}`] };
    const few = await unwrap(provider.listRecordSets(some));
    expect([whole.sets.length, few.sets.length, few.others]).toEqual([13, 4, [{ name: `w.${zone}`, types: ["A"] }]]);
    for (const pageSize of [1, 2, 3]) {
      server.settings.pageSize = pageSize;
      expect(await unwrap(provider.listRecordSets({ zone }))).toEqual(whole);
      expect(await unwrap(provider.listRecordSets(some))).toEqual(few);
      expect((await unwrap(provider.getZone(zone))).name).toBe(zone);
    }
  });

  it("reads and writes bytes in octal, and deletes what others wrote exactly as they wrote it", async () => {
    const name = `text.${zone}`;
    held.sets = [
      ...held.sets,
      { name: `${name}.`, type: "TXT", ttl: 60, values: ['"gr\\303\\274\\303\\237e" "\\134"'] },
    ];
    held.sets = [...held.sets, { name: `mail.${zone}.`, type: "MX", ttl: 60, values: ["10 MX.Elsewhere.test"] }];
    const { sets } = await unwrap(provider.listRecordSets({ zone, names: [name, `mail.${zone}`] }));
    expect(sets.map(({ values }) => values)).toEqual([["10 mx.elsewhere.test"], ["grüße\\"]]);
    await unwrap(
      provider.applyChanges({
        zone,
        changes: [
          add(name, "TXT", "ü\u0007"),
          { action: "remove", name: `mail.${zone}`, type: "MX", values: ["10 mx.elsewhere.test"] },
        ],
      }),
    );
    expect(valuesAt(name, "TXT")).toEqual(['"gr\\303\\274\\303\\237e" "\\134"', '"\\303\\274\\007"']);
    expect(valuesAt(`mail.${zone}`, "MX")).toBeUndefined();
  });

  it.each(["throttled", "busy"] as const)("asks again after a while when it is %s, and not for ever", async (fault) => {
    meet("ChangeResourceRecordSets", fault, fault, fault);
    await unwrap(provider.applyChanges({ zone, changes: [add(`a.${zone}`, "TXT", "x")] }));
    expect([sleeps.length, writes()]).toEqual([3, 4]);
    server.settings.fault = (operation) => (operation === "ChangeResourceRecordSets" ? fault : undefined);
    const error = (await provider.applyChanges({ zone, changes: [add(`a.${zone}`, "TXT", "y")] }))._unsafeUnwrapErr();
    expect(error).toMatchObject({ code: "ADAPTER_THROTTLED", retryable: true, details: { state: "unchanged" } });
    expect(writes()).toBe(4 + 5);
  });

  it("knows its own work when its client asked twice because the first answer was lost", async () => {
    const patient = route53Provider({ client: clientAt(server, { maxAttempts: 3 }), clock });
    const name = `www.${zone}`;
    put(name, "A", "192.0.2.1");
    const { version } = await unwrap(patient.listRecordSets({ zone }));
    meet("ChangeResourceRecordSets", "lost");
    const changes = [add(name, "A", "192.0.2.2")];
    const outcome = await unwrap(patient.applyChanges({ zone, changes, expectVersion: version ?? "" }));
    expect([outcome.changed, writes(), server.batches.length]).toEqual([true, 2, 1]);
    meet("ChangeResourceRecordSets", "throttled");
    server.settings.beforeChange = () => put(`other.${zone}`, "A", "192.0.2.7");
    const now = (await unwrap(patient.listRecordSets({ zone }))).version ?? "";
    const third = { zone, changes: [add(name, "A", "192.0.2.3")], expectVersion: now };
    // Somebody else changed another set; what this one was made for is as it was.
    expect((await unwrap(patient.applyChanges(third))).changed).toBe(true);
    meet("ChangeResourceRecordSets", "throttled");
    server.settings.beforeChange = () => put(name, "A", "192.0.2.8");
    const later = (await unwrap(patient.listRecordSets({ zone }))).version ?? "";
    const refused = await patient.applyChanges({ zone, changes: [add(name, "A", "192.0.2.4")], expectVersion: later });
    expect(refused._unsafeUnwrapErr().code).toBe("DNS_ZONE_CHANGED");
    expect(valuesAt(name, "A")).toEqual(expect.not.arrayContaining(["192.0.2.4"]));
  });

  describe.each(["busy", "internal", "lost", "reset", "throttled"] as const)("with a request that is %s", (fault) => {
    it("tells the truth about what was changed, whichever request it is, and is done by the next call", async () => {
      const name = `www.${zone}`;
      for (let number = 0; number < 4; number += 1) {
        const value = `192.0.2.${10 + number}`;
        put(`by-hand.${zone}`, "TXT", `"${number}"`);
        const [first, busy] = [server.requests.length, fault === "busy" || fault === "throttled"];
        server.settings.fault = (_, asked) => (asked === first + number ? fault : undefined);
        const result = await provider.applyChanges({ zone, changes: [add(name, "A", value)] });
        server.settings.fault = undefined;
        const there = valuesAt(name, "A")?.includes(value) === true;
        if (busy) expect([result.isOk(), there]).toEqual([true, true]);
        else {
          const { details } = result._unsafeUnwrapErr() as { readonly details: { readonly state?: string } };
          // Looking up the zone, reading and writing; the last one looks whether it is there.
          expect(details.state).toBe(number === 2 ? "unknown" : "unchanged");
          expect(there).toBe(number === 3 || (number === 2 && fault === "lost"));
        }
        await unwrap(provider.applyChanges({ zone, changes: [add(name, "A", value)] }));
        expect(valuesAt(name, "A")).toHaveLength(number + 1);
      }
    });
  });

  it("waits no longer than it was told, and no longer than its caller does", async () => {
    server.settings.fault = () => "hanging";
    const late = providerAt(server, { timeoutMs: 50 });
    const error = (await late.getZone(zone))._unsafeUnwrapErr();
    expect(error).toMatchObject({ code: "ADAPTER_TIMEOUT", details: { timeoutMs: 50, state: "unchanged" } });
    const leaving = new AbortController();
    server.settings.fault = () => {
      leaving.abort();
      return "hanging";
    };
    const left = (await provider.getZone(zone, { signal: leaving.signal }))._unsafeUnwrapErr();
    expect(left.code).toBe("ABORTED");
  });

  it("tells credentials that are not taken, and keeps them to itself, also what the service says of them", async () => {
    const sessionToken = "session-token-4711";
    const secretAccessKey = "secret-key-0815";
    const wrong = { ...server, credentials: { ...server.credentials, secretAccessKey } };
    const stranger = route53Provider({ client: clientAt(wrong, { sessionToken }) });
    for (const result of [await stranger.getZone(zone), await stranger.applyChanges({ zone, changes: [] })]) {
      const error = result._unsafeUnwrapErr();
      expect(error).toMatchObject({ code: "ADAPTER_UNAUTHORIZED", details: { reason: "credentials" } });
      expect(inspect(error, { depth: 9, showHidden: true })).not.toMatch(/4711|0815/);
    }
  });

  it("says that there is nobody when there is nobody, and that nothing was sent", async () => {
    const away = route53Provider({ client: clientAt({ ...server, url: "http://127.0.0.1:9" }) });
    const error = (await away.applyChanges({ zone, changes: [] }))._unsafeUnwrapErr();
    expect(error).toMatchObject({ code: "ADAPTER_FAILED", details: { state: "unchanged" } });
  });
});
