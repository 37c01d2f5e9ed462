import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { inspect } from "node:util";
import { powerdnsProvider } from "@hostelry/adapter-dns/powerdns";
import { applyDnsPlan, planDns, unwrap } from "@hostelry/core";
import type { Clock } from "@hostelry/core/adapter";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type PowerdnsServer, startPowerdns } from "../servers/powerdns.ts";
import { requireServer, serverAvailable } from "../servers/server-binary.ts";
import { askDns } from "./ask-dns.ts";
import { makeZone, providerAt, putRecord } from "./powerdns-harness.ts";

/** What was sent and answered, in order: `GET 200`. `after` runs when a request was answered, before the adapter sees it. */
function watched(after: (method: string, response: Response) => Promise<Response> = async (_, response) => response): {
  readonly fetch: typeof fetch;
  readonly seen: string[];
} {
  const seen: string[] = [];
  return {
    seen,
    fetch: async (input, init) => {
      const method = init?.method ?? "GET";
      const response = await after(method, await fetch(input, init));
      seen.push(`${method} ${response.status}`);
      return response;
    },
  };
}

const hasty: Clock = { now: () => new Date(), sleep: async () => undefined };

const txt = (name: string, ...values: readonly string[]) =>
  ({ action: "add", name, type: "TXT", values, ttlSeconds: 60 }) as const;

interface RawSet {
  readonly name: string;
  readonly records: readonly unknown[];
  readonly comments: readonly unknown[];
}

/** A set as the API has it. The filter of 4.7 lets sets through that have nothing but remarks. */
async function rawSet(server: PowerdnsServer, zone: string, name: string): Promise<RawSet> {
  const { rrsets } = (await server.api("GET", `/zones/${zone}.`)) as { readonly rrsets: readonly RawSet[] };
  const found = rrsets.find((set) => set.name === name);
  if (found === undefined) throw new Error(`there is no ${name}`);
  return found;
}

describe.skipIf(!serverAvailable("pdns_server", "sqlite3"))("PowerDNS over SQLite", () => {
  let server: PowerdnsServer;
  beforeAll(async () => {
    server = await startPowerdns();
  });
  afterAll(() => server.stop());

  it("is asked again when its database is locked by another process", async () => {
    const zone = await makeZone(server);
    const locker = spawn(requireServer("sqlite3"), ["-batch", server.database], { stdio: ["pipe", "pipe", "inherit"] });
    locker.stdin.write("BEGIN IMMEDIATE;\nSELECT 'locked';\n");
    await once(locker.stdout, "data");
    const { fetch, seen } = watched(async (method, response) => {
      // The first refusal is what the other process was waiting for.
      if (method === "PATCH" && response.status === 500 && locker.exitCode === null) {
        locker.stdin.end("COMMIT;\n");
        await once(locker, "exit");
      }
      return response;
    });
    const provider = providerAt(server, { fetch });
    const outcome = await unwrap(provider.applyChanges({ zone, changes: [txt(`a.${zone}`, "x")] }));
    expect(outcome.changed).toBe(true);
    expect(seen).toEqual(["GET 200", "PATCH 500", "GET 200", "PATCH 204", "GET 200"]);
    expect(await askDns(server.dnsPort, `a.${zone}`, "TXT")).toEqual(["x"]);
  });

  it("is written to by one at a time, so that many at once meet no locked database and lose nothing", async () => {
    const zone = await makeZone(server);
    const { fetch, seen } = watched();
    const tokens = Array.from({ length: 20 }, (_, index) => `token-${index}`);
    // An instance each, as parts of a program have that know nothing of each other.
    const running = tokens.map((token) =>
      unwrap(providerAt(server, { fetch }).applyChanges({ zone, changes: [txt(`_acme-challenge.${zone}`, token)] })),
    );
    await Promise.all(running);
    expect(seen.filter((each) => each === "PATCH 500")).toEqual([]);
    expect([...(await askDns(server.dnsPort, `_acme-challenge.${zone}`, "TXT"))].sort()).toEqual([...tokens].sort());
  });

  it("gets a value again that another process wrote over, because it had read the set before", async () => {
    const zone = await makeZone(server);
    const name = `_acme-challenge.${zone}`;
    let overwrites = 1;
    const { fetch } = watched(async (method, response) => {
      if (method === "PATCH" && overwrites-- > 0) {
        const records = [{ content: '"of the other"', disabled: false }];
        const change = { name: `${name}.`, type: "TXT", ttl: 60, changetype: "REPLACE", records };
        await server.api("PATCH", `/zones/${zone}.`, { rrsets: [change] });
      }
      return response;
    });
    await unwrap(providerAt(server, { fetch }).applyChanges({ zone, changes: [txt(name, "of ours")] }));
    expect([...(await askDns(server.dnsPort, name, "TXT"))].sort()).toEqual(["of ours", "of the other"]);
  });

  it("is found out when it says that it has written and has not", async () => {
    const zone = await makeZone(server);
    let patches = 0;
    const swallowing: typeof fetch = async (input, init) => {
      if (init?.method !== "PATCH") return fetch(input, init);
      patches += 1;
      return new Response(null, { status: 204 });
    };
    const provider = powerdnsProvider({ ...server, fetch: swallowing, clock: hasty });
    const error = (await provider.applyChanges({ zone, changes: [txt(`a.${zone}`, "x")] }))._unsafeUnwrapErr();
    expect(error).toMatchObject({ code: "DNS_NOT_APPLIED", details: { sets: [`a.${zone} TXT`] } });
    expect(patches).toBe(6);
  });

  it("says why it could not write when it never could", async () => {
    const zone = await makeZone(server);
    const failing: typeof fetch = async (input, init) =>
      init?.method === "PATCH" ? new Response("Internal Server Error", { status: 500 }) : fetch(input, init);
    const provider = powerdnsProvider({ ...server, fetch: failing, clock: hasty });
    const error = (await provider.applyChanges({ zone, changes: [txt(`a.${zone}`, "x")] }))._unsafeUnwrapErr();
    expect(error).toMatchObject({ code: "ADAPTER_FAILED", retryable: true, details: { state: "unchanged" } });
    expect(error.message).toContain("500: Internal Server Error");
  });

  it("keeps what it knows and the port does not: records that are switched off, remarks, and how texts are divided", async () => {
    const zone = await makeZone(server);
    const name = `a.${zone}.`;
    const divided = '"one text " "in two parts"';
    await server.api("PATCH", `/zones/${zone}.`, {
      rrsets: [
        {
          name,
          type: "TXT",
          ttl: 120,
          changetype: "REPLACE",
          records: [
            { content: divided, disabled: false },
            { content: '"switched off"', disabled: true },
          ],
          comments: [{ content: "by hand", account: "somebody" }],
        },
        // A set with nothing but a remark.
        {
          name: `empty.${zone}.`,
          type: "A",
          ttl: 60,
          changetype: "REPLACE",
          records: [],
          comments: [{ content: "?", account: "" }],
        },
      ],
    });
    const provider = providerAt(server);
    const listed = await unwrap(provider.listRecordSets({ zone }));
    const set = {
      name: `a.${zone}`,
      type: "TXT",
      ttlSeconds: 120,
      values: ["one text in two parts"],
      comment: "by hand",
    };
    expect(listed.sets.filter((each) => each.name !== zone)).toEqual([set]);
    const again = await unwrap(provider.applyChanges({ zone, changes: [txt(`a.${zone}`, "one text in two parts")] }));
    expect(again.changed).toBe(false);
    await unwrap(provider.applyChanges({ zone, changes: [txt(`a.${zone}`, "second")] }));
    const raw = await rawSet(server, zone, name);
    expect(raw.records).toEqual(
      expect.arrayContaining([
        { content: divided, disabled: false },
        { content: '"second"', disabled: false },
        { content: '"switched off"', disabled: true },
      ]),
    );
    expect(raw.comments).toEqual([expect.objectContaining({ content: "by hand", account: "somebody" })]);
    const values = ["one text in two parts", "second"];
    await unwrap(
      provider.applyChanges({ zone, changes: [{ action: "remove", name: `a.${zone}`, type: "TXT", values }] }),
    );
    expect((await rawSet(server, zone, name)).records).toEqual([{ content: '"switched off"', disabled: true }]);
  });

  it("takes 2,000 records in one plan with five requests at most, and the second plan is empty", async () => {
    const zone = await makeZone(server);
    const { fetch, seen } = watched();
    const provider = providerAt(server, { fetch });
    const wanted = Array.from({ length: 1000 }, (_, index) => ({
      name: `host-${index}.${zone}`,
      type: "A" as const,
      values: [`10.0.${index >> 8}.${index & 255}`],
      ttlSeconds: 300,
    }));
    const owner = "platform";
    const plan = await unwrap(planDns(provider, { zone, owner, wanted }));
    // With their markers of ownership: 2,000 record sets.
    expect([plan.findings, plan.sets.length + plan.markers]).toEqual([[], 2000]);
    const { serial } = await unwrap(applyDnsPlan(provider, plan));
    expect(seen).toEqual(["GET 200", "GET 200", "PATCH 204", "GET 200"]);
    const second = await unwrap(planDns(provider, { zone, owner, wanted }));
    expect([second.changes, second.sets]).toEqual([[], []]);
    expect((await unwrap(applyDnsPlan(provider, second))).changed).toBe(false);
    expect((await unwrap(provider.listRecordSets({ zone }))).serial).toBe(serial);
  });

  it("refuses a plan when somebody changed anything in the zone after it was made, also without moving the serial number", async () => {
    const zone = await makeZone(server);
    const provider = providerAt(server);
    const wanted = [{ name: `www.${zone}`, type: "A", values: ["192.0.2.1"], ttlSeconds: 300 }] as const;
    const plan = await unwrap(planDns(provider, { zone, owner: "platform", wanted }));
    await putRecord(server, zone, { name: `other.${zone}`, type: "TXT", ttl: 60, content: '"first"' });
    expect((await applyDnsPlan(provider, plan))._unsafeUnwrapErr().code).toBe("DNS_ZONE_CHANGED");
    const again = await unwrap(planDns(provider, { zone, owner: "platform", wanted }));
    const sql = `UPDATE records SET content='"second"' WHERE name='other.${zone}';`;
    const writer = spawn(requireServer("sqlite3"), ["-cmd", ".timeout 5000", server.database, sql], {
      stdio: "inherit",
    });
    await once(writer, "exit");
    const { serial } = await unwrap(provider.listRecordSets({ zone }));
    expect((await applyDnsPlan(provider, again))._unsafeUnwrapErr().code).toBe("DNS_ZONE_CHANGED");
    expect((await unwrap(provider.listRecordSets({ zone }))).serial).toBe(serial);
    expect(await askDns(server.dnsPort, `www.${zone}`, "A")).toEqual([]);
  });

  it("tells a wrong key from a server that is away, and keeps the key to itself", async () => {
    const apiKey = "not-the-key-4711";
    const wrong = (await powerdnsProvider({ url: server.url, apiKey }).getZone("zone.test"))._unsafeUnwrapErr();
    expect(wrong).toMatchObject({ code: "ADAPTER_UNAUTHORIZED", details: { reason: "credentials" } });
    const away = powerdnsProvider({ url: "http://127.0.0.1:9", apiKey });
    const refused = (await away.applyChanges({ zone: "zone.test", changes: [] }))._unsafeUnwrapErr();
    expect(refused).toMatchObject({ code: "ADAPTER_FAILED", details: { state: "unchanged" } });
    expect(inspect([wrong, refused, away], { depth: 9, showHidden: true })).not.toContain("4711");
    expect(() => powerdnsProvider({ url: server.url, apiKey: "key\nwith a line" })).toThrow(
      /^(?!.*with a line).*visible ASCII/,
    );
  });

  it("does not know whether it was written when the answer is lost, and repeating is safe", async () => {
    const zone = await makeZone(server);
    let lost = 1;
    const { fetch } = watched(async (method, response) => {
      if (method !== "PATCH" || lost-- <= 0) return response;
      throw new TypeError("fetch failed", { cause: Object.assign(new Error("reset"), { code: "ECONNRESET" }) });
    });
    const provider = providerAt(server, { fetch });
    const changes = [txt(`a.${zone}`, "x")];
    const error = (await provider.applyChanges({ zone, changes }))._unsafeUnwrapErr();
    expect(error).toMatchObject({ code: "ADAPTER_FAILED", details: { state: "unknown" } });
    expect((await unwrap(provider.applyChanges({ zone, changes }))).changed).toBe(false);
  });

  it("follows no redirect with the key, and waits no longer than it was told", async () => {
    let asked = 0;
    const other = createServer((request, response) => {
      asked += 1;
      if (request.url?.includes("slow") === true) return;
      response.writeHead(302, { location: `http://127.0.0.1:${(other.address() as AddressInfo).port}/thief` }).end();
    });
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
    const led = (await powerdnsProvider({ url, apiKey: "key" }).getZone("zone.test"))._unsafeUnwrapErr();
    expect([led.code, asked]).toEqual(["ADAPTER_FAILED", 1]);
    const slow = powerdnsProvider({ url: `${url}/slow`, apiKey: "key", timeoutMs: 50 });
    const late = (await slow.getZone("zone.test"))._unsafeUnwrapErr();
    expect(late).toMatchObject({ code: "ADAPTER_TIMEOUT", details: { timeoutMs: 50, state: "unchanged" } });
    other.closeAllConnections();
    other.close();
  });
});
