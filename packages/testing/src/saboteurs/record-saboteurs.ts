import { err, errAsync, flow, ok, type Revision, type Site } from "@hostelry/core/adapter";
import { invalidInput } from "../memory/page-of.ts";
import { appendAudit } from "../memory/store/memory-records.ts";
import { aborted, afterTurn } from "../memory/turn.ts";
import { type Saboteur, storeSaboteur } from "./saboteur.ts";

/** Stores that break promises of sites, revisions, previews and the audit record. */
export const recordSaboteurs: readonly Saboteur[] = [
  storeSaboteur({
    name: "numbers revisions by reading first and writing later",
    caughtBy: ["append-revision/concurrent-gap-free", "shared/one-truth"],
    spoil: (store) => ({
      appendRevision: (request, options) =>
        flow(async function* () {
          const { revisions } = store.records;
          const known = revisions.get(request.id);
          const count = [...revisions.values()].filter(({ siteId }) => siteId === request.siteId).length;
          const appended = yield* store.appendRevision(request, options);
          if (known !== undefined) return ok(appended);
          const numbered: Revision = { ...appended, number: count + 1 };
          revisions.set(request.id, numbered);
          return ok(numbered);
        }),
    }),
  }),
  storeSaboteur({
    name: "uses a revision number up for a call that was cancelled",
    caughtBy: ["append-revision/failed-call-uses-no-number"],
    spoil: (store) => {
      const burned = new Map<string, number>();
      return {
        appendRevision: (request, options) =>
          store
            .appendRevision(request, options)
            .map((revision): Revision => {
              const numbered = { ...revision, number: revision.number + (burned.get(revision.siteId) ?? 0) };
              store.records.revisions.set(revision.id, numbered);
              return numbered;
            })
            .mapErr((error) => {
              if (error.code === "ABORTED") burned.set(request.siteId, (burned.get(request.siteId) ?? 0) + 1);
              return error;
            }),
      };
    },
  }),
  storeSaboteur({
    name: "forgets the audit entry of a site's change",
    caughtBy: ["update-site/audit-with-change"],
    spoil: (store) => ({
      updateSite: (request, options) =>
        store.updateSite(request, options).map((site) => {
          store.records.audit.pop();
          return site;
        }),
    }),
  }),
  storeSaboteur({
    name: "writes the audit entry of a site's change before it knows whether there is one",
    caughtBy: ["update-site/absent", "update-site/repeated"],
    spoil: (store) => ({
      updateSite: (request, options) =>
        store.updateSite(request, options).mapErr((error) => {
          if (error.code !== "ABORTED") appendAudit(store.records, request.audit);
          return error;
        }),
    }),
  }),
  storeSaboteur({
    name: "compares a site's version by reading first and writing later",
    caughtBy: ["update-site/concurrent"],
    spoil: (store) => ({
      updateSite: (request, options) => {
        const current = (): number | undefined => store.records.sites.get(request.siteId)?.version;
        const fine = current() === request.expectVersion;
        return store.updateSite(request, options).orElse((error) => {
          const expectVersion = current();
          if (error.code !== "STORE_CONFLICT" || !fine || expectVersion === undefined) return err(error);
          return store.updateSite({ ...request, expectVersion }, options);
        });
      },
    }),
  }),
  storeSaboteur({
    name: "swallows the cancellation of a write",
    caughtBy: ["cancel/writes-before"],
    spoil: (store) => ({ revokePreview: (request) => store.revokePreview(request) }),
  }),
  storeSaboteur({
    name: "swallows the cancellation of a read",
    caughtBy: ["cancel/reads-before"],
    spoil: (store) => ({ listSlots: (siteId) => store.listSlots(siteId) }),
  }),
  storeSaboteur({
    name: "leaves a site without its audit entry when it is cancelled between the two",
    caughtBy: ["cancel/whole-or-nothing"],
    spoil: (store) => ({
      createSite: (request, options) => {
        const { sites } = store.records;
        const signal = options?.signal;
        if (sites.has(request.site.id) || signal?.aborted === true) return store.createSite(request, options);
        const created: Site = structuredClone({ ...request.site, version: 1 });
        sites.set(created.id, created);
        return afterTurn(() =>
          afterTurn(() => {
            if (signal?.aborted === true) return err(aborted("createSite", signal));
            appendAudit(store.records, request.audit);
            return ok(structuredClone(created));
          }),
        );
      },
    }),
  }),
  storeSaboteur({
    name: "hands out the very record it keeps",
    caughtBy: ["get-site/is-a-copy"],
    spoil: (store) => ({
      getSite: (siteId, options) =>
        store.getSite(siteId, options).map((site) => store.records.sites.get(siteId) ?? site),
    }),
  }),
  storeSaboteur({
    name: "pages by counting, so that inserts shift the pages",
    caughtBy: ["list-revisions/pages-under-inserts"],
    spoil: (store) => ({
      listRevisions: (request, options) => {
        const { after, ...whole } = request;
        const start = after === undefined ? 0 : Number(after);
        if (after === "" || !Number.isInteger(start)) return errAsync(invalidInput("after", "is no cursor"));
        return store.listRevisions({ ...whole, limit: 1000 }, options).andThen(({ items }) => {
          const limit = request.limit ?? 100;
          const outOfRange = !Number.isInteger(limit) || limit < 1 || limit > 1000;
          if (outOfRange) return err(invalidInput("limit", "is out of range"));
          const page = items.slice(start, start + limit);
          return ok(start + limit < items.length ? { items: page, next: String(start + limit) } : { items: page });
        });
      },
    }),
  }),
  storeSaboteur({
    name: "skips a site between two pages",
    caughtBy: ["list-sites/pages-under-inserts"],
    spoil: (store) => ({
      listSites: (request = {}) =>
        flow(async function* () {
          const page = yield* store.listSites(request);
          if (page.next === undefined) return ok(page);
          const skipped = yield* store.listSites({ limit: 1, after: page.next });
          return ok(skipped.next === undefined ? page : { ...page, next: skipped.next });
        }),
    }),
  }),
  storeSaboteur({
    name: "cuts limits to what it likes instead of refusing them",
    caughtBy: ["paging/limits"],
    spoil: (store) => ({
      listPreviews: (request, options) => {
        const limit = Math.max(1, Math.min(1000, Math.floor(request.limit ?? 100)));
        return store.listPreviews({ ...request, limit }, options);
      },
    }),
  }),
  storeSaboteur({
    name: "gives no cursor on the last page of the audit record",
    caughtBy: [
      "list-audit/reads-on",
      "list-audit/follows-writers",
      "await-audit/wakes",
      "await-audit/nothing-new",
      "subscribe-audit/follows",
      "cancel/waiting",
    ],
    spoil: (store) => ({
      listAudit: (request, options) =>
        flow(async function* () {
          const page = yield* store.listAudit(request, options);
          if (page.next === undefined) return ok(page);
          const more = yield* store.listAudit({ ...request, after: page.next, limit: 1 });
          return ok(more.items.length > 0 ? page : { items: page.items });
        }),
    }),
  }),
];
