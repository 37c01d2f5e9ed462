import { err, ok } from "@hostelry/core/adapter";
import { type Saboteur, storeSaboteur } from "./saboteur.ts";

/** Stores that decide races by reading first and writing later, or not at all. */
export const raceSaboteurs: readonly Saboteur[] = [
  storeSaboteur({
    name: "overwrites a site that is there",
    caughtBy: ["create-site/repeated", "create-site/concurrent"],
    spoil: (store) => ({
      createSite: (request, options) =>
        store.createSite(request, options).orElse((error) => {
          if (error.code !== "STORE_CONFLICT") return err(error);
          store.records.sites.delete(request.site.id);
          return store.createSite(request, options);
        }),
    }),
  }),
  storeSaboteur({
    name: "appends a revision again when its id comes again",
    caughtBy: ["append-revision/repeated", "append-revision/concurrent-same-id"],
    spoil: (store) => {
      const appended = new Set<string>();
      return {
        appendRevision: (request, options) => {
          const { revisions } = store.records;
          return store.appendRevision(request, options).map((revision) => {
            if (!appended.has(request.id)) {
              appended.add(request.id);
              return revision;
            }
            const count = [...revisions.values()].filter(({ siteId }) => siteId === request.siteId).length;
            const again = { ...revision, number: count + 1 };
            revisions.set(revision.id, again);
            return again;
          });
        },
      };
    },
  }),
  storeSaboteur({
    name: "compares a revision's state by reading first and writing later",
    caughtBy: ["update-revision/concurrent"],
    spoil: (store) => ({
      updateRevision: (request, options) => {
        const current = (): typeof request.expectState | undefined =>
          store.records.revisions.get(request.revisionId)?.state;
        const fine = current() === request.expectState;
        return store.updateRevision(request, options).orElse((error) => {
          const expectState = current();
          if (error.code !== "STORE_CONFLICT" || !fine || expectState === undefined) return err(error);
          return store.updateRevision({ ...request, expectState }, options);
        });
      },
    }),
  }),
  storeSaboteur({
    name: "begins one publication for everybody who asks at once",
    caughtBy: ["begin-publication/concurrent"],
    spoil: (store) => ({
      beginPublication: (request, options) => {
        const { siteId, number } = request.publication;
        const known = store.records.publications.get(siteId)?.has(number) === true;
        return store.beginPublication(request, options).orElse((error) => {
          return error.code === "STORE_CONFLICT" && !known ? ok(request.publication) : err(error);
        });
      },
    }),
  }),
  storeSaboteur({
    name: "compares a publication's state by reading first and writing later",
    caughtBy: ["advance-publication/concurrent"],
    spoil: (store) => ({
      advancePublication: (request, options) => {
        const current = (): typeof request.from | undefined =>
          store.records.publications.get(request.siteId)?.get(request.number)?.state;
        const fine = current() === request.from;
        return store.advancePublication(request, options).orElse((error) => {
          const from = current();
          if (error.code !== "STORE_CONFLICT" || !fine || from === undefined) return err(error);
          return store.advancePublication({ ...request, from }, options);
        });
      },
    }),
  }),
  storeSaboteur({
    name: "moves a revision that has left the state it must still be in",
    caughtBy: ["compare-and-set-slot/moved-revision"],
    spoil: (store) => ({
      compareAndSetSlot: (change, options) => {
        const revisions = change.revisions.map((move) => ({
          ...move,
          from: store.records.revisions.get(move.revisionId)?.state ?? move.from,
        }));
        return store.compareAndSetSlot({ ...change, revisions }, options);
      },
    }),
  }),
  storeSaboteur({
    name: "begins a listing anew when it does not know the cursor",
    caughtBy: ["paging/cursor"],
    spoil: (store) => ({
      listPublications: (request, options) =>
        store.listPublications(request, options).orElse((error) => {
          if (error.code !== "INVALID_INPUT" || error.details.field !== "after") return err(error);
          return store.listPublications({ ...request, after: undefined }, options);
        }),
    }),
  }),
];
