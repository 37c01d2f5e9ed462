import assert from "node:assert/strict";
import type { Page, PageRequest, ResultAsync, Store, StoreError } from "@hostelry/core/adapter";
import { expectOk, expectRefusal } from "../expectation.ts";
import { appendRevision, createSite, noon } from "./scene.ts";
import type { StoreCase } from "./store-harness.ts";

type Listing = (page: PageRequest) => ResultAsync<Page<unknown>, StoreError>;

/** What every listing of a store promises of its pages. */
export const pageCases: readonly StoreCase[] = [
  {
    name: "paging/limits",
    title: "takes a limit from 1 to 1000, refuses every other, in every listing",
    check: async ({ subject }) => {
      for (const [name, list] of await listingsOf(subject)) {
        for (const limit of [0, -1, 1001, 1.5]) {
          const error = await expectRefusal(list({ limit }), "INVALID_INPUT");
          assert.equal(error.details.field, "limit", `${name} names the field`);
        }
        await expectOk(list({ limit: 1 }));
        await expectOk(list({ limit: 1000 }));
      }
    },
  },
  {
    name: "paging/cursor",
    title: "refuses a cursor that it did not give, in every listing",
    check: async ({ subject }) => {
      for (const [name, list] of await listingsOf(subject)) {
        for (const after of ["", "no cursor", "'; --", "eyJ"]) {
          const error = await expectRefusal(list({ after }), "INVALID_INPUT");
          assert.equal(error.details.field, "after", `${name} names the field`);
        }
      }
    },
  },
  {
    name: "paging/default",
    title: "gives 100 records when no limit is named, and a cursor only when there are more",
    check: async ({ subject }) => {
      const site = await createSite(subject);
      for (let count = 0; count < 101; count += 1) await appendRevision(subject, site.id);
      const first = await expectOk(subject.listRevisions({ siteId: site.id }));
      assert.equal(first.items.length, 100);
      assert.ok(first.next !== undefined, "there is more");
      const second = await expectOk(subject.listRevisions({ siteId: site.id, after: first.next }));
      assert.equal(second.items.length, 1);
      assert.equal(second.next, undefined, "there is no more");
      const exact = await expectOk(subject.listRevisions({ siteId: site.id, limit: 101 }));
      assert.equal(exact.next, undefined, "a page that ends with the last record has no cursor");
    },
  },
];

async function listingsOf(store: Store): Promise<ReadonlyMap<string, Listing>> {
  const { id: siteId } = await createSite(store);
  return new Map<string, Listing>([
    ["listSites", (page) => store.listSites(page)],
    ["listRevisions", (page) => store.listRevisions({ siteId, ...page })],
    ["listPublications", (page) => store.listPublications({ siteId, ...page })],
    ["listPreviews of a site", (page) => store.listPreviews({ siteId, ...page })],
    ["listPreviews that are over", (page) => store.listPreviews({ overAt: noon, ...page })],
    ["listAudit", (page) => store.listAudit({ siteId, ...page })],
  ]);
}
