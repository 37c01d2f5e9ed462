import assert from "node:assert/strict";
import { toolOf } from "../conformance-case.ts";
import { expectOk, expectRefusal, race } from "../expectation.ts";
import type { AnalyticsCase } from "./analytics-harness.ts";

const site = { name: "Acme", url: "https://acme.test", group: "ours" } as const;

/** What a provider promises of making sites. */
export const ensureCases: readonly AnalyticsCase[] = [
  {
    name: "ensure-site/new",
    title: "makes a site that is not there",
    check: async ({ subject, sites }) => {
      const ensured = await expectOk(subject.ensureSite(site));
      assert.deepEqual(
        { ...ensured, site: { ...ensured.site, id: "" } },
        { site: { ...site, id: "" }, created: true, others: [] },
      );
      assert.deepEqual(await sites(), [{ ...site, id: ensured.site.id }]);
    },
  },
  {
    name: "ensure-site/repeated",
    title: "finds what it made, whatever way its address is written, and changes nothing",
    check: async ({ subject, another, sites }) => {
      const first = await expectOk(subject.ensureSite(site));
      for (const url of ["https://acme.test/", "http://acme.test", "https://www.acme.test", "HTTPS://Acme.Test"]) {
        for (const provider of [subject, another()]) {
          const again = await expectOk(provider.ensureSite({ ...site, url, name: "Acme, again" }));
          assert.deepEqual([again.site.id, again.created, again.others], [first.site.id, false, []], url);
        }
      }
      assert.deepEqual(await sites(), [{ ...site, id: first.site.id }]);
    },
  },
  {
    name: "ensure-site/other-sites",
    title: "takes no site of another group, another path or another host",
    check: async ({ subject, put, sites }) => {
      const foreign = [
        await put({ ...site, group: "theirs" }),
        await put({ ...site, group: "" }),
        await put({ ...site, url: "https://acme.test/shop" }),
        await put({ ...site, url: "https://other.test" }),
      ];
      const { site: made, created, others } = await expectOk(subject.ensureSite(site));
      assert.deepEqual([created, others], [true, []]);
      assert.equal(foreign.includes(made.id), false, "a site of its own");
      assert.equal((await sites()).length, 5, "and the others are still there");
    },
  },
  {
    name: "ensure-site/ambiguous",
    title: "takes the oldest of several that are the same, and names the others",
    check: async ({ subject, put, sites }) => {
      // Ten of them, so that the order of numbers and the order of texts differ.
      const ids: string[] = [];
      for (let index = 0; index < 11; index += 1) ids.push(await put(site));
      const ensured = await expectOk(subject.ensureSite(site));
      assert.deepEqual([ensured.created, ensured.site.id, ensured.others], [false, ids[0], ids.slice(1)]);
      assert.equal((await sites()).length, ids.length, "nothing is made");
    },
  },
  {
    name: "ensure-site/concurrent",
    title: "makes one site of several calls at once",
    check: async ({ subject, sites }) => {
      const { values } = await race(8, (index) => subject.ensureSite({ ...site, name: `Acme ${index}` }));
      assert.equal(values.filter(({ created }) => created).length, 1);
      assert.equal(new Set(values.map((each) => each.site.id)).size, 1);
      assert.equal((await sites()).length, 1);
    },
  },
  {
    name: "ensure-site/concurrent-instances",
    title: "makes one site of the calls of several instances",
    requires: ["uniqueSites"],
    check: async ({ subject, another, sites }) => {
      const providers = [subject, another(), another(), another()];
      await race(8, (index) => (providers[index % 4] ?? subject).ensureSite(site));
      assert.equal((await sites()).length, 1);
    },
  },
  {
    name: "ensure-site/lost-answer",
    title: "looks after a site whose answer was lost, and does not make a second one",
    tool: "loseAnswer",
    check: async ({ subject, loseAnswer, sites }) => {
      toolOf(loseAnswer, "loseAnswer")();
      const first = await subject.ensureSite(site);
      if (first.isErr()) {
        assert.ok("state" in first.error.details, `an error with a state, not ${first.error.code}`);
        assert.notEqual(first.error.details.state, "unchanged", "it may have been made");
      }
      assert.equal((await expectOk(subject.ensureSite(site))).created, false);
      assert.equal((await sites()).length, 1);
    },
  },
  {
    name: "ensure-site/texts",
    title: "keeps names and groups as they are, whatever signs they have",
    check: async ({ subject, another, sites }) => {
      const odd = { ...site, name: `Müller & Söhne <"a"> 'b' 日本`, group: "a&b <c>" };
      const { site: made } = await expectOk(subject.ensureSite(odd));
      assert.deepEqual(await sites(), [{ ...odd, id: made.id }]);
      const again = await expectOk(another().ensureSite(odd));
      assert.deepEqual(again, { site: made, created: false, others: [] });
    },
  },
  {
    name: "ensure-site/input-is-checked",
    title: "refuses what can't be a site, before anybody is asked",
    check: async ({ subject, sites }) => {
      const bad = [
        { ...site, url: "" },
        { ...site, url: "ftp://acme.test" },
        { ...site, url: "https://user:secret@acme.test" },
        { ...site, url: "https://acme.test/?a=b" },
        { ...site, name: "" },
        { ...site, name: "a\nb" },
        { ...site, name: "a".repeat(91) },
        { ...site, group: "" },
        { ...site, group: " ours" },
        { ...site, timezone: "../etc" },
      ];
      for (const each of bad) await expectRefusal(subject.ensureSite(each), "INVALID_INPUT");
      assert.deepEqual(await sites(), []);
    },
  },
  {
    name: "ensure-site/cancelled",
    title: "does nothing for a caller who has gone",
    check: async ({ subject, sites }) => {
      const signal = AbortSignal.abort();
      await expectRefusal(subject.ensureSite(site, { signal }), "ABORTED");
      assert.deepEqual(await sites(), []);
    },
  },
];
