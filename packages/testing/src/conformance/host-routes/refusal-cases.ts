import assert from "node:assert/strict";
import { expectRefusal } from "../expectation.ts";
import type { HostRoutesCase } from "./host-routes-harness.ts";
import { host, listed, seen, set, to } from "./routes-at.ts";

const hostileNames: readonly string[] = [
  "",
  ".",
  "..",
  "../sites",
  "a/b.de",
  "acme.de.",
  "Acme.de",
  "müller.de",
  "acme .de",
  "acme.de\n",
  "acme.de\nevil.de",
  "acme.de evil",
  "-acme.de",
  "acme..de",
  ".acme.de",
  "a;b.de",
  "$(id).de",
  "a*b.de",
  "*",
  "*.*.de",
  "a.*.de",
  "#acme.de",
  `${"a".repeat(64)}.de`,
  `${"abcdefgh.".repeat(29)}de`,
];

const hostileBackends: readonly string[] = [
  "",
  ".",
  "..",
  "../x",
  "a/b",
  "a b",
  "a\nb",
  "-a",
  "a..b",
  "a;b",
  ">a",
  "a$",
  "ä",
  "a".repeat(200),
];

/** What a place refuses, in which method soever. */
export const refusalCases: readonly HostRoutesCase[] = [
  {
    name: "input/names",
    title: "takes canonical names only",
    check: async ({ subject, backends: [one] }) => {
      for (const name of hostileNames) {
        const hostname = host(name);
        await expectRefusal(subject.observe(hostname), "INVALID_INPUT");
        await expectRefusal(subject.route({ hostname, target: to(one) }), "INVALID_INPUT");
        await expectRefusal(subject.unroute({ hostname }), "INVALID_INPUT");
        const redirect = { hostname: host("www.acme.de"), target: { kind: "redirect", hostname } } as const;
        await expectRefusal(subject.route(redirect), "INVALID_INPUT");
      }
      assert.deepEqual(await listed(subject, 1000), []);
    },
  },
  {
    name: "input/backends",
    title: "takes plain words as backends only",
    check: async ({ subject }) => {
      for (const backend of hostileBackends) {
        await expectRefusal(subject.route({ hostname: host("acme.de"), target: to(backend) }), "INVALID_INPUT");
      }
      assert.equal(await seen(subject, "acme.de"), null);
    },
  },
  {
    name: "input/wildcards",
    title: "refuses a wildcard where it has none",
    check: async ({ subject, backends: [one] }) => {
      if (subject.capabilities.wildcards) return;
      await expectRefusal(subject.route({ hostname: host("*.acme.de"), target: to(one) }), "INVALID_INPUT");
      await expectRefusal(subject.observe(host("*.acme.de")), "INVALID_INPUT");
    },
  },
  {
    name: "cancel/before",
    title: "does nothing for a caller who has left before the call, in every method",
    check: async ({ subject, backends: [one, two], visit }) => {
      const hostname = host("acme.de");
      await set(subject, "acme.de", to(one));
      const signal = AbortSignal.abort();
      await expectRefusal(subject.observe(hostname, { signal }), "ABORTED");
      await expectRefusal(subject.route({ hostname, target: to(two) }, { signal }), "ABORTED");
      await expectRefusal(subject.unroute({ hostname }, { signal }), "ABORTED");
      await expectRefusal(subject.list({ signal }), "ABORTED");
      assert.equal(await visit("acme.de"), one);
    },
  },
];
