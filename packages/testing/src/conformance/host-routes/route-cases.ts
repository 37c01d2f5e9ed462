import assert from "node:assert/strict";
import { toolOf } from "../conformance-case.ts";
import { assertSame, expectOk, expectRefusal } from "../expectation.ts";
import type { HostRoutesCase } from "./host-routes-harness.ts";
import { host, seen, set, to } from "./routes-at.ts";

/** What a place promises of setting a route. */
export const routeCases: readonly HostRoutesCase[] = [
  {
    name: "observe/absent",
    title: "says that there is no route, and refuses the visitor",
    check: async ({ subject, visit }) => {
      assert.equal(await expectOk(subject.observe(host("nobody.acme.de"))), null);
      assert.equal(await visit("nobody.acme.de"), null);
    },
  },
  {
    name: "route/new",
    title: "leads visitors of a name to a backend, from then on, and says so",
    check: async ({ subject, backends: [one], visit }) => {
      assertSame(await set(subject, "www.acme.de", to(one)), { changed: true, previous: null }, "what was done");
      assert.equal(await visit("www.acme.de"), one);
      assertSame(
        await expectOk(subject.observe(host("www.acme.de"))),
        { hostname: "www.acme.de", target: to(one) },
        "what is shown",
      );
      assert.equal(await visit("acme.de"), null, "and no other name");
      assert.equal(await visit("ww.acme.de"), null);
    },
  },
  {
    name: "route/repeated",
    title: "changes nothing the second time, also when its expectation is over",
    check: async ({ subject, backends: [one], visit }) => {
      await set(subject, "acme.de", to(one));
      const again = { changed: false, previous: to(one) };
      assertSame(await set(subject, "acme.de", to(one)), again, "again");
      const expected = await expectOk(subject.route({ hostname: host("acme.de"), target: to(one), expect: null }));
      assertSame(expected, again, "with the first one's expectation");
      assert.equal(await visit("acme.de"), one);
    },
  },
  {
    name: "route/moves",
    title: "leads a name elsewhere, and others as before",
    check: async ({ subject, backends: [one, two], visit }) => {
      for (const name of ["a.acme.de", "b.acme.de", "c.acme.de"]) await set(subject, name, to(one));
      assertSame(await set(subject, "b.acme.de", to(two)), { changed: true, previous: to(one) }, "what was done");
      assert.deepEqual([await visit("a.acme.de"), await visit("b.acme.de"), await visit("c.acme.de")], [one, two, one]);
      assertSame(await seen(subject, "b.acme.de"), to(two), "what is shown");
    },
  },
  {
    name: "route/expect",
    title: "changes a route only when it is what the caller believes it to be",
    check: async ({ subject, backends: [one, two], visit }) => {
      const hostname = host("acme.de");
      const early = await expectRefusal(
        subject.route({ hostname, target: to(two), expect: to(one) }),
        "ROUTE_CONFLICT",
      );
      assert.deepEqual(early.details, {
        place: subject.name,
        hostname: "acme.de",
        expected: `backend ${one}`,
        actual: null,
      });
      await expectOk(subject.route({ hostname, target: to(one), expect: null }));
      const late = await expectRefusal(subject.route({ hostname, target: to(two), expect: null }), "ROUTE_CONFLICT");
      assert.deepEqual([late.details.expected, late.details.actual], [null, `backend ${one}`]);
      await expectRefusal(subject.route({ hostname, target: to(two), expect: to("other") }), "ROUTE_CONFLICT");
      assert.equal(await visit("acme.de"), one, "nothing has changed");
      await expectOk(subject.route({ hostname, target: to(two), expect: to(one) }));
      assert.equal(await visit("acme.de"), two);
    },
  },
  {
    name: "route/survives-restart",
    title: "is there after a restart, and what was taken away is not",
    tool: "restart",
    check: async (underTest) => {
      const {
        subject,
        backends: [one, two],
        visit,
        restart,
      } = underTest;
      await set(subject, "stays.acme.de", to(one));
      await set(subject, "moves.acme.de", to(one));
      await set(subject, "goes.acme.de", to(one));
      await set(subject, "moves.acme.de", to(two));
      await expectOk(subject.unroute({ hostname: host("goes.acme.de") }));
      await toolOf(restart, "restart")();
      const after = [await visit("stays.acme.de"), await visit("moves.acme.de"), await visit("goes.acme.de")];
      assert.deepEqual(after, [one, two, null]);
      assertSame(await seen(subject, "moves.acme.de"), to(two), "what is shown");
      assertSame(await set(subject, "stays.acme.de", to(two)), { changed: true, previous: to(one) }, "goes on");
      assert.equal(await visit("stays.acme.de"), two);
    },
  },
  {
    name: "route/many",
    title: "takes a hundred names, each to its own",
    check: async ({ subject, backends: [one, two], visit }) => {
      const names = Array.from({ length: 100 }, (_, index) => `customer-${index}.acme.de`);
      await Promise.all(names.map((name, index) => set(subject, name, to(index % 3 === 0 ? two : one))));
      for (const index of [0, 1, 2, 50, 51, 98, 99]) {
        assert.equal(await visit(`customer-${index}.acme.de`), index % 3 === 0 ? two : one, `of customer ${index}`);
      }
    },
  },
];
