import assert from "node:assert/strict";
import type { SiteFreeze } from "@hostelry/core/adapter";
import { assertSame, expectOk, expectRefusal, race } from "../expectation.ts";
import { freshSiteId } from "../fresh-ids.ts";
import { actionsOf, afterNoon, auditOf, createSite, draftOf } from "./scene.ts";
import type { StoreCase } from "./store-harness.ts";

function freezeBy(frozenBy: string, milliseconds: number = 0): SiteFreeze {
  return { reason: 'Sale "until" Monday\n– ü', frozenBy, since: afterNoon(milliseconds) };
}

/** What a store promises of the freeze of a site. */
export const freezeCases: readonly StoreCase[] = [
  {
    name: "set-freeze/freezes-and-ends",
    title: "keeps why, by whom and since when a site is frozen, and leaves nothing of it when it ends",
    check: async ({ subject }) => {
      const created = await createSite(subject);
      const siteId = created.id;
      const freeze = freezeBy("ann");
      const frozen = await expectOk(subject.setFreeze({ siteId, freeze, audit: draftOf(siteId, "site.frozen") }));
      assertSame(frozen, { site: { ...created, frozen: freeze, version: 2 }, changed: true }, "the answer");
      assertSame(await expectOk(subject.getSite(siteId)), frozen.site, "the record");
      const change = { name: "After" };
      const renamed = await expectOk(
        subject.updateSite({ siteId, expectVersion: 2, change, audit: draftOf(siteId, "site.renamed") }),
      );
      assertSame(renamed.frozen, freeze, "another change leaves the freeze");
      const ended = await expectOk(
        subject.setFreeze({ siteId, freeze: null, audit: draftOf(siteId, "site.unfrozen") }),
      );
      assertSame(ended, { site: { ...created, name: "After", version: 4 }, changed: true }, "ended");
      const actions = (await actionsOf(subject, siteId)).filter((action) => action.endsWith("frozen"));
      assertSame(actions, ["site.frozen", "site.unfrozen"], "both acts are recorded");
    },
  },
  {
    name: "set-freeze/repeated",
    title: "keeps the first freeze, and records nothing for a change that is none",
    check: async ({ subject }) => {
      const { id: siteId } = await createSite(subject);
      const audit = draftOf(siteId, "site.frozen");
      const free = await expectOk(subject.setFreeze({ siteId, freeze: null, audit }));
      assertSame([free.changed, free.site.version], [false, 1], "a site that is not frozen");
      const first = await expectOk(subject.setFreeze({ siteId, freeze: freezeBy("ann"), audit }));
      const second = await expectOk(subject.setFreeze({ siteId, freeze: freezeBy("bob", 5), audit }));
      assertSame(second, { site: first.site, changed: false }, "the first freeze stays");
      assert.equal((await auditOf(subject, siteId)).length, 2, "created, and frozen once");
    },
  },
  {
    name: "set-freeze/concurrent",
    title: "lets one of several freezes change the site; all are told that one",
    check: async ({ subject }) => {
      const { id: siteId } = await createSite(subject);
      const { values } = await race(6, (index) =>
        subject.setFreeze({ siteId, freeze: freezeBy(`racer ${index}`), audit: draftOf(siteId, "site.frozen") }),
      );
      assert.equal(values.filter(({ changed }) => changed).length, 1, "one has changed it");
      const stored = await expectOk(subject.getSite(siteId));
      for (const { site } of values) assertSame(site, stored, "everybody is told the same");
      assert.equal((await auditOf(subject, siteId)).length, 2, "created, and frozen once");
    },
  },
  {
    name: "set-freeze/absent",
    title: "says SITE_NOT_FOUND for a site nobody created",
    check: async ({ subject }) => {
      const siteId = freshSiteId();
      const call = subject.setFreeze({ siteId, freeze: freezeBy("ann"), audit: draftOf(siteId, "site.frozen") });
      await expectRefusal(call, "SITE_NOT_FOUND");
      assertSame(await auditOf(subject, siteId), [], "nothing is recorded");
    },
  },
];
