import assert from "node:assert/strict";
import { expectOk, race } from "../expectation.ts";
import type { HostRoutesCase } from "./host-routes-harness.ts";
import { host, listed, seen, set, to } from "./routes-at.ts";

/** What a place promises of calls at the same time. */
export const raceCases: readonly HostRoutesCase[] = [
  {
    name: "race/first",
    title: "gives a name that nobody has to one of several who ask at once",
    requires: ["compareAndSet"],
    check: async ({ subject, another, backends, visit }) => {
      const other = another();
      const { values, refusals } = await race(
        6,
        (index) =>
          (index % 2 === 0 ? subject : other).route({
            hostname: host("acme.de"),
            target: to(`${backends[0]}-${index}`),
            expect: null,
          }),
        "ROUTE_CONFLICT",
      );
      assert.deepEqual([values.length, refusals.length], [1, 5]);
      assert.notEqual(await seen(subject, "acme.de"), null);
      await expectOk(subject.unroute({ hostname: host("acme.de") }));
      assert.equal(await visit("acme.de"), null);
    },
  },
  {
    name: "race/apart",
    title: "loses none of the routes that are set and taken away at once",
    check: async ({ subject, another, backends: [one, two] }) => {
      const other = another();
      const names = Array.from({ length: 24 }, (_, index) => `host-${String(index).padStart(2, "0")}.acme.de`);
      for (const name of names.slice(0, 8)) await set(subject, name, to(one));
      await race(names.length, (index) => {
        const place = index % 2 === 0 ? subject : other;
        const hostname = host(names[index] ?? "");
        return index < 8
          ? place.unroute({ hostname }).map(() => undefined)
          : place.route({ hostname, target: to(two) }).map(() => undefined);
      });
      assert.deepEqual(
        (await listed(other, 1000)).map(({ hostname }) => hostname),
        names.slice(8),
      );
    },
  },
  {
    name: "race/removed-once",
    title: "takes a route away for one of several",
    check: async ({ subject, another, backends: [one] }) => {
      await set(subject, "acme.de", to(one));
      const other = another();
      const { values } = await race(4, (index) =>
        (index % 2 === 0 ? subject : other).unroute({ hostname: host("acme.de") }),
      );
      assert.equal(values.filter(({ changed }) => changed).length, 1);
    },
  },
  {
    name: "race/never-neither",
    title: "shows visitors the one or the other while a name moves, and never neither",
    check: async ({ subject, backends: [one, two], visit }) => {
      await set(subject, "acme.de", to(one));
      let moving = true;
      const answers = new Set<string | null>();
      const visiting = (async () => {
        while (moving) {
          answers.add(await visit("acme.de"));
          // A place in memory answers at once: others have to come to their turn.
          await new Promise((resolve) => setImmediate(resolve));
        }
      })();
      try {
        for (let turn = 0; turn < 10; turn += 1) await set(subject, "acme.de", to(turn % 2 === 0 ? two : one));
      } finally {
        moving = false;
      }
      await visiting;
      assert.ok(!answers.has(null), "a visitor was refused");
    },
  },
];
