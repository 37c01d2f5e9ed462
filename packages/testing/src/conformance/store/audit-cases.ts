import assert from "node:assert/strict";
import { assertSame, expectOk, race, together } from "../expectation.ts";
import { freshSiteId } from "../fresh-ids.ts";
import { appendRevision, auditOf, createSite, newRevision, readPages } from "./scene.ts";
import type { StoreCase } from "./store-harness.ts";

/** What a store promises of the audit record. */
export const auditCases: readonly StoreCase[] = [
  {
    name: "list-audit/oldest-first",
    title: "lists entries in the order of their growing sequences, of one site or of all",
    check: async ({ subject }) => {
      const [site, other] = [await createSite(subject), await createSite(subject)];
      for (const { id } of [site, other, site]) await appendRevision(subject, id);
      const all = await readPages((page) => subject.listAudit(page), 1000);
      const sites = all.map((entry) => entry.siteId);
      assertSame(sites, [site.id, other.id, site.id, other.id, site.id], "all sites, in order");
      const sequences = all.map((entry) => entry.sequence);
      assertSame(
        sequences,
        [...new Set(sequences)].sort((left, right) => left - right),
        "sequences grow",
      );
      assertSame(
        await auditOf(subject, site.id),
        all.filter((entry) => entry.siteId === site.id),
        "of one site",
      );
      assertSame((await expectOk(subject.listAudit({ siteId: freshSiteId() }))).items, [], "an unknown site has none");
    },
  },
  {
    name: "list-audit/reads-on",
    title: "gives a cursor also on the last page, from which later entries are read on",
    check: async ({ subject }) => {
      const site = await createSite(subject);
      const { next: after } = await expectOk(subject.listAudit({ siteId: site.id }));
      assert.ok(after !== undefined, "a page with entries has a cursor");
      assertSame((await expectOk(subject.listAudit({ siteId: site.id, after }))).items, [], "nothing more yet");
      const revision = await appendRevision(subject, site.id);
      const { items } = await expectOk(subject.listAudit({ siteId: site.id, after }));
      assertSame(
        items.map((entry) => entry.subject),
        [revision.id],
        "only what came later",
      );
    },
  },
  {
    name: "list-audit/follows-writers",
    title: "misses and repeats nothing for a reader that follows while many write",
    check: async ({ subject }) => {
      const sites = await Promise.all([1, 2, 3, 4].map(() => createSite(subject)));
      const writing = race(40, (index) => subject.appendRevision(newRevision(sites[index % 4]?.id ?? freshSiteId())));
      const writers = { done: false };
      const done = writing.finally(() => {
        writers.done = true;
      });
      const seen: number[] = [];
      const follow = async (): Promise<void> => {
        let after: string | undefined;
        for (let last = false; !last; ) {
          assert.ok(seen.length <= 44, "the reader is given nothing twice");
          last = writers.done;
          const page = await expectOk(subject.listAudit({ limit: 3, ...(after === undefined ? {} : { after }) }));
          seen.push(...page.items.map((entry) => entry.sequence));
          after = page.next ?? after;
          if (page.items.length > 0) last = false;
        }
      };
      await together(done, follow());
      const all = (await readPages((page) => subject.listAudit(page), 1000)).map((entry) => entry.sequence);
      assert.equal(all.length, 44, "every act is recorded");
      assertSame(seen, all, "the reader saw every entry once, in order");
    },
  },
];
