import assert from "node:assert/strict";
import { assertSame, expectOk, expectRefusal } from "../expectation.ts";
import type { HostRoutesCase } from "./host-routes-harness.ts";
import { host, seen, set, to } from "./routes-at.ts";

/** What a place promises of taking a route away. */
export const unrouteCases: readonly HostRoutesCase[] = [
  {
    name: "unroute/there",
    title: "refuses visitors of a name from then on, and of no other",
    check: async ({ subject, backends: [one], visit }) => {
      await set(subject, "a.acme.de", to(one));
      await set(subject, "b.acme.de", to(one));
      assertSame(await expectOk(subject.unroute({ hostname: host("a.acme.de") })), { changed: true }, "what was done");
      assert.deepEqual([await visit("a.acme.de"), await visit("b.acme.de")], [null, one]);
      assert.equal(await seen(subject, "a.acme.de"), null);
    },
  },
  {
    name: "unroute/absent",
    title: "is success when there is no route, whatever was expected",
    check: async ({ subject, backends: [one] }) => {
      const hostname = host("acme.de");
      assertSame(await expectOk(subject.unroute({ hostname })), { changed: false }, "never there");
      await set(subject, "acme.de", to(one));
      await expectOk(subject.unroute({ hostname, expect: to(one) }));
      assertSame(await expectOk(subject.unroute({ hostname, expect: to(one) })), { changed: false }, "gone");
    },
  },
  {
    name: "unroute/expect",
    title: "takes away only what the caller believes to be there",
    check: async ({ subject, backends: [one, two], visit }) => {
      const hostname = host("acme.de");
      await set(subject, "acme.de", to(one));
      const refused = await expectRefusal(subject.unroute({ hostname, expect: to(two) }), "ROUTE_CONFLICT");
      assert.deepEqual([refused.details.expected, refused.details.actual], [`backend ${two}`, `backend ${one}`]);
      assert.equal(await visit("acme.de"), one);
      assertSame(await expectOk(subject.unroute({ hostname, expect: to(one) })), { changed: true }, "what was done");
      assert.equal(await visit("acme.de"), null);
    },
  },
  {
    name: "unroute/again",
    title: "can be set again afterwards",
    check: async ({ subject, backends: [one, two], visit }) => {
      for (const backend of [one, two, one]) {
        assertSame(await set(subject, "acme.de", to(backend)), { changed: true, previous: null }, "set");
        assert.equal(await visit("acme.de"), backend);
        await expectOk(subject.unroute({ hostname: host("acme.de") }));
        assert.equal(await visit("acme.de"), null);
      }
    },
  },
];
