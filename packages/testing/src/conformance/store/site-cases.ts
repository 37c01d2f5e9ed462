import assert from "node:assert/strict";
import { assertSame, expectOk, expectRefusal, onlyOne, race } from "../expectation.ts";
import { freshSiteId } from "../fresh-ids.ts";
import { actionsOf, afterNoon, auditOf, createSite, draftOf, newSite, readPages } from "./scene.ts";
import type { StoreCase } from "./store-harness.ts";

/** What a store promises of sites. */
export const siteCases: readonly StoreCase[] = [
  {
    name: "create-site/starts-at-version-1",
    title: "writes a new site at version 1, whatever version it is given",
    check: async ({ subject }) => {
      const site = newSite({ version: 7 });
      const created = await expectOk(subject.createSite({ site, audit: draftOf(site.id, "site.created") }));
      assertSame(created, { ...site, version: 1 }, "the answer is the site at version 1");
    },
  },
  {
    name: "create-site/audit-with-record",
    title: "writes the audit entry together with the site, as it was given",
    check: async ({ subject }) => {
      const site = newSite();
      const audit = draftOf(site.id, "site.created");
      await expectOk(subject.createSite({ site, audit }));
      const { sequence, number: _, hash: __, ...entry } = onlyOne(await auditOf(subject, site.id), "audit entry");
      assertSame(entry, audit, "the entry is the draft");
      assert.ok(Number.isSafeInteger(sequence), "the entry has a sequence");
    },
  },
  {
    name: "create-site/repeated",
    title: "refuses a second site with the same id and changes nothing",
    check: async ({ subject }) => {
      const site = await createSite(subject);
      const other = { ...site, name: "Another" };
      const audit = draftOf(site.id, "site.created");
      await expectRefusal(subject.createSite({ site: other, audit }), "STORE_CONFLICT");
      assertSame(await expectOk(subject.getSite(site.id)), site, "the first site is as it was");
      assert.equal((await auditOf(subject, site.id)).length, 1, "the refused call left no audit entry");
    },
  },
  {
    name: "create-site/concurrent",
    title: "lets one of several with the same id win",
    check: async ({ subject }) => {
      const id = freshSiteId();
      const start = (index: number): ReturnType<typeof subject.createSite> =>
        subject.createSite({ site: newSite({ id, name: `racer ${index}` }), audit: draftOf(id, "site.created") });
      const { values } = await race(8, start, "STORE_CONFLICT");
      assertSame(await expectOk(subject.getSite(id)), onlyOne(values, "winner"), "the winner's site is what is stored");
      assert.equal((await auditOf(subject, id)).length, 1, "there is one audit entry");
    },
  },
  {
    name: "get-site/absent",
    title: "says SITE_NOT_FOUND for a site nobody created",
    check: async ({ subject }) => {
      const siteId = freshSiteId();
      const error = await expectRefusal(subject.getSite(siteId), "SITE_NOT_FOUND");
      assert.equal(error.details.siteId, siteId);
    },
  },
  {
    name: "get-site/as-written",
    title: "gives back names in any script, quotes, line breaks, and dates to the millisecond",
    check: async ({ subject }) => {
      for (const name of [
        "Größe & Söhne",
        "日本 🏨",
        'it\'s "quoted"',
        "two\nlines\\",
        "--version",
        "'; --",
        "x".repeat(200),
      ]) {
        const site = await createSite(subject, { name, state: "maintenance" });
        assertSame(await expectOk(subject.getSite(site.id)), { ...site, name }, "the site is as it was written");
      }
    },
  },
  {
    name: "get-site/is-a-copy",
    title: "gives records that the caller can't change the store by",
    check: async ({ subject }) => {
      const site = newSite({ createdAt: new Date("2026-03-01T12:00:00.123Z") });
      await expectOk(subject.createSite({ site, audit: draftOf(site.id, "site.created") }));
      site.createdAt.setTime(0);
      (await expectOk(subject.getSite(site.id))).createdAt.setTime(0);
      const read = await expectOk(subject.getSite(site.id));
      assert.equal(read.createdAt.toISOString(), "2026-03-01T12:00:00.123Z");
    },
  },
  {
    name: "list-sites/oldest-first",
    title: "lists sites by age, an empty store as an empty page",
    check: async ({ subject }) => {
      assertSame(await expectOk(subject.listSites()), { items: [] }, "nothing is there at first");
      const ids = [];
      for (const age of [2, 0, 1]) ids[age] = (await createSite(subject, { createdAt: afterNoon(age) })).id;
      const { items, next } = await expectOk(subject.listSites());
      assertSame(
        items.map((site) => site.id),
        ids,
        "the oldest comes first",
      );
      assert.equal(next, undefined, "the last page has no cursor");
    },
  },
  {
    name: "list-sites/pages-under-inserts",
    title: "lists every site exactly once over all pages, also while sites are added before and after the cursor",
    check: async ({ subject }) => {
      const there: string[] = [];
      // Pairs of one moment: the order must not depend on the time alone.
      for (const age of [10, 10, 20, 20, 30, 30, 40]) {
        there.push((await createSite(subject, { createdAt: afterNoon(age) })).id);
      }
      let inserts = 0;
      const insertAround = async (): Promise<void> => {
        if (inserts === 3) return;
        inserts += 1;
        await createSite(subject, { createdAt: afterNoon(1) });
        await createSite(subject, { createdAt: afterNoon(100) });
      };
      const seen = (await readPages((page) => subject.listSites(page), 2, insertAround)).map((site) => site.id);
      assert.equal(new Set(seen).size, seen.length, "no site is listed twice");
      assertSame(seen.filter((id) => there.includes(id)).length, there.length, "every site that was there is listed");
    },
  },
  {
    name: "update-site/changes-what-is-named",
    title: "changes the named fields, leaves the others, and adds one to the version",
    check: async ({ subject }) => {
      const site = await createSite(subject, { name: "Before", state: "maintenance" });
      const audit = draftOf(site.id, "site.renamed");
      const renamed = await expectOk(
        subject.updateSite({ siteId: site.id, expectVersion: 1, change: { name: "After" }, audit }),
      );
      assertSame(renamed, { ...site, name: "After", version: 2 }, "the answer is the changed site");
      const set = { siteId: site.id, expectVersion: 2, change: { name: undefined, state: "live" as const } };
      await expectOk(subject.updateSite({ ...set, audit: draftOf(site.id, "site.state_changed") }));
      const expected = { ...site, name: "After", state: "live", version: 3 };
      assertSame(await expectOk(subject.getSite(site.id)), expected, "both changes are stored");
    },
  },
  {
    name: "update-site/audit-with-change",
    title: "writes the audit entry together with the change",
    check: async ({ subject }) => {
      const { id: siteId } = await createSite(subject);
      const audit = draftOf(siteId, "site.renamed");
      await expectOk(subject.updateSite({ siteId, expectVersion: 1, change: { name: "After" }, audit }));
      assertSame(await actionsOf(subject, siteId), ["site.created", "site.renamed"], "both acts are recorded");
    },
  },
  {
    name: "update-site/absent",
    title: "says SITE_NOT_FOUND for a site nobody created",
    check: async ({ subject }) => {
      const siteId = freshSiteId();
      const audit = draftOf(siteId, "site.renamed");
      const call = subject.updateSite({ siteId, expectVersion: 1, change: { name: "After" }, audit });
      await expectRefusal(call, "SITE_NOT_FOUND");
      assertSame(await auditOf(subject, siteId), [], "nothing is recorded");
    },
  },
  {
    name: "update-site/repeated",
    title: "refuses a change of a version that is gone, and writes nothing",
    check: async ({ subject }) => {
      const { id: siteId } = await createSite(subject);
      const audit = draftOf(siteId, "site.renamed");
      const updated = await expectOk(
        subject.updateSite({ siteId, expectVersion: 1, change: { name: "After" }, audit }),
      );
      const again = subject.updateSite({ siteId, expectVersion: 1, change: { name: "Again" }, audit });
      await expectRefusal(again, "STORE_CONFLICT");
      assertSame(await expectOk(subject.getSite(siteId)), updated, "the site is as the first change left it");
      assert.ok((await auditOf(subject, siteId)).length <= 2, "the refused call left no audit entry");
    },
  },
  {
    name: "update-site/concurrent",
    title: "lets one of several changes of one version win",
    check: async ({ subject }) => {
      const { id: siteId } = await createSite(subject);
      const start = (index: number): ReturnType<typeof subject.updateSite> =>
        subject.updateSite({
          siteId,
          expectVersion: 1,
          change: { name: `racer ${index}` },
          audit: draftOf(siteId, "site.renamed"),
        });
      const { values } = await race(8, start, "STORE_CONFLICT");
      assertSame(await expectOk(subject.getSite(siteId)), onlyOne(values, "winner"), "the winner's change is stored");
    },
  },
];
