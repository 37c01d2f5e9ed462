import { nodeResolver } from "@hostelry/adapter-dns";
import { txtChallenges, unwrap } from "@hostelry/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type PowerdnsServer, startPowerdns } from "../servers/powerdns.ts";
import { serverAvailable } from "../servers/server-binary.ts";
import { type OddAnswer, startOddServer } from "./odd-server.ts";
import { makeZone, providerAt } from "./powerdns-harness.ts";

describe("a resolver whose servers do not answer", () => {
  it.each([
    ["servfail", "server-failed"],
    ["refused", "refused"],
    ["silence", "timeout"],
    ["formerr", "malformed"],
    ["garbage", "malformed"],
  ] satisfies [OddAnswer, string][])("tells %s from a name that is not there", async (answer, problem) => {
    const odd = await startOddServer(answer);
    const resolver = nodeResolver({ servers: [odd.place], timeoutMs: 150, tries: 1 });
    const error = (await resolver.lookup({ name: "www.zone.test", type: "A" }))._unsafeUnwrapErr();
    expect(error).toMatchObject({ code: "DNS_LOOKUP_FAILED", details: { problem, server: odd.place } });
    await odd.stop();
  });

  it("says so without any server, and refuses what is no server and no name", async () => {
    const error = (await nodeResolver({ servers: [] }).lookup({ name: "zone.test", type: "A" }))._unsafeUnwrapErr();
    expect(error.details).toMatchObject({ problem: "no-servers", server: null });
    expect(() => nodeResolver({ servers: ["ns1.zone.test"] })).toThrow("is not an address");
    const wrong = await nodeResolver({ servers: [] }).lookup({ name: "WWW.zone.test.", type: "A" });
    expect(wrong._unsafeUnwrapErr().code).toBe("INVALID_INPUT");
  });

  it("ends at once when its caller leaves", async () => {
    const odd = await startOddServer("silence");
    const leaving = new AbortController();
    const resolver = nodeResolver({ servers: [odd.place], timeoutMs: 60_000, tries: 1 });
    const running = resolver.survey({ name: "zone.test", type: "TXT" }, { signal: leaving.signal });
    leaving.abort();
    expect((await running)._unsafeUnwrapErr().code).toBe("ABORTED");
    await odd.stop();
  });
});

describe.skipIf(!serverAvailable("pdns_server", "sqlite3"))("a resolver at a server that answers", () => {
  let server: PowerdnsServer;
  let place = "";
  let zone = "";
  beforeAll(async () => {
    server = await startPowerdns();
    place = `127.0.0.1:${server.dnsPort}`;
    zone = await makeZone(server);
    // The zone's servers have addresses, so that they can be found.
    await server.api("POST", "/zones", {
      name: "servers.test.",
      kind: "Native",
      nameservers: ["ns1.servers.test."],
      rrsets: [{ name: "ns1.servers.test.", type: "A", ttl: 60, records: [{ content: "127.0.0.1", disabled: false }] }],
    });
    const add = (name: string, type: "A" | "CNAME" | "TXT" | "MX" | "CAA" | "SRV" | "AAAA", ...values: string[]) =>
      ({ action: "add", name, type, values, ttlSeconds: 77 }) as const;
    await unwrap(
      providerAt(server).applyChanges({
        zone,
        changes: [
          add(`www.${zone}`, "A", "192.0.2.2", "192.0.2.1"),
          add(`www.${zone}`, "AAAA", "2001:db8::7"),
          add(`alias.${zone}`, "CNAME", `second.${zone}`),
          add(`second.${zone}`, "CNAME", `www.${zone}`),
          add(zone, "TXT", "grüße", `a\udcff${"x".repeat(400)}`),
          add(zone, "MX", "10 mail.elsewhere.test", "0 ."),
          add(zone, "CAA", '128 issue "ca.test"', '0 iodef "mailto:a@b.test"'),
          add(`_x._tcp.${zone}`, "SRV", "1 2 443 host.elsewhere.test"),
        ],
      }),
    );
  });
  afterAll(() => server.stop());

  it("gives values in the form of the port, with TTL and aliases", async () => {
    const resolver = nodeResolver({ servers: [place] });
    const ask = async (name: string, type: "A" | "AAAA" | "TXT" | "MX" | "CAA" | "SRV" | "NS" | "SOA" | "CNAME") =>
      (await unwrap(resolver.lookup({ name, type }))).values;
    expect(await unwrap(resolver.lookup({ name: `alias.${zone}`, type: "A" }))).toEqual({
      status: "found",
      values: ["192.0.2.1", "192.0.2.2"],
      ttlSeconds: 77,
      aliases: [`second.${zone}`, `www.${zone}`],
    });
    expect(await ask(`www.${zone}`, "AAAA")).toEqual(["2001:db8::7"]);
    expect(await ask(zone, "TXT")).toEqual([`a\udcff${"x".repeat(400)}`, "grüße"]);
    expect(await ask(zone, "MX")).toEqual(["0 .", "10 mail.elsewhere.test"]);
    expect(await ask(zone, "CAA")).toEqual(['0 iodef "mailto:a@b.test"', '128 issue "ca.test"']);
    expect(await ask(`_x._tcp.${zone}`, "SRV")).toEqual(["1 2 443 host.elsewhere.test"]);
    expect(await ask(zone, "NS")).toEqual(["ns1.servers.test"]);
    expect((await ask(zone, "SOA"))[0]).toMatch(/ \d+ 10800 3600 604800 3600$/);
    expect(await ask(`alias.${zone}`, "CNAME")).toEqual([`second.${zone}`]);
  });

  it("tells a name without such records from one that is not there, and both from silence", async () => {
    const resolver = nodeResolver({ servers: [place] });
    expect((await unwrap(resolver.lookup({ name: `www.${zone}`, type: "MX" }))).status).toBe("no-data");
    expect((await unwrap(resolver.lookup({ name: `nobody.${zone}`, type: "A" }))).status).toBe("no-name");
  });

  it("goes on to the next server when one does not answer, and asks none in vain", async () => {
    const odd = await startOddServer("servfail");
    const last = await startOddServer("silence");
    const resolver = nodeResolver({ servers: [odd.place, place, last.place], timeoutMs: 500, tries: 1 });
    expect((await unwrap(resolver.lookup({ name: `www.${zone}`, type: "TXT" }))).status).toBe("no-data");
    expect([odd.asked() > 0, last.asked()]).toEqual([true, 0]);
    await Promise.all([odd.stop(), last.stop()]);
  });

  it("gives what each server says, also those that say nothing", async () => {
    const odd = await startOddServer("refused");
    const resolver = nodeResolver({ servers: [place, odd.place], timeoutMs: 500, tries: 1 });
    const answers = await unwrap(resolver.survey({ name: `www.${zone}`, type: "A" }));
    expect(answers).toEqual([
      { server: place, answered: true, answer: expect.objectContaining({ values: ["192.0.2.1", "192.0.2.2"] }) },
      { server: odd.place, answered: false, problem: "refused" },
    ]);
    await odd.stop();
  });

  it("finds the servers that answer for a name, also below aliases and for names that are not there", async () => {
    const resolver = nodeResolver({ servers: [place], authorityPort: server.dnsPort });
    const servers = [{ name: "ns1.servers.test", addresses: [place] }];
    for (const name of [zone, `alias.${zone}`, `_acme-challenge.nobody.${zone}`, `*.${zone}`]) {
      expect(await unwrap(resolver.findAuthorities(name))).toEqual({ zone, servers });
    }
  });

  it("sees a challenge through: present, wait for every server of the zone, withdraw", async () => {
    const resolver = nodeResolver({ servers: [place], authorityPort: server.dnsPort });
    const provider = providerAt(server);
    const challenges = txtChallenges({ provider, resolver });
    const name = `_acme-challenge.${zone}`;
    const tokens = [
      { name, value: "of the apex" },
      { name, value: "of the wildcard" },
    ] as const;
    // One name, two values, at the same time: a wildcard and its apex.
    const presented = await Promise.all(tokens.map((token) => unwrap(challenges.present(token))));
    for (const token of tokens) await unwrap(challenges.waitUntilVisible(token, { timeoutMs: 5000 }));
    await unwrap(challenges.withdraw(tokens[0], presented[0] ?? { zone, name }));
    expect((await unwrap(resolver.lookup({ name, type: "TXT" }))).values).toEqual(["of the wildcard"]);
    const missed = await challenges.waitUntilVisible(tokens[0], { timeoutMs: 0 });
    expect(missed._unsafeUnwrapErr()).toMatchObject({
      code: "DNS_NOT_VISIBLE",
      details: { servers: ["ns1.servers.test"] },
    });
    await unwrap(challenges.withdraw(tokens[1], presented[1] ?? { zone, name }));
    expect((await unwrap(resolver.lookup({ name, type: "TXT" }))).status).toBe("no-name");
  });

  it("follows an alias to the zone where challenges are delegated to", async () => {
    const resolver = nodeResolver({ servers: [place], authorityPort: server.dnsPort });
    const provider = providerAt(server);
    const delegated = await makeZone(server);
    const name = `_acme-challenge.shop.${zone}`;
    const target = `token-7.${delegated}`;
    const alias = { action: "add", name, type: "CNAME", values: [target], ttlSeconds: 60 } as const;
    await unwrap(provider.applyChanges({ zone, changes: [alias] }));
    const challenges = txtChallenges({ provider, resolver });
    expect(await unwrap(challenges.present({ name, value: "x" }))).toEqual({ zone: delegated, name: target });
    await unwrap(challenges.waitUntilVisible({ name, value: "x" }, { timeoutMs: 5000 }));
  });
});
