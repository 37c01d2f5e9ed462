// The same random changes, made at a server and in memory: both answer the same, and hold the same.
import {
  type DnsChange,
  type DnsProvider,
  type DnsRecordType,
  type DnsZoneContents,
  unwrap,
} from "@hostelry/core/adapter";
import { memoryDnsProvider, seededRandom } from "@hostelry/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type BindServer, startBind } from "../servers/bind.ts";
import { type PowerdnsServer, startPowerdns } from "../servers/powerdns.ts";
import { serverAvailable } from "../servers/server-binary.ts";
import { rounds } from "../setup/rounds.ts";
import { providerAt as bindAt } from "./bind-harness.ts";
import { makeZone, providerAt as powerdnsAt } from "./powerdns-harness.ts";
import { newZoneName, providerAt as route53At } from "./route53-harness.ts";
import { type Route53StandIn, startRoute53StandIn } from "./route53-stand-in.ts";

const values: Readonly<Record<string, readonly string[]>> = {
  A: ["192.0.2.1", "192.0.2.2", "192.0.2.3"],
  CNAME: ["one.test", "two.test"],
  MX: ["10 a.test", "20 b.test"],
  TXT: ["a", 'b "c" \\ d', "ü".repeat(200)],
};

/** Small numbers, the same for the same seed. */
function dice(seed: number): (sides: number) => number {
  const random = seededRandom(seed);
  return (sides) => (random.bytes(1)[0] ?? 0) % sides;
}

function randomChanges(roll: (sides: number) => number, zone: string, now: DnsZoneContents): readonly DnsChange[] {
  const names = ["a", "b", "*", "x.a"].map((label) => `${label}.${zone}`).concat(zone);
  return Array.from({ length: 1 + roll(3) }, (): DnsChange => {
    const name = names[roll(names.length)] ?? zone;
    const type = (["A", "CNAME", "MX", "TXT"] as const)[roll(4)] ?? "A";
    const some = (values[type] ?? []).filter(() => roll(2) === 0);
    const ttlSeconds = [60, 300][roll(2)] ?? 60;
    const action = (["add", "add", "remove", "replace"] as const)[roll(4)] ?? "add";
    if (action === "replace")
      return { action, name, type, expect: expected(roll, now, name, type), values: some, ttlSeconds };
    const given = some.length > 0 ? some : [values[type]?.[0] ?? "192.0.2.1"];
    return action === "add" ? { action, name, type, values: given, ttlSeconds } : { action, name, type, values: given };
  });
}

/** Mostly what is there, now and then not. */
function expected(
  roll: (sides: number) => number,
  now: DnsZoneContents,
  name: string,
  type: DnsRecordType,
): readonly string[] {
  const there = now.sets.find((set) => set.name === name && set.type === type)?.values ?? [];
  return roll(4) === 0 ? (values[type] ?? []).slice(0, 1) : there;
}

async function compare(real: DnsProvider, zone: string, seed: number, steps: number): Promise<void> {
  const roll = dice(seed);
  const memory = memoryDnsProvider();
  await unwrap(memory.createZone({ name: zone, nameservers: ["ns1.servers.test"] }));
  for (let step = 0; step < steps; step += 1) {
    const held = await listed(memory, zone);
    const changes = randomChanges(roll, zone, held);
    const expectVersion = roll(3) === 0;
    const apply = async (provider: DnsProvider): Promise<string> => {
      const version = expectVersion ? (await provider.listRecordSets({ zone }))._unsafeUnwrap().version : null;
      const request = { zone, changes, ...(version === null ? {} : { expectVersion: version }) };
      return (await provider.applyChanges(request)).match(
        ({ changed }) => (changed ? "changed" : "unchanged"),
        ({ code }) => code,
      );
    };
    const [should, does] = [await apply(memory), await apply(real)];
    expect(does, `seed ${seed}, step ${step}: ${JSON.stringify(changes)}`).toBe(should);
    expect((await listed(real, zone)).sets, `seed ${seed}, step ${step}`).toEqual((await listed(memory, zone)).sets);
  }
}

/** What a zone holds, without its own servers. */
async function listed(provider: DnsProvider, zone: string): Promise<DnsZoneContents> {
  const contents = (await provider.listRecordSets({ zone }))._unsafeUnwrap();
  return { ...contents, sets: contents.sets.filter((set) => set.type !== "NS") };
}

const runs = Array.from({ length: rounds(40, 2) }, (_, index) => index + 1);
const steps = rounds(40, 20);

describe.skipIf(!serverAvailable("named", "nsupdate"))("BIND does what memory does", () => {
  let server: BindServer;
  beforeAll(async () => {
    server = await startBind(runs.length);
  });
  afterAll(() => server.stop());
  it.each(runs)("with the changes of seed %i", async (seed) => {
    await compare(bindAt(server), server.zones[seed - 1] ?? "", seed, steps);
  });
});

describe.skipIf(!serverAvailable("pdns_server", "sqlite3"))("PowerDNS does what memory does", () => {
  let server: PowerdnsServer;
  beforeAll(async () => {
    server = await startPowerdns();
  });
  afterAll(() => server.stop());
  it.each(runs)("with the changes of seed %i", async (seed) => {
    await compare(powerdnsAt(server), await makeZone(server), seed + 1000, steps);
  });
});

describe("Route 53, as documented, does what memory does", () => {
  let server: Route53StandIn;
  beforeAll(async () => {
    server = await startRoute53StandIn();
  });
  afterAll(() => server.stop());
  it.each(runs)("with the changes of seed %i", async (seed) => {
    const zone = newZoneName();
    server.addZone(zone);
    await compare(route53At(server), zone, seed + 2000, steps);
  });
});
