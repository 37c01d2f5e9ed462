import { describe, expect, it } from "vitest";
import type { DnsChange, DnsRecordSet } from "../ports/dns/index.ts";
import { type FoldedDnsChange, foldDnsChanges } from "./fold-changes.ts";

const zone = "zone.test";
const a = (name: string, ...values: string[]): DnsRecordSet => ({ name, type: "A", ttlSeconds: 60, values });
const alias = (name: string, value: string): DnsRecordSet => ({ name, type: "CNAME", ttlSeconds: 60, values: [value] });
const fold = (
  sets: readonly DnsRecordSet[],
  changes: readonly DnsChange[],
  others = [{ name: "tlsa.zone.test", types: ["TLSA"] }],
) => foldDnsChanges({ provider: "memory", zone, capabilities: { apexCname: "refused" }, sets, others, changes });
const add = (name: string, type: DnsRecordSet["type"], ...values: string[]): DnsChange => ({
  action: "add",
  name,
  type,
  values,
  ttlSeconds: 300,
});

describe("foldDnsChanges", () => {
  it("tells only what will differ, with what was there", () => {
    const sets = [a("www.zone.test", "192.0.2.1")];
    const changes = [add("www.zone.test", "A", "192.0.2.1"), add("new.zone.test", "TXT", "b", "a", "b")];
    expect(fold(sets, changes)._unsafeUnwrap()).toEqual([
      {
        name: "new.zone.test",
        type: "TXT",
        before: null,
        after: { name: "new.zone.test", type: "TXT", ttlSeconds: 300, values: ["a", "b"] },
      },
    ] satisfies FoldedDnsChange[]);
  });

  it("takes a change that is made and taken back for none", () => {
    const remove: DnsChange = { action: "remove", name: "x.zone.test", type: "A", values: ["192.0.2.1"] };
    expect(fold([], [add("x.zone.test", "A", "192.0.2.1"), remove])._unsafeUnwrap()).toEqual([]);
  });

  it.each<[string, readonly DnsRecordSet[], DnsChange]>([
    ["an alias beside an address", [a("www.zone.test", "192.0.2.1")], add("www.zone.test", "CNAME", "x.test")],
    ["an address beside an alias", [alias("www.zone.test", "x.test")], add("www.zone.test", "A", "192.0.2.1")],
    ["two aliases", [], add("www.zone.test", "CNAME", "x.test", "y.test")],
    ["an alias at the apex", [], add("zone.test", "CNAME", "x.test")],
    ["an alias beside a type that is not carried", [], add("tlsa.zone.test", "CNAME", "x.test")],
  ])("refuses %s", (_, sets, change) => {
    expect(fold(sets, [change])._unsafeUnwrapErr().code).toBe("DNS_CONFLICT");
  });

  it("refuses to write a set that it can't read", () => {
    const others = [{ name: "odd.zone.test", types: ["TXT"] }];
    expect(fold([], [add("odd.zone.test", "TXT", "x")], others)._unsafeUnwrapErr()).toMatchObject({
      code: "DNS_CONFLICT",
      details: { problem: expect.stringContaining("can't be read") },
    });
  });

  it("leaves a conflict alone that was there before and is not touched", () => {
    const sets = [a("www.zone.test", "192.0.2.1"), alias("www.zone.test", "x.test")];
    expect(fold(sets, [add("other.zone.test", "A", "192.0.2.1")]).isOk()).toBe(true);
  });
});
