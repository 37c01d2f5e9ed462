import assert from "node:assert/strict";
import type { SiteOutcome, WaitingSite, WaitingSiteClaim, WaitingSites } from "@hostelry/core/adapter";
import { bindCases, type ConformanceCase } from "../conformance-case.ts";
import { assertSame, expectOk, expectRefusal, race } from "../expectation.ts";
import type { WaitingSitesCase, WaitingSitesHarness } from "./waiting-sites-harness.ts";

const site = (id: string, server = "panel-1"): WaitingSite => ({
  id,
  server,
  domain: `${id}.test`,
  name: `Müller's ${id}`,
  analytics: id.endsWith("1"),
  wishes: { database: true, content: "rev-1" },
});

const active: SiteOutcome = {
  state: "active",
  documentRoot: "/srv/a/htdocs/a.test",
  analyticsId: "5",
  reason: null,
  retryable: false,
};
const failed = (retryable: boolean): SiteOutcome => ({
  state: "failed",
  documentRoot: null,
  analyticsId: null,
  reason: { code: "RESOURCE_ORPHANED", message: "A 'user' is in the way.", at: "site" },
  retryable,
});
const pending: SiteOutcome = { state: "pending", documentRoot: null, analyticsId: null, reason: null, retryable: true };

const listed = async (sites: WaitingSites, includeFailed = true): Promise<readonly string[]> =>
  (await expectOk(sites.listWaiting({ includeFailed }))).items.map(({ id }) => id);

async function claimed(sites: WaitingSites, siteId: string, ttlMs = 60_000): Promise<WaitingSiteClaim> {
  const { claim } = await expectOk(sites.claimSite({ siteId, holder: "kit", ttlMs }));
  if (claim === null) assert.fail(`${siteId} could not be claimed`);
  return claim;
}

const cases: readonly WaitingSitesCase[] = [
  {
    name: "list-waiting/which",
    title: "lists what has its DNS and waits, whole, by server and id, page by page",
    check: async ({ subject, add }) => {
      const sites = [site("b-1", "panel-1"), site("c-1", "panel-1"), site("a-2", "panel-2")];
      for (const each of [...sites].reverse()) await add(each, "active");
      await add(site("z-1", "panel-1"), "pending");
      const found: WaitingSite[] = [];
      let after: string | undefined;
      do {
        const page = await expectOk(subject.listWaiting({ includeFailed: false, limit: 2, after }));
        assert.ok(page.items.length <= 2, "a page is no longer than asked for");
        found.push(...page.items);
        after = page.next;
      } while (after !== undefined);
      assertSame(found, sites, "the sites that wait");
    },
  },
  {
    name: "claim-site/one",
    title: "gives a site to one of several, who then sees it no more",
    check: async ({ subject, another, add }) => {
      await add(site("a-1"), "active");
      await add(site("b-1"), "pending");
      const all = [subject, another(), another()];
      const { values } = await race(6, (index) =>
        (all[index % 3] ?? subject).claimSite({ siteId: "a-1", holder: `holder-${index}`, ttlMs: 60_000 }),
      );
      assert.equal(values.filter(({ claim }) => claim !== null).length, 1, "one has it");
      assert.deepEqual(await listed(subject), [], "nobody else is given it");
      for (const siteId of ["a-1", "b-1", "nobody"]) {
        const again = await expectOk(subject.claimSite({ siteId, holder: "late", ttlMs: 1000 }));
        assert.equal(again.claim, null, siteId);
      }
    },
  },
  {
    name: "claim-site/ends",
    title: "gives a site anew when its claim has ended, and refuses the former holder from then on",
    check: async ({ subject, another, add, read, passTime }) => {
      await add(site("a-1"), "active");
      const former = await claimed(subject, "a-1", 50);
      await passTime(100);
      assert.deepEqual(await listed(subject), ["a-1"]);
      const later = await claimed(another(), "a-1");
      assert.notEqual(former.token, later.token);
      assert.deepEqual(await expectOk(subject.renewClaim({ ...former, ttlMs: 1000 })), { renewed: false });
      assert.deepEqual(await expectOk(subject.recordOutcome({ ...former, outcome: active })), { recorded: false });
      assert.equal((await read("a-1"))?.state ?? "pending", "pending", "nothing was written");
      assert.deepEqual(await expectOk(another().recordOutcome({ ...later, outcome: active })), { recorded: true });
    },
  },
  {
    name: "renew-claim/holds",
    title: "keeps a claim up, also one that has ended and that nobody has taken",
    check: async ({ subject, add, passTime }) => {
      await add(site("a-1"), "active");
      const claim = await claimed(subject, "a-1", 50);
      await passTime(100);
      assert.deepEqual(await expectOk(subject.renewClaim({ ...claim, ttlMs: 60_000 })), { renewed: true });
      assert.deepEqual(await listed(subject), []);
      await expectRefusal(subject.renewClaim({ ...claim, ttlMs: 0 }), "INVALID_INPUT");
    },
  },
  {
    name: "record-outcome/whole",
    title: "writes an outcome down as it is, once, and the site waits no longer",
    check: async ({ subject, add, read }) => {
      for (const [id, outcome, waits] of [
        ["a-1", active, false],
        ["b-1", failed(false), false],
        ["c-1", failed(true), true],
        ["d-1", pending, true],
      ] as const) {
        await add(site(id), "active");
        const claim = await claimed(subject, id);
        assert.deepEqual(await expectOk(subject.recordOutcome({ ...claim, outcome })), { recorded: true });
        assert.deepEqual(await expectOk(subject.recordOutcome({ ...claim, outcome })), { recorded: false });
        assertSame(await read(id), outcome, "the record");
        assert.equal((await listed(subject)).includes(id), waits, `${id} waits`);
        assert.equal((await listed(subject, false)).includes(id), outcome.state === "pending", `${id} was not tried`);
      }
      const again = await claimed(subject, "c-1");
      await expectOk(subject.recordOutcome({ ...again, outcome: active }));
      assertSame(await read("c-1"), active, "a failure is overwritten by a success");
    },
  },
  {
    name: "calls/cancelled",
    title: "does nothing for a caller who has gone",
    check: async ({ subject, add }) => {
      await add(site("a-1"), "active");
      const signal = AbortSignal.abort();
      await expectRefusal(subject.listWaiting({ includeFailed: true }, { signal }), "ABORTED");
      await expectRefusal(subject.claimSite({ siteId: "a-1", holder: "kit", ttlMs: 1000 }, { signal }), "ABORTED");
      assert.deepEqual(await listed(subject), ["a-1"]);
    },
  },
];

/** Everything the `WaitingSites` port promises, as cases: give them to `registerConformance`. */
export function waitingSitesConformance(harness: WaitingSitesHarness): readonly ConformanceCase[] {
  return bindCases("waiting-sites", harness, cases);
}
