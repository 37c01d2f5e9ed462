import assert from "node:assert/strict";
import { assertSame, expectOk, expectRefusal } from "../expectation.ts";
import type { HostRoutesCase, HostRoutesUnderTest } from "./host-routes-harness.ts";
import { host, seen, set, to, towards } from "./routes-at.ts";

/** What a place promises of redirects and wildcards. */
export const targetCases: readonly HostRoutesCase[] = [
  {
    name: "redirect/counterpart",
    title: "sends visitors from www to the name without it, and the other way",
    check: async (underTest) => {
      const { subject, visit } = underTest;
      if (!redirects(underTest, "counterpart")) return;
      await set(subject, "www.acme.de", towards("acme.de"));
      await set(subject, "acme.co.uk", towards("www.acme.co.uk"));
      assert.deepEqual([await visit("www.acme.de"), await visit("acme.co.uk")], ["→ acme.de", "→ www.acme.co.uk"]);
      assertSame(await seen(subject, "www.acme.de"), towards("acme.de"), "what is shown");
      assertSame(await seen(subject, "acme.co.uk"), towards("www.acme.co.uk"), "what is shown");
    },
  },
  {
    name: "redirect/any",
    title: "sends visitors to any name",
    check: async (underTest) => {
      const { subject, visit } = underTest;
      if (!redirects(underTest, "any")) return;
      await set(subject, "acme.com", towards("shop.acme.de"));
      assert.equal(await visit("acme.com"), "→ shop.acme.de");
      assertSame(await seen(subject, "acme.com"), towards("shop.acme.de"), "what is shown");
    },
  },
  {
    name: "redirect/turns",
    title: "turns a redirect into a backend and back, in one step",
    check: async (underTest) => {
      const {
        subject,
        backends: [one],
        visit,
      } = underTest;
      if (!redirects(underTest, "counterpart")) return;
      const hostname = host("www.acme.de");
      await set(subject, "www.acme.de", to(one));
      const turned = await expectOk(subject.route({ hostname, target: towards("acme.de"), expect: to(one) }));
      assertSame(turned, { changed: true, previous: to(one) }, "what was done");
      assert.equal(await visit("www.acme.de"), "→ acme.de");
      await expectRefusal(subject.unroute({ hostname, expect: to(one) }), "ROUTE_CONFLICT");
      await expectOk(subject.route({ hostname, target: to(one), expect: towards("acme.de") }));
      assert.equal(await visit("www.acme.de"), one);
    },
  },
  {
    name: "redirect/refused",
    title: "refuses a redirect that it can't do, or that leads to itself",
    check: async (underTest) => {
      const { subject, visit } = underTest;
      const hostname = host("www.acme.de");
      await expectRefusal(subject.route({ hostname, target: towards("www.acme.de") }), "INVALID_INPUT");
      if (!redirects(underTest, "any")) {
        await expectRefusal(subject.route({ hostname, target: towards("shop.acme.de") }), "INVALID_INPUT");
      }
      if (!redirects(underTest, "counterpart")) {
        await expectRefusal(subject.route({ hostname, target: towards("acme.de") }), "INVALID_INPUT");
      }
      assert.equal(await visit("www.acme.de"), null);
    },
  },
  {
    name: "wildcard/covers",
    title: "leads names below a wildcard to its backend, one label deep, and names with a route of their own to that",
    requires: ["wildcards"],
    check: async ({ subject, backends: [one, two], visit }) => {
      await set(subject, "*.acme.de", to(one));
      await set(subject, "shop.acme.de", to(two));
      const asked = ["any.acme.de", "shop.acme.de", "acme.de", "a.b.acme.de"];
      const answers: (string | null)[] = [];
      for (const name of asked) answers.push(await visit(name));
      assert.deepEqual(answers, [one, two, null, null]);
      assertSame(await seen(subject, "*.acme.de"), to(one), "the wildcard itself");
      assert.equal(await seen(subject, "any.acme.de"), null, "which is no route of the names below it");
      await expectOk(subject.unroute({ hostname: host("*.acme.de") }));
      assert.deepEqual([await visit("any.acme.de"), await visit("shop.acme.de")], [null, two]);
    },
  },
];

/** Whether the place can do such redirects. A case that needs more than it can is for others. */
function redirects({ subject }: HostRoutesUnderTest, what: "any" | "counterpart"): boolean {
  const { redirects: can } = subject.capabilities;
  return can === "any" || (can === "counterpart" && what === "counterpart");
}
