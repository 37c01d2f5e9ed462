import assert from "node:assert/strict";
import { expectOk, expectRefusal } from "../expectation.ts";
import type { AnalyticsCase } from "./analytics-harness.ts";

const site = { name: "Acme", url: "https://acme.test", group: "ours" } as const;

/** What a provider promises of looking, and of its snippet. */
export const lookCases: readonly AnalyticsCase[] = [
  {
    name: "find-site/absent",
    title: "finds nothing where there is nothing of ours, and makes nothing",
    check: async ({ subject, put, sites }) => {
      await put({ ...site, group: "theirs" });
      assert.equal(await expectOk(subject.findSite(site)), null);
      assert.equal((await sites()).length, 1);
    },
  },
  {
    name: "find-site/found",
    title: "finds a site, and others that are the same",
    check: async ({ subject, put }) => {
      const id = await put(site);
      const other = await put({ ...site, url: "http://www.acme.test/" });
      const found = await expectOk(subject.findSite(site));
      assert.deepEqual(found, { site: { ...site, id }, others: [other] });
    },
  },
  {
    name: "find-site/refusals",
    title: "checks the address, and ends with its caller",
    check: async ({ subject }) => {
      await expectRefusal(subject.findSite({ ...site, url: "acme" }), "INVALID_INPUT");
      await expectRefusal(subject.findSite(site, { signal: AbortSignal.abort() }), "ABORTED");
    },
  },
  {
    name: "read-facts/may-create",
    title: "says what our credentials may do, or that it can't tell",
    check: async ({ subject }) => {
      const { mayCreate } = await expectOk(subject.readFacts());
      assert.notEqual(mayCreate, false, "the kit's credentials may make sites");
      await expectRefusal(subject.readFacts({ signal: AbortSignal.abort() }), "ABORTED");
    },
  },
  {
    name: "get-snippet/safe",
    title: "writes one script that names the site, and takes no id that is not the provider's",
    check: async ({ subject }) => {
      const { site: made } = await expectOk(subject.ensureSite(site));
      const snippet = await expectOk(subject.getSnippet({ siteId: made.id }));
      assert.ok(snippet.includes(made.id), "it names the site");
      assert.equal(snippet.match(/<\/script/gi)?.length, 1, "one script, which ends once");
      assert.equal(await expectOk(subject.getSnippet({ siteId: made.id })), snippet, "the same text again");
      for (const siteId of ["", "</script><script>", "1\n2", '"', "../1"]) {
        await expectRefusal(subject.getSnippet({ siteId }), "INVALID_INPUT");
      }
    },
  },
];
