import { unwrap } from "@hostelry/core/adapter";
import { describe, expect, it } from "vitest";
import { heldDnsZone, memoryDnsProvider } from "./memory-dns-provider.ts";
import { memoryResolver } from "./memory-resolver.ts";

const zones = new Map([["zone.test", heldDnsZone(["ns1.servers.test"])]]);
const provider = memoryDnsProvider({ zones });
const add = (name: string, type: "A" | "CNAME", value: string) =>
  ({ action: "add", name, type, values: [value], ttlSeconds: 60 }) as const;

describe("memoryResolver", () => {
  it("answers out of the zones of a provider, and follows aliases", async () => {
    const changes = [add("www.zone.test", "CNAME", "host.zone.test"), add("host.zone.test", "A", "192.0.2.1")];
    await unwrap(provider.applyChanges({ zone: "zone.test", changes }));
    const resolver = memoryResolver({ zones });
    const ask = async (name: string, type: "A" | "TXT") => (await resolver.lookup({ name, type }))._unsafeUnwrap();
    expect(await ask("www.zone.test", "A")).toEqual({
      status: "found",
      values: ["192.0.2.1"],
      ttlSeconds: 60,
      aliases: ["host.zone.test"],
    });
    expect((await ask("host.zone.test", "TXT")).status).toBe("no-data");
    expect((await ask("nobody.zone.test", "A")).status).toBe("no-name");
    expect((await resolver.findAuthorities("a.b.zone.test"))._unsafeUnwrap()).toEqual({
      zone: "zone.test",
      servers: [{ name: "ns1.servers.test", addresses: ["ns1.servers.test"] }],
    });
    expect((await resolver.findAuthorities("elsewhere.test"))._unsafeUnwrapErr().code).toBe("DNS_LOOKUP_FAILED");
  });

  it("says what it is told to say, per server", async () => {
    const resolver = memoryResolver({
      zones,
      servers: ["away", "near"],
      see: (server) => (server === "away" ? "timeout" : undefined),
    });
    const question = { name: "host.zone.test", type: "A" } as const;
    expect((await resolver.lookup(question))._unsafeUnwrap().values).toEqual(["192.0.2.1"]);
    const answers = (await resolver.survey(question))._unsafeUnwrap();
    expect(answers.map((each) => (each.answered ? each.answer.values : each.problem))).toEqual([
      "timeout",
      ["192.0.2.1"],
    ]);
    expect(resolver.asked).toHaveLength(4);
  });
});
