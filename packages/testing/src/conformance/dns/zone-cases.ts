import assert from "node:assert/strict";
import { toolOf } from "../conformance-case.ts";
import { expectOk, expectRefusal, race } from "../expectation.ts";
import type { DnsCase } from "./dns-harness.ts";

/** What a provider promises of zones. */
export const zoneCases: readonly DnsCase[] = [
  {
    name: "get-zone/found",
    title: "finds a zone by its name",
    check: async ({ subject, zone }) => {
      assert.equal((await expectOk(subject.getZone(zone))).name, zone);
    },
  },
  {
    name: "get-zone/absent",
    title: "says that there is no such zone, also for a name inside of one and for the name above it",
    check: async ({ subject, zone }) => {
      for (const name of ["nobody-has-this.test", `www.${zone}`, "test"]) {
        const error = await expectRefusal(subject.getZone(name), "DNS_ZONE_NOT_FOUND");
        assert.equal(error.details.zone, name);
      }
    },
  },
  {
    name: "get-zone/name-is-checked",
    title: "takes canonical names only",
    check: async ({ subject, zone }) => {
      for (const name of [`${zone}.`, zone.toUpperCase(), "", "a..test", "*.test", "a b.test", "../test", "test/x"]) {
        await expectRefusal(subject.getZone(name), "INVALID_INPUT");
      }
    },
  },
  {
    name: "list-zones/names-it",
    title: "lists the zone once, page by page",
    check: async ({ subject, zone }) => {
      const names: string[] = [];
      let after: string | undefined;
      do {
        const page = await expectOk(subject.listZones({ limit: 7, after }));
        assert.ok(page.items.length <= 7, "a page is no longer than asked for");
        names.push(...page.items.map((each) => each.name));
        after = page.next;
      } while (after !== undefined);
      assert.equal(names.filter((each) => each === zone).length, 1, "the zone is listed once");
      assert.deepEqual(names, [...names].sort(), "in the order of names");
      assert.equal(new Set(names).size, names.length, "no zone is listed twice");
    },
  },
  {
    name: "create-zone/new",
    title: "makes a zone that names its servers",
    requires: ["createZones"],
    check: async ({ subject, unusedZone }) => {
      const name = toolOf(unusedZone, "unusedZone")();
      const nameservers = ["ns1.servers.test", "ns2.servers.test"];
      const made = await expectOk(subject.createZone({ name, nameservers, contact: "dns.admin@servers.test" }));
      assert.deepEqual(made, { zone: { name, nameservers }, created: true });
      assert.deepEqual(await expectOk(subject.getZone(name)), { name, nameservers });
      const { version, others } = await expectOk(subject.listRecordSets({ zone: name }));
      assert.ok(version !== null && others.length === 0, "it is empty, and can be read");
    },
  },
  {
    name: "create-zone/repeated",
    title: "leaves a zone that is there as it is",
    requires: ["createZones"],
    check: async ({ subject, unusedZone }) => {
      const name = toolOf(unusedZone, "unusedZone")();
      await expectOk(subject.createZone({ name, nameservers: ["ns1.servers.test"] }));
      const again = await expectOk(subject.createZone({ name, nameservers: ["ns9.servers.test"] }));
      assert.deepEqual(again, { zone: { name, nameservers: ["ns1.servers.test"] }, created: false });
    },
  },
  {
    name: "create-zone/concurrent",
    title: "makes a zone for exactly one of several who ask at once",
    requires: ["createZones"],
    check: async ({ subject, another, unusedZone }) => {
      const name = toolOf(unusedZone, "unusedZone")();
      const other = another();
      const { values } = await race(6, (index) =>
        (index % 2 === 0 ? subject : other).createZone({ name, nameservers: ["ns1.servers.test"] }),
      );
      assert.equal(values.filter(({ created }) => created).length, 1);
    },
  },
  {
    name: "create-zone/input-is-checked",
    title: "refuses a zone without servers, and names that are none",
    requires: ["createZones"],
    check: async ({ subject, unusedZone }) => {
      const name = toolOf(unusedZone, "unusedZone")();
      await expectRefusal(subject.createZone({ name, nameservers: [] }), "INVALID_INPUT");
      await expectRefusal(subject.createZone({ name: `${name}.`, nameservers: ["ns1.servers.test"] }), "INVALID_INPUT");
      await expectRefusal(subject.createZone({ name, nameservers: ["ns1 servers.test"] }), "INVALID_INPUT");
      await expectRefusal(subject.getZone(name), "DNS_ZONE_NOT_FOUND");
    },
  },
  {
    name: "cancel/before",
    title: "does nothing for a caller who has left before the call, in every method",
    check: async ({ subject, zone }) => {
      const signal = AbortSignal.abort();
      await expectRefusal(subject.listZones({ signal }), "ABORTED");
      await expectRefusal(subject.getZone(zone, { signal }), "ABORTED");
      await expectRefusal(subject.listRecordSets({ zone }, { signal }), "ABORTED");
      if (subject.capabilities.createZones) {
        await expectRefusal(
          subject.createZone({ name: zone, nameservers: ["ns1.servers.test"] }, { signal }),
          "ABORTED",
        );
      }
    },
  },
];
