import { type MemoryDnsProvider, memoryDnsProvider } from "@hostelry/testing";
import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import type { DnsChange, DnsRecordType } from "../ports/dns/index.ts";
import { unwrap } from "../result/index.ts";
import { applyDnsPlan } from "./apply-dns-plan.ts";
import type { WantedDnsRecords } from "./diff-records.ts";
import { dnsPlanTable } from "./dns-plan-table.ts";
import { dnsOwnership, isMarkerSet } from "./ownership.ts";
import { type DnsPlan, planDns, planDnsChanges } from "./plan-dns.ts";

const zone = "zone.test";
let provider: MemoryDnsProvider;
beforeEach(async () => {
  provider = memoryDnsProvider();
  await unwrap(provider.createZone({ name: zone, nameservers: ["ns1.servers.test"] }));
});

const want = (name: string, type: DnsRecordType, ...values: readonly string[]): WantedDnsRecords => ({
  name,
  type,
  values,
  ttlSeconds: 300,
});
const plan = (owner: string, wanted: readonly WantedDnsRecords[], adopt = false): Promise<DnsPlan> =>
  unwrap(planDns(provider, { zone, owner, wanted, adopt }));
const give = async (owner: string, ...wanted: readonly WantedDnsRecords[]): Promise<boolean> =>
  (await unwrap(applyDnsPlan(provider, await plan(owner, wanted)))).changed;
const put = (...changes: readonly DnsChange[]) => unwrap(provider.applyChanges({ zone, changes }));
const byHand = (name: string, type: DnsRecordType, ...values: readonly string[]) =>
  put({ action: "add", name, type, values, ttlSeconds: 900 });
const values = (name: string, type: DnsRecordType): readonly string[] | undefined =>
  provider.zones.get(zone)?.sets.get(`${name} ${type}`)?.values;
const codes = ({ findings }: DnsPlan): readonly string[] =>
  findings.map(({ code, forcible }) => `${code}${forcible ? "?" : ""}`);

describe("a plan for an owner", () => {
  it("makes what is wanted, marks whose it is, and is empty the next time", async () => {
    const wanted = [want(`www.${zone}`, "A", "192.0.2.1"), want(`*.${zone}`, "CNAME", "edge.platform.test")];
    expect(await give("site:1", ...wanted)).toBe(true);
    const ownership = dnsOwnership({ sets: [...(provider.zones.get(zone)?.sets.values() ?? [])] });
    expect(ownership.ownersOf(`www.${zone}`, "A", "192.0.2.1")).toEqual(["site:1"]);
    expect(ownership.ownersOf(`*.${zone}`, "CNAME", "edge.platform.test")).toEqual(["site:1"]);
    expect(values(`_hostelry._wildcard.${zone}`, "TXT")).toHaveLength(1);
    const again = await plan("site:1", wanted);
    expect([again.changes, again.findings, await give("site:1", ...wanted)]).toEqual([[], [], false]);
  });

  it("takes away what is no longer wanted, with its markers, and nothing else", async () => {
    await byHand(`mail.${zone}`, "A", "192.0.2.25");
    await give("site:1", want(`www.${zone}`, "A", "192.0.2.1"), want(`old.${zone}`, "TXT", "x"));
    await give("site:2", want(`two.${zone}`, "A", "192.0.2.2"));
    await give("site:1", want(`www.${zone}`, "A", "192.0.2.9"));
    expect([values(`www.${zone}`, "A"), values(`old.${zone}`, "TXT")]).toEqual([["192.0.2.9"], undefined]);
    await give("site:1");
    const left = [...(provider.zones.get(zone)?.sets.values() ?? [])].map(({ name, type }) => `${name} ${type}`).sort();
    expect(left).toEqual([`_hostelry.two.${zone} TXT`, `mail.${zone} A`, `two.${zone} A`]);
  });

  it("shares a text set with its user and other owners: each has its own values", async () => {
    await byHand(zone, "TXT", "v=spf1 -all");
    await give("site:1", want(zone, "TXT", "verify=1"));
    await give("site:2", want(zone, "TXT", "verify=2"));
    await give("site:1");
    expect(values(zone, "TXT")).toEqual(["v=spf1 -all", "verify=2"]);
  });

  it("keeps a value that two owners want until the second one lets go of it", async () => {
    const shared = want(`_dmarc.${zone}`, "TXT", "v=DMARC1; p=none");
    await give("site:1", shared);
    await give("site:2", shared);
    await give("site:1");
    expect(values(`_dmarc.${zone}`, "TXT")).toEqual(["v=DMARC1; p=none"]);
    await give("site:2");
    expect(values(`_dmarc.${zone}`, "TXT")).toBeUndefined();
  });

  it("leaves what its user had put there before to the user, also when it is what is wanted", async () => {
    await byHand(`www.${zone}`, "A", "192.0.2.1");
    expect(await give("site:1", want(`www.${zone}`, "A", "192.0.2.1"))).toBe(false);
    await give("site:1");
    expect(values(`www.${zone}`, "A")).toEqual(["192.0.2.1"]);
  });

  it("puts no address beside one of the user's, unless it is forced, and beside another owner's never", async () => {
    await byHand(`www.${zone}`, "A", "192.0.2.25");
    const beside = await plan("site:1", [want(`www.${zone}`, "A", "192.0.2.1")]);
    expect(codes(beside)).toEqual(["set-of-others?"]);
    expect((await applyDnsPlan(provider, beside))._unsafeUnwrapErr()).toMatchObject({
      code: "DNS_PLAN_REFUSED",
      details: { findings: [{ code: "set-of-others", forcible: true }] },
    });
    await unwrap(applyDnsPlan(provider, beside, { force: true }));
    expect(values(`www.${zone}`, "A")).toEqual(["192.0.2.1", "192.0.2.25"]);
    const second = await plan("site:2", [want(`www.${zone}`, "A", "192.0.2.2")]);
    expect(codes(second)).toEqual(["set-of-others"]);
    expect((await applyDnsPlan(provider, second, { force: true }))._unsafeUnwrapErr().code).toBe("DNS_PLAN_REFUSED");
  });

  it("adopts what nobody owns when it is told to, and never what somebody does", async () => {
    await byHand(`www.${zone}`, "A", "192.0.2.25");
    const adopting = await plan("site:1", [want(`www.${zone}`, "A", "192.0.2.1")], true);
    expect(codes(adopting)).toEqual([]);
    await unwrap(applyDnsPlan(provider, adopting));
    expect(values(`www.${zone}`, "A")).toEqual(["192.0.2.1"]);
    const thief = await plan("site:2", [want(`www.${zone}`, "A", "192.0.2.2")], true);
    expect(codes(thief)).toEqual(["set-of-others"]);
  });

  it("sets the TTL of what is the owner's alone", async () => {
    await give("site:1", want(`www.${zone}`, "A", "192.0.2.1"));
    const longer = { ...want(`www.${zone}`, "A", "192.0.2.1"), ttlSeconds: 3600 };
    expect(await give("site:1", longer)).toBe(true);
    expect(provider.zones.get(zone)?.sets.get(`www.${zone} A`)?.ttlSeconds).toBe(3600);
    expect(await give("site:1", longer)).toBe(false);
  });

  it("puts back what somebody has deleted, and what has lost its marker is the user's", async () => {
    const wanted = want(`www.${zone}`, "A", "192.0.2.1");
    await give("site:1", wanted);
    await put({ action: "remove", name: `www.${zone}`, type: "A", values: ["192.0.2.1"] });
    expect(await give("site:1", wanted)).toBe(true);
    const marker = values(`_hostelry.www.${zone}`, "TXT") ?? [];
    await put({ action: "remove", name: `_hostelry.www.${zone}`, type: "TXT", values: marker });
    await give("site:1");
    expect(values(`www.${zone}`, "A")).toEqual(["192.0.2.1"]);
  });

  it("is refused when it would put an alias beside others, at the apex, or what can't be", async () => {
    await byHand(`www.${zone}`, "TXT", "x");
    const alias = (name: string) => want(name, "CNAME", "edge.platform.test");
    expect(codes(await plan("site:1", [alias(`www.${zone}`)]))).toEqual(["alias-conflict"]);
    expect(codes(await plan("site:1", [alias(zone)]))).toEqual(["alias-conflict"]);
    expect(codes(await plan("site:1", [want("elsewhere.test", "A", "192.0.2.1")]))).toEqual(["invalid-record"]);
    expect(codes(await plan("site:1", [want(zone, "NS", "ns1.thief.test")]))).toEqual(["invalid-record"]);
    expect((await planDns(provider, { zone, owner: "a b", wanted: [] }))._unsafeUnwrapErr().code).toBe("INVALID_INPUT");
  });

  it("is refused, unless forced, when it deletes or changes much of a zone", async () => {
    const many = Array.from({ length: 20 }, (_, index) => want(`host-${index}.${zone}`, "A", "192.0.2.1"));
    await give("site:1", ...many);
    const deleting = await plan("site:1", many.slice(0, 13));
    expect(codes(deleting)).toEqual(["deletes-much?"]);
    expect(codes(await plan("site:1", many.slice(0, 14)))).toEqual([]);
    const changing = await plan(
      "site:1",
      many.map((each) => ({ ...each, values: ["192.0.2.2"] })),
    );
    expect(codes(changing)).toEqual(["changes-much?"]);
    await unwrap(applyDnsPlan(provider, deleting, { force: true }));
    expect(values(`host-19.${zone}`, "A")).toBeUndefined();
  });

  it("is refused when anything in the zone has changed since", async () => {
    const made = await plan("site:1", [want(`www.${zone}`, "A", "192.0.2.1")]);
    await byHand(`far.${zone}`, "TXT", "x");
    expect((await applyDnsPlan(provider, made, { force: true }))._unsafeUnwrapErr().code).toBe("DNS_ZONE_CHANGED");
  });

  it("survives JSON: it can be shown here, and applied there", async () => {
    const made = await plan("site:1", [want(`www.${zone}`, "A", "192.0.2.1")]);
    await unwrap(applyDnsPlan(provider, JSON.parse(JSON.stringify(made)) as DnsPlan));
    expect(values(`www.${zone}`, "A")).toEqual(["192.0.2.1"]);
  });
});

describe("a plan of the zone's user", () => {
  const edit = (...changes: readonly DnsChange[]) => unwrap(planDnsChanges(provider, { zone, owner: null, changes }));

  it("changes what is the user's, and nothing that is somebody's", async () => {
    await byHand(`mine.${zone}`, "A", "192.0.2.25");
    await give("site:1", want(`www.${zone}`, "A", "192.0.2.1"), want(zone, "TXT", "verify=1"));
    const own = await edit(
      {
        action: "replace",
        name: `mine.${zone}`,
        type: "A",
        expect: ["192.0.2.25"],
        values: ["192.0.2.26"],
        ttlSeconds: 60,
      },
      { action: "add", name: zone, type: "TXT", values: ["v=spf1 -all"], ttlSeconds: 60 },
    );
    expect(codes(own)).toEqual([]);
    await unwrap(applyDnsPlan(provider, own));
    const wrong: readonly (readonly [DnsChange, string])[] = [
      [{ action: "remove", name: `www.${zone}`, type: "A", values: ["192.0.2.1"] }, "owned-by-other"],
      [{ action: "add", name: `www.${zone}`, type: "A", values: ["192.0.2.2"], ttlSeconds: 60 }, "set-of-others"],
      [
        {
          action: "replace",
          name: zone,
          type: "TXT",
          expect: ["v=spf1 -all", "verify=1"],
          values: ["v=spf1 -all"],
          ttlSeconds: 60,
        },
        "owned-by-other",
      ],
      [
        {
          action: "remove",
          name: `_hostelry.www.${zone}`,
          type: "TXT",
          values: [...(values(`_hostelry.www.${zone}`, "TXT") ?? [])],
        },
        "marker-of-other",
      ],
      [
        {
          action: "add",
          name: `_hostelry.mine.${zone}`,
          type: "TXT",
          values: ["hostelry owner=site:2 type=A value=0123456789abcdef"],
          ttlSeconds: 60,
        },
        "marker-of-other",
      ],
      [
        { action: "replace", name: `mine.${zone}`, type: "A", expect: ["192.0.2.1"], values: [], ttlSeconds: 60 },
        "zone-changed",
      ],
    ];
    for (const [change, code] of wrong) {
      const made = await edit(change);
      expect(codes(made)).toEqual([code]);
      expect((await applyDnsPlan(provider, made, { force: true }))._unsafeUnwrapErr().code).toBe("DNS_PLAN_REFUSED");
    }
  });
});

describe("owners and the user of one zone", () => {
  const anyValue = fc.constantFrom("192.0.2.1", "192.0.2.2", "192.0.2.3");
  const step = fc.record({
    who: fc.constantFrom("site:1", "site:2", null),
    name: fc.constantFrom(zone, `www.${zone}`, `*.${zone}`),
    type: fc.constantFrom<DnsRecordType>("A", "TXT"),
    values: fc.uniqueArray(anyValue, { maxLength: 2 }),
    adopt: fc.boolean(),
    force: fc.boolean(),
  });

  it("never lose a record to each other, whatever they do", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        provider = memoryDnsProvider();
        await unwrap(provider.createZone({ name: zone, nameservers: ["ns1.servers.test"] }));
        for (const { who, name, type, values: some, adopt, force } of steps) {
          const before = belongings();
          const made =
            who === null
              ? await unwrap(
                  planDnsChanges(provider, {
                    zone,
                    owner: null,
                    changes: some.map((value) => ({ action: "add", name, type, values: [value], ttlSeconds: 60 })),
                  }),
                )
              : await plan(who, some.length === 0 ? [] : [want(name, type, ...some)], adopt);
          await applyDnsPlan(provider, made, { force }).unwrapOr(undefined);
          const after = new Set(belongings());
          // What belongs to another owner, and the user's own while nobody adopts by force or choice, is still there.
          const safe = before.filter(
            (each) => !each.startsWith(`${who} `) && !(each.startsWith("user ") && (adopt || force)),
          );
          for (const each of safe) expect(after).toContain(each);
        }
      }),
      { numRuns: 60 },
    );
  });

  /** `owner name type value` of every record. */
  function belongings(): readonly string[] {
    const sets = [...(provider.zones.get(zone)?.sets.values() ?? [])];
    const ownership = dnsOwnership({ sets });
    return sets
      .filter((set) => !isMarkerSet(set))
      .flatMap(({ name, type, values: all }) =>
        all.flatMap((value) => {
          const owners = ownership.ownersOf(name, type, value);
          return (owners.length === 0 ? ["user"] : owners).map((owner) => `${owner} ${name} ${type} ${value}`);
        }),
      );
  }
});

describe("the table of a plan", () => {
  it("shows what comes, goes and stays, and what is wrong", async () => {
    await give(
      "site:1",
      want(`www.${zone}`, "A", "192.0.2.1", "192.0.2.2"),
      want(`old.${zone}`, "TXT", "x".repeat(100)),
    );
    await byHand(`api.${zone}`, "A", "192.0.2.25");
    const made = await plan("site:1", [
      { ...want(`www.${zone}`, "A", "192.0.2.2", "192.0.2.3"), ttlSeconds: 60 },
      want(`api.${zone}`, "A", "192.0.2.1"),
      want(`new.${zone}`, "TXT", "a\u001b[31mb"),
    ]);
    expect(dnsPlanTable(made)).toBe(
      [
        "        name           type  ttl       value",
        `delete  old.zone.test  TXT   300       - ${"x".repeat(79)}…`,
        "change  www.zone.test  A     300 → 60  - 192.0.2.1",
        "                                       = 192.0.2.2",
        "                                       + 192.0.2.3",
        "change  api.zone.test  A     900       = 192.0.2.25",
        "                                       + 192.0.2.1",
        "create  new.zone.test  TXT   300       + a\\u001b[31mb",
        "",
        "zone.test: 1 to create, 2 to change, 1 to delete (and 4 markers of ownership)",
        "needs force: api.zone.test A: a value would stand beside one of the zone's user (192.0.2.25). (set-of-others)",
      ].join("\n"),
    );
    expect(dnsPlanTable(await plan("site:9", []))).toBe("zone.test: nothing to change");
  });
});
