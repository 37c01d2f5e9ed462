import { flow, ok } from "@hostelry/core/adapter";
import { nextTurn } from "../memory/turn.ts";
import { blobStoreSaboteur, type Saboteur } from "./saboteur.ts";

/** Blob stores that lose what was put again while somebody collected garbage. */
export const idleSaboteurs: readonly Saboteur[] = [
  blobStoreSaboteur({
    name: "does not note that a blob was put again",
    caughtBy: ["list/idle", "remove/put-again", "remove/idle-against-put"],
    spoil: (store) => ({
      put: (input, options) => {
        const before = new Map(store.putAt);
        return store.put(input, options).map((stored) => {
          const first = before.get(stored.sha256);
          if (!stored.stored && first !== undefined) store.putAt.set(stored.sha256, first);
          return stored;
        });
      },
    }),
  }),
  blobStoreSaboteur({
    name: "removes blobs whatever their age",
    caughtBy: ["remove/idle-only", "remove/put-again", "remove/idle-against-put"],
    spoil: (store) => ({ remove: (names, options) => store.remove(names, { signal: options?.signal }) }),
  }),
  blobStoreSaboteur({
    name: "looks at the age of a blob, and removes it a little later",
    caughtBy: ["remove/idle-against-put"],
    spoil: (store) => ({
      remove: (names, options) =>
        flow(async function* () {
          const { unlessPutAfter, signal } = options ?? {};
          if (unlessPutAfter === undefined) return store.remove(names, options);
          const { items } = yield* store.list({ limit: 1000, signal });
          const idle = items.filter(({ sha256, putAt }) => names.includes(sha256) && putAt <= unlessPutAfter);
          await nextTurn();
          return ok(
            yield* store.remove(
              idle.map(({ sha256 }) => sha256),
              { signal },
            ),
          );
        }),
    }),
  }),
  blobStoreSaboteur({
    name: "counts the age of a blob from its first put",
    caughtBy: ["list/idle"],
    spoil: (store) => {
      const firstPut = new Map<string, Date>();
      return {
        put: (input, options) =>
          store.put(input, options).map((stored) => {
            if (!firstPut.has(stored.sha256)) firstPut.set(stored.sha256, new Date(Date.now() - 10_800_000));
            return stored;
          }),
        list: (page) =>
          store.list(page).map((listed) => ({
            ...listed,
            items: listed.items.map((blob) => {
              const putAt = firstPut.get(blob.sha256) ?? blob.putAt;
              return { ...blob, idleMs: Date.now() - putAt.getTime() };
            }),
          })),
      };
    },
  }),
];
