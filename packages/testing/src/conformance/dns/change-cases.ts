import assert from "node:assert/strict";
import { assertSame, expectOk } from "../expectation.ts";
import type { DnsCase } from "./dns-harness.ts";
import { adding, apply, assertServed, listed, removing, serialOf, ttlSeconds } from "./sets.ts";

/** What a provider promises of adding, removing and replacing. */
export const changeCases: readonly DnsCase[] = [
  {
    name: "apply/add-beside",
    title: "adds a value beside those that somebody else has put there, and leaves their TTL",
    check: async (underTest) => {
      const { zone, put } = underTest;
      const name = `_acme-challenge.${zone}`;
      await put(name, "TXT", 900, "of somebody else");
      assert.equal(await apply(underTest, adding(name, "TXT", "of ours")), true);
      await assertServed(underTest, name, "TXT", ["of ours", "of somebody else"]);
      assert.equal((await listed(underTest, name, "TXT"))?.ttlSeconds, 900);
    },
  },
  {
    name: "apply/add-repeated",
    title: "writes nothing when it is so already: the serial number stays",
    check: async (underTest) => {
      const { subject, zone } = underTest;
      const changes = [adding(`www.${zone}`, "A", "192.0.2.1", "192.0.2.2"), adding(`text.${zone}`, "TXT", 'a "b" c')];
      const first = await expectOk(subject.applyChanges({ zone, changes }));
      const before = await serialOf(underTest);
      const again = await expectOk(subject.applyChanges({ zone, changes }));
      assertSame([first.changed, again.changed, again.serial], [true, false, before], "changed, changed, serial");
      assert.equal(await serialOf(underTest), before);
    },
  },
  {
    name: "apply/serial",
    title: "says the serial number that the zone has afterwards",
    check: async (underTest) => {
      const { subject, zone } = underTest;
      const { serial } = await expectOk(
        subject.applyChanges({ zone, changes: [adding(`www.${zone}`, "A", "192.0.2.1")] }),
      );
      assert.equal(serial, await serialOf(underTest));
    },
  },
  {
    name: "apply/remove-value",
    title: "removes one value, and leaves the others",
    check: async (underTest) => {
      const { zone, put } = underTest;
      const name = `www.${zone}`;
      await put(name, "A", 900, "192.0.2.1");
      await put(name, "A", 900, "192.0.2.2");
      assert.equal(await apply(underTest, removing(name, "A", "192.0.2.2", "192.0.2.9")), true);
      await assertServed(underTest, name, "A", ["192.0.2.1"]);
      assert.equal((await listed(underTest, name, "A"))?.ttlSeconds, 900);
    },
  },
  {
    name: "apply/remove-last",
    title: "removes a set with its last value",
    check: async (underTest) => {
      const { zone } = underTest;
      const name = `www.${zone}`;
      await apply(underTest, adding(name, "A", "192.0.2.1"), adding(name, "TXT", "stays"));
      await apply(underTest, removing(name, "A", "192.0.2.1"));
      await assertServed(underTest, name, "A", []);
      await assertServed(underTest, name, "TXT", ["stays"]);
      assert.equal(await listed(underTest, name, "A"), undefined);
    },
  },
  {
    name: "apply/remove-absent",
    title: "takes the removal of what is not there for done, and writes nothing",
    check: async (underTest) => {
      const { zone } = underTest;
      await apply(underTest, adding(`www.${zone}`, "A", "192.0.2.1"));
      const before = await serialOf(underTest);
      const absent = [removing(`www.${zone}`, "A", "192.0.2.2"), removing(`nothing.${zone}`, "TXT", "x")];
      assert.equal(await apply(underTest, ...absent), false);
      assert.equal(await serialOf(underTest), before);
      await assertServed(underTest, `www.${zone}`, "A", ["192.0.2.1"]);
    },
  },
  {
    name: "apply/nothing",
    title: "takes an empty list for done",
    check: async (underTest) => {
      assert.equal(await apply(underTest), false);
    },
  },
  {
    name: "apply/replace",
    title: "makes a set what it is to be: values and TTL",
    check: async (underTest) => {
      const { zone } = underTest;
      const name = `www.${zone}`;
      await apply(underTest, adding(name, "A", "192.0.2.1", "192.0.2.2"));
      const replace = { action: "replace", name, type: "A", expect: ["192.0.2.2", "192.0.2.1"] } as const;
      const target = { ...replace, values: ["192.0.2.2", "192.0.2.3"], ttlSeconds: 3600 };
      assert.equal(await apply(underTest, target), true);
      await assertServed(underTest, name, "A", ["192.0.2.2", "192.0.2.3"]);
      assert.equal((await listed(underTest, name, "A"))?.ttlSeconds, 3600);
      assert.equal(await apply(underTest, target), false, "it is so already, though no longer what was expected");
    },
  },
  {
    name: "apply/replace-ttl",
    title: "changes the TTL alone",
    check: async (underTest) => {
      const { zone } = underTest;
      const name = `www.${zone}`;
      await apply(underTest, adding(name, "TXT", "a", "b"));
      const values = ["a", "b"];
      await apply(underTest, { action: "replace", name, type: "TXT", expect: values, values, ttlSeconds: 1800 });
      const set = await listed(underTest, name, "TXT");
      assertSame([set?.ttlSeconds, set?.values], [1800, values], "the set");
    },
  },
  {
    name: "apply/replace-away",
    title: "makes and removes sets by replacing nothing, and with nothing",
    check: async (underTest) => {
      const { zone } = underTest;
      const name = `www.${zone}`;
      await apply(underTest, { action: "replace", name, type: "A", expect: [], values: ["192.0.2.1"], ttlSeconds });
      await assertServed(underTest, name, "A", ["192.0.2.1"]);
      await apply(underTest, { action: "replace", name, type: "A", expect: ["192.0.2.1"], values: [], ttlSeconds });
      await assertServed(underTest, name, "A", []);
    },
  },
  {
    name: "apply/in-order",
    title: "makes the changes of a call in their order",
    check: async (underTest) => {
      const { zone } = underTest;
      const name = `www.${zone}`;
      await apply(
        underTest,
        adding(name, "A", "192.0.2.1"),
        removing(name, "A", "192.0.2.1"),
        adding(name, "A", "192.0.2.2"),
      );
      await assertServed(underTest, name, "A", ["192.0.2.2"]);
      assert.equal(await apply(underTest, removing(name, "A", "192.0.2.2"), adding(name, "A", "192.0.2.2")), false);
      await assertServed(underTest, name, "A", ["192.0.2.2"]);
    },
  },
  {
    name: "apply/alias-swap",
    title: "puts an alias where other records were, and back, in one call each",
    check: async (underTest) => {
      const { zone } = underTest;
      const name = `www.${zone}`;
      await apply(underTest, adding(name, "A", "192.0.2.1"), adding(name, "TXT", "x"));
      const alias = adding(name, "CNAME", "elsewhere.test");
      assert.equal(await apply(underTest, alias, removing(name, "A", "192.0.2.1"), removing(name, "TXT", "x")), true);
      await assertServed(underTest, name, "CNAME", ["elsewhere.test"]);
      const other = [removing(name, "CNAME", "elsewhere.test"), adding(name, "CNAME", "nowhere.test")];
      assert.equal(await apply(underTest, ...other), true);
      await assertServed(underTest, name, "CNAME", ["nowhere.test"]);
      await apply(underTest, removing(name, "CNAME", "nowhere.test"), adding(name, "A", "192.0.2.2"));
      await assertServed(underTest, name, "CNAME", []);
      await assertServed(underTest, name, "A", ["192.0.2.2"]);
    },
  },
  {
    name: "apply/many",
    title: "takes many changes at once",
    check: async (underTest) => {
      const { subject, zone } = underTest;
      const host = (index: number): string => `host-${String(index).padStart(3, "0")}.${zone}`;
      const changes = Array.from({ length: 300 }, (_, index) =>
        adding(host(index), "A", `10.1.${index >> 8}.${index & 255}`),
      );
      assert.equal(await apply(underTest, ...changes), true);
      const { sets } = await expectOk(subject.listRecordSets({ zone }));
      const listedHosts = sets.filter((set) => set.type === "A").map((set) => [set.name, set.values[0]]);
      assertSame(
        listedHosts,
        changes.map((change) => [change.name, change.values[0]]),
        "all of them, each its own",
      );
      await assertServed(underTest, host(299), "A", ["10.1.1.43"]);
      assert.equal(await apply(underTest, ...changes), false);
    },
  },
];
