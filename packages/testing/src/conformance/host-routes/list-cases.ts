import assert from "node:assert/strict";
import { assertSame, expectOk, expectRefusal } from "../expectation.ts";
import type { HostRoutesCase } from "./host-routes-harness.ts";
import { host, listed, set, to } from "./routes-at.ts";

/** What a place promises of listings. */
export const listCases: readonly HostRoutesCase[] = [
  {
    name: "list/empty",
    title: "is empty when nothing is routed",
    check: async ({ subject }) => {
      assertSame(await expectOk(subject.list()), { items: [] }, "the first page");
    },
  },
  {
    name: "list/pages",
    title: "shows each route once, by name, page by page",
    check: async ({ subject, backends: [one, two] }) => {
      const names = ["delta.de", "alpha.de", "charlie.de", "bravo.de", "echo.de"];
      for (const [index, name] of names.entries()) await set(subject, name, to(index % 2 === 0 ? one : two));
      await expectOk(subject.unroute({ hostname: host("charlie.de") }));
      const wanted = [
        { hostname: "alpha.de", target: to(two) },
        { hostname: "bravo.de", target: to(two) },
        { hostname: "delta.de", target: to(one) },
        { hostname: "echo.de", target: to(one) },
      ];
      for (const limit of [1, 2, 3, 4, 1000]) assertSame(await listed(subject, limit), wanted, `pages of ${limit}`);
    },
  },
  {
    name: "list/meanwhile",
    title: "skips and repeats nothing that is there all the while",
    check: async ({ subject, backends: [one] }) => {
      for (const name of ["b.de", "d.de", "f.de"]) await set(subject, name, to(one));
      const first = await expectOk(subject.list({ limit: 1 }));
      for (const name of ["a.de", "aa.de"]) await set(subject, name, to(one));
      await expectOk(subject.unroute({ hostname: host("b.de") }));
      const rest = await expectOk(subject.list({ limit: 10, after: first.next }));
      assert.deepEqual(
        [...first.items, ...rest.items].map(({ hostname }) => hostname),
        ["b.de", "d.de", "f.de"],
      );
    },
  },
  {
    name: "list/limit",
    title: "takes limits from 1 to 1000, and cursors of its own",
    check: async ({ subject }) => {
      for (const limit of [0, -1, 1001, 1.5]) await expectRefusal(subject.list({ limit }), "INVALID_INPUT");
      await expectRefusal(subject.list({ after: "no cursor" }), "INVALID_INPUT");
    },
  },
];
