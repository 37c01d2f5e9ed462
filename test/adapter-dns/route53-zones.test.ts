import { unwrap } from "@hostelry/core";
import type { DnsProvider } from "@hostelry/core/adapter";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { newZoneName, providerAt } from "./route53-harness.ts";
import { type Route53StandIn, startRoute53StandIn } from "./route53-stand-in.ts";

describe("hosted zones of Route 53", () => {
  let server: Route53StandIn;
  let name: string;
  beforeAll(async () => {
    server = await startRoute53StandIn();
  });
  afterAll(() => server.stop());
  beforeEach(() => {
    server.reset();
    server.zones.length = 0;
    name = newZoneName();
  });

  it("are the public ones, or the private ones of the same names", async () => {
    const [open, hidden] = [server.addZone(name), server.addZone(name, { isPrivate: true })];
    const add = { action: "add", name: `www.${name}`, type: "A", values: ["192.0.2.1"], ttlSeconds: 60 } as const;
    await unwrap(providerAt(server).applyChanges({ zone: name, changes: [add] }));
    expect([open.sets.length, hidden.sets.length]).toEqual([3, 2]);
    const inside = providerAt(server, { visibility: "private" });
    await unwrap(inside.applyChanges({ zone: name, changes: [{ ...add, values: ["10.0.0.1"] }] }));
    expect(hidden.sets.at(-1)?.values).toEqual(["10.0.0.1"]);
    expect((await unwrap(inside.listZones())).items).toEqual([{ name, nameservers: [] }]);
  });

  it("are never guessed: several of one name are named, and one of them can be chosen", async () => {
    const [first, second] = [server.addZone(name), server.addZone(name)];
    const change = { action: "add", name: `www.${name}`, type: "A", values: ["192.0.2.1"], ttlSeconds: 60 } as const;
    // A page that ends between the two must not hide one.
    server.settings.pageSize = 1;
    const provider = providerAt(server);
    for (const result of [
      await provider.getZone(name),
      await provider.listRecordSets({ zone: name }),
      await provider.applyChanges({ zone: name, changes: [change] }),
    ]) {
      const error = result._unsafeUnwrapErr();
      expect(error).toMatchObject({ code: "INVALID_INPUT", details: { field: "zone" } });
      for (const { id } of [first, second]) expect(error.message).toContain(id);
    }
    expect((await unwrap(provider.listZones())).items).toEqual([{ name, nameservers: [] }]);
    const chosen = providerAt(server, { zoneIds: { [name]: second.id } });
    await unwrap(chosen.applyChanges({ zone: name, changes: [change] }));
    expect([first.sets.length, second.sets.length]).toEqual([2, 3]);
    const gone = providerAt(server, { zoneIds: { [name]: "ZGONE" } });
    expect((await gone.getZone(name))._unsafeUnwrapErr().code).toBe("DNS_ZONE_NOT_FOUND");
  });

  it("are listed by their names in pages, however the service sorts them", async () => {
    for (const each of ["b.a.test", "a.test", "a.b.test", "z.example"]) server.addZone(each);
    server.settings.pageSize = 2;
    const provider = providerAt(server);
    const first = await unwrap(provider.listZones({ limit: 3 }));
    const rest = await unwrap(provider.listZones({ after: first.next }));
    const names = [...first.items, ...rest.items].map((zone) => zone.name);
    expect(names).toEqual(["a.b.test", "a.test", "b.a.test", "z.example"]);
  });

  describe("that are made", () => {
    let provider: DnsProvider;
    const request = { nameservers: ["ns1.host.test", "ns2.host.test"], contact: "john.doe@host.test" };
    const faulty = (operation: string, fault: "internal" | "lost"): void => {
      let left = 1;
      server.settings.fault = (asked) => (asked === operation && left-- > 0 ? fault : undefined);
    };
    beforeEach(() => {
      provider = providerAt(server, { delegationSetId: server.delegationSetId });
    });

    it("have the servers and the contact that were asked for", async () => {
      await unwrap(provider.createZone({ name, ...request }));
      const [zone] = server.zones;
      expect(zone?.sets.map(({ type, ttl, values }) => [type, ttl, values])).toEqual([
        ["NS", 172_800, ["ns1.host.test.", "ns2.host.test."]],
        ["SOA", 900, ["ns1.host.test. john\\056doe.host.test. 1 7200 900 1209600 86400"]],
      ]);
      expect(await unwrap(provider.getZone(name))).toEqual({ name, nameservers: request.nameservers });
    });

    it("are finished by the next call when the first one ended half-way, and then left alone", async () => {
      faulty("ChangeResourceRecordSets", "internal");
      const error = (await provider.createZone({ name, ...request }))._unsafeUnwrapErr();
      expect(error).toMatchObject({ code: "ADAPTER_FAILED", details: { state: "changed" } });
      const again = await unwrap(provider.createZone({ name, ...request }));
      expect(again).toEqual({ zone: { name, nameservers: request.nameservers }, created: false });
      const before = server.zones[0]?.sets;
      await unwrap(provider.createZone({ name, nameservers: ["ns9.host.test"] }));
      expect([server.zones.length, server.zones[0]?.sets]).toEqual([1, before]);
    });

    it("are made once when the answer is lost, and finished by the next call", async () => {
      faulty("CreateHostedZone", "lost");
      const error = (await provider.createZone({ name, ...request }))._unsafeUnwrapErr();
      expect(error).toMatchObject({ code: "ADAPTER_FAILED", details: { state: "unknown" } });
      const { zone } = await unwrap(provider.createZone({ name, ...request }));
      expect([server.zones.length, zone.nameservers]).toEqual([1, request.nameservers]);
    });

    it("may have the name of one that has gone", async () => {
      await unwrap(provider.createZone({ name, ...request }));
      server.zones.length = 0;
      expect((await unwrap(provider.createZone({ name, ...request }))).created).toBe(true);
    });

    it("are left as they are when somebody else has made them", async () => {
      const zone = server.addZone(name);
      const { sets } = zone;
      expect((await unwrap(provider.createZone({ name, ...request }))).created).toBe(false);
      expect(zone.sets).toBe(sets);
    });

    it("can't stand above or below another one at the same servers", async () => {
      await unwrap(provider.createZone({ name, ...request }));
      const error = (await provider.createZone({ name: `sub.${name}`, ...request }))._unsafeUnwrapErr();
      expect(error).toMatchObject({ code: "INVALID_INPUT", details: { field: "name" } });
    });

    it("need servers whose names are known before", async () => {
      const plain = providerAt(server);
      expect(plain.capabilities.createZones).toBe(false);
      expect((await plain.createZone({ name, ...request }))._unsafeUnwrapErr().code).toBe("INVALID_INPUT");
      expect(server.requests).toEqual([]);
    });
  });
});
