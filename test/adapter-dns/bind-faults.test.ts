import { inspect } from "node:util";
import { rfc2136Provider } from "@hostelry/adapter-dns/rfc2136";
import { applyDnsPlan, planDns, unwrap } from "@hostelry/core";
import type { DnsProvider } from "@hostelry/core/adapter";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type BindServer, startBind } from "../servers/bind.ts";
import { serverAvailable } from "../servers/server-binary.ts";
import { askDns } from "./ask-dns.ts";
import { providerAt } from "./bind-harness.ts";
import { startUpdateGate, type UpdateGate } from "./update-gate.ts";

const add = (name: string, type: "A" | "CNAME" | "TXT", ...values: readonly string[]) =>
  ({ action: "add", name, type, values, ttlSeconds: 300 }) as const;

describe.skipIf(!serverAvailable("named", "nsupdate"))("BIND, with somebody else at work", () => {
  let server: BindServer;
  let gate: UpdateGate;
  let provider: DnsProvider;
  let zone = "";
  let used = 0;
  beforeAll(async () => {
    server = await startBind(30);
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    gate = await startUpdateGate(server.port);
    provider = providerAt({ ...server, port: gate.port });
    zone = server.zones[used] ?? "";
    used += 1;
  });
  afterEach(() => gate.stop());

  /** Does something once, between the adapter's look and its write. */
  const meanwhile = (...lines: readonly string[]): void => {
    gate.beforeUpdate = async () => {
      gate.beforeUpdate = undefined;
      await server.update(zone, ...lines);
    };
  };

  it("ignores an alias beside other records without a word, and the adapter says it", async () => {
    await server.update(zone, `update add www.${zone}. 300 A 192.0.2.1`);
    await server.update(zone, `update add www.${zone}. 300 CNAME elsewhere.test.`);
    expect(await askDns(server.port, `www.${zone}`, "A")).toEqual(["192.0.2.1"]);
    const error = (
      await provider.applyChanges({ zone, changes: [add(`www.${zone}`, "CNAME", "elsewhere.test")] })
    )._unsafeUnwrapErr();
    expect(error).toMatchObject({ code: "DNS_CONFLICT", details: { name: `www.${zone}`, type: "CNAME" } });
  });

  it("gets an alias only while the name is free, however late the other record comes", async () => {
    meanwhile(`update add www.${zone}. 300 A 192.0.2.1`);
    const error = (
      await provider.applyChanges({ zone, changes: [add(`www.${zone}`, "CNAME", "elsewhere.test")] })
    )._unsafeUnwrapErr();
    expect(error.code).toBe("DNS_CONFLICT");
    meanwhile(`update add alias.${zone}. 300 CNAME elsewhere.test.`);
    const beside = (
      await provider.applyChanges({ zone, changes: [add(`alias.${zone}`, "A", "192.0.2.9")] })
    )._unsafeUnwrapErr();
    expect(beside.code).toBe("DNS_CONFLICT");
  });

  it("keeps a value that comes between the look and the write", async () => {
    meanwhile(`update add _acme-challenge.${zone}. 300 TXT "of the other"`);
    await unwrap(provider.applyChanges({ zone, changes: [add(`_acme-challenge.${zone}`, "TXT", "of ours")] }));
    const values = await askDns(server.port, `_acme-challenge.${zone}`, "TXT");
    expect([...values].sort()).toEqual(["of ours", "of the other"]);
    expect(gate.messages.filter((message) => message === "update")).not.toEqual([]);
  });

  it("replaces a set only while it is what was expected", async () => {
    await unwrap(provider.applyChanges({ zone, changes: [add(`www.${zone}`, "A", "192.0.2.1")] }));
    meanwhile(`update add www.${zone}. 300 A 192.0.2.2`);
    const set = {
      name: `www.${zone}`,
      type: "A",
      expect: ["192.0.2.1"],
      values: ["192.0.2.9"],
      ttlSeconds: 60,
    } as const;
    const error = (await provider.applyChanges({ zone, changes: [{ action: "replace", ...set }] }))._unsafeUnwrapErr();
    expect(error).toMatchObject({ code: "DNS_ZONE_CHANGED", details: { changed: `www.${zone} A` } });
    expect([...(await askDns(server.port, `www.${zone}`, "A"))].sort()).toEqual(["192.0.2.1", "192.0.2.2"]);
  });

  it("refuses a plan when anything changes between the look and the write", async () => {
    const wanted = [{ name: `www.${zone}`, type: "A", values: ["192.0.2.1"], ttlSeconds: 300 }] as const;
    const plan = await unwrap(planDns(provider, { zone, owner: "platform", wanted }));
    meanwhile(`update add far.away.${zone}. 300 TXT "x"`);
    expect((await applyDnsPlan(provider, plan))._unsafeUnwrapErr().code).toBe("DNS_ZONE_CHANGED");
    expect(await askDns(server.port, `www.${zone}`, "A")).toEqual([]);
  });

  it("does not know whether it was written when the answer is lost, and repeating is safe", async () => {
    gate.answer = () => null;
    const changes = [add(`www.${zone}`, "A", "192.0.2.1")];
    const error = (await provider.applyChanges({ zone, changes }))._unsafeUnwrapErr();
    expect(error).toMatchObject({ code: "ADAPTER_FAILED", details: { state: "unknown" } });
    gate.answer = undefined;
    expect((await unwrap(provider.applyChanges({ zone, changes }))).changed).toBe(false);
  });

  it("is not believed when its answer is not signed as it should be", async () => {
    const changes = [add(`www.${zone}`, "A", "192.0.2.1")];
    gate.answer = (message) => {
      // The last but seven bytes are of the signature.
      const at = message.length - 7;
      message[at] = (message[at] ?? 0) ^ 1;
      return message;
    };
    const wrong = (await provider.applyChanges({ zone, changes }))._unsafeUnwrapErr();
    expect(wrong).toMatchObject({ code: "ADAPTER_FAILED", message: expect.stringContaining("signature is wrong") });
    gate.answer = (message) => {
      const bare = Buffer.from(message.subarray(0, 12));
      bare.fill(0, 4);
      return bare;
    };
    const other = [add(`other.${zone}`, "A", "192.0.2.1")];
    const missing = (await provider.applyChanges({ zone, changes: other }))._unsafeUnwrapErr();
    expect(missing.message).toContain("not signed");
  });

  it("transfers and updates 2,000 records in few messages", async () => {
    const wanted = Array.from({ length: 1000 }, (_, index) => ({
      name: `host-${index}.${zone}`,
      type: "A" as const,
      values: [`10.0.${index >> 8}.${index & 255}`],
      ttlSeconds: 300,
    }));
    const plan = await unwrap(planDns(provider, { zone, owner: "platform", wanted }));
    expect(plan.sets.length + plan.markers).toBe(2000);
    await unwrap(applyDnsPlan(provider, plan));
    expect(gate.messages.length).toBeLessThan(20);
    const again = await unwrap(planDns(provider, { zone, owner: "platform", wanted }));
    expect(again.changes).toEqual([]);
  });

  it("finds a text again however it is divided, and a name however it is written", async () => {
    await server.update(
      zone,
      `update add a.${zone}. 300 TXT "one " "text"`,
      `update add b.${zone}. 300 CNAME ELSEWHERE.test.`,
    );
    const remove = (name: string, type: "CNAME" | "TXT", value: string) =>
      ({ action: "remove", name, type, values: [value] }) as const;
    const changes = [remove(`a.${zone}`, "TXT", "one text"), remove(`b.${zone}`, "CNAME", "elsewhere.test")];
    expect((await unwrap(provider.applyChanges({ zone, changes }))).changed).toBe(true);
    expect(await askDns(server.port, `a.${zone}`, "TXT")).toEqual([]);
    expect(await askDns(server.port, `b.${zone}`, "CNAME")).toEqual([]);
  });

  it("lets a key that may set challenges set challenges, and nothing else, without a transfer", async () => {
    const limited = rfc2136Provider({ host: "127.0.0.1", port: server.port, zones: [zone], key: server.limitedKey });
    const challenge = [add(`_acme-challenge.${zone}`, "TXT", "token")];
    expect((await unwrap(limited.applyChanges({ zone, changes: challenge }))).changed).toBe(true);
    expect((await unwrap(limited.applyChanges({ zone, changes: challenge }))).changed).toBe(false);
    const permission = { code: "ADAPTER_UNAUTHORIZED", details: { reason: "permission", state: "unchanged" } };
    const other = await limited.applyChanges({ zone, changes: [add(`www.${zone}`, "A", "192.0.2.1")] });
    expect(other._unsafeUnwrapErr()).toMatchObject(permission);
    expect((await limited.listRecordSets({ zone }))._unsafeUnwrapErr()).toMatchObject(permission);
  });

  it("tells a wrong secret, an unknown key and a wrong clock apart, and keeps secrets to itself", async () => {
    const { key, port } = server;
    const secret = Buffer.from("another secret of thirty-two byte").toString("base64");
    const changes = [add(`www.${zone}`, "A", "192.0.2.1")];
    const tryWith = async (options: Partial<Parameters<typeof rfc2136Provider>[0]>) => {
      const wrong = rfc2136Provider({ host: "127.0.0.1", port, zones: [zone], ...options });
      return (await wrong.applyChanges({ zone, changes }))._unsafeUnwrapErr();
    };
    const late = { now: () => new Date(Date.now() + 3_600_000), sleep: async () => undefined };
    const errors = [
      await tryWith({ key: { ...key, secret } }),
      await tryWith({ key: { ...key, name: "nobody" } }),
      await tryWith({ key, clock: late }),
      await tryWith({}),
    ];
    expect(errors.map(({ code, details }) => `${code} ${"reason" in details ? details.reason : ""}`)).toEqual([
      "ADAPTER_UNAUTHORIZED credentials",
      "ADAPTER_UNAUTHORIZED credentials",
      "ADAPTER_UNAUTHORIZED clock",
      "ADAPTER_UNAUTHORIZED permission",
    ]);
    for (const hidden of [secret, key.secret])
      expect(inspect(errors, { depth: 9, showHidden: true })).not.toContain(hidden);
    expect(() => rfc2136Provider({ host: "x", zones: [], key: { ...key, secret: "not base64!" } })).toThrow(
      /^(?!.*not base64!)/,
    );
  });

  it("is away, or not a DNS server, and that is no zone that is not there", async () => {
    const away = rfc2136Provider({ host: "127.0.0.1", port: 9, zones: [zone], key: server.key });
    expect((await away.getZone(zone))._unsafeUnwrapErr()).toMatchObject({
      code: "ADAPTER_FAILED",
      details: { state: "unchanged" },
    });
    const foreign = rfc2136Provider({ host: "127.0.0.1", port: server.port, zones: ["foreign.test"], key: server.key });
    expect((await foreign.getZone("foreign.test"))._unsafeUnwrapErr().code).toMatch(
      /ADAPTER_UNAUTHORIZED|DNS_ZONE_NOT_FOUND/,
    );
  });
});
