import { flow, ok } from "@hostelry/core/adapter";
import type { HeldKey } from "../memory/store/memory-records.ts";
import { nextTurn } from "../memory/turn.ts";
import { type Saboteur, storeSaboteur } from "./saboteur.ts";

const long = 3_600_000;

/** Stores that break promises of idempotency keys, and of the removal of what has expired. */
export const idempotencySaboteurs: readonly Saboteur[] = [
  storeSaboteur({
    name: "gives a key to everybody who asks at once",
    caughtBy: ["begin-idempotent/concurrent"],
    spoil: (store) => ({
      beginIdempotent: (request, options) =>
        flow(async function* () {
          const { keyHash, seed } = request;
          const before = store.records.idempotencyKeys.get(keyHash);
          const begun = await store.beginIdempotent(request, options);
          const looked = begun.isErr() && begun.error.code === "IDEMPOTENCY_IN_PROGRESS" && before === undefined;
          return looked ? ok({ state: "started" as const, attempt: 1, resumed: false, seed }) : ok(yield* begun);
        }),
    }),
  }),
  storeSaboteur({
    name: "does not look whether a key came with the same input",
    caughtBy: ["begin-idempotent/conflict", "end-idempotent/frees"],
    spoil: (store) => ({
      beginIdempotent: (request, options) => {
        const { operation, fingerprint } = store.records.idempotencyKeys.get(request.keyHash) ?? request;
        return store.beginIdempotent({ ...request, operation, fingerprint }, options);
      },
    }),
  }),
  storeSaboteur({
    name: "gives the next attempt a seed of its own",
    caughtBy: ["begin-idempotent/takeover", "end-idempotent/frees"],
    spoil: (store) => ({
      beginIdempotent: (request, options) =>
        store
          .beginIdempotent(request, options)
          .map((begun) => (begun.state === "started" ? { ...begun, seed: request.seed } : begun)),
    }),
  }),
  storeSaboteur({
    name: "forgets the note of an attempt that died",
    caughtBy: ["begin-idempotent/takeover", "end-idempotent/frees"],
    spoil: (store) => ({
      beginIdempotent: (request, options) =>
        store
          .beginIdempotent(request, options)
          .map((begun) => (begun.state === "started" ? { ...begun, note: undefined } : begun)),
    }),
  }),
  storeSaboteur({
    name: "never lets a dead holder's call be taken over",
    caughtBy: [
      "begin-idempotent/takeover",
      "complete-idempotent/taken-over",
      "note-idempotent/refused",
      "remove-expired/keys",
      "remove-expired/limit",
    ],
    spoil: (store) => ({
      beginIdempotent: (request, options) => {
        const leaseMs = Number.isInteger(request.leaseMs) && request.leaseMs > 0 ? long : request.leaseMs;
        return store
          .beginIdempotent({ ...request, leaseMs: Math.max(leaseMs, request.leaseMs) }, options)
          .map((begun) => {
            hold(store.records.idempotencyKeys, request.keyHash);
            return begun;
          });
      },
    }),
  }),
  storeSaboteur({
    name: "records the last result instead of the first",
    caughtBy: ["complete-idempotent/first-counts"],
    spoil: (store) => ({
      completeIdempotent: (request, options) =>
        flow(async function* () {
          const key = store.records.idempotencyKeys.get(request.keyHash);
          const done = yield* store.completeIdempotent(request, options);
          if (key?.result === undefined && key?.attempt === request.attempt) {
            const kept = store.records.idempotencyKeys.get(request.keyHash);
            await nextTurn();
            if (kept !== undefined)
              store.records.idempotencyKeys.set(request.keyHash, { ...kept, result: JSON.stringify(request.result) });
            return ok({ result: request.result });
          }
          return ok(done);
        }),
    }),
  }),
  storeSaboteur({
    name: "records the result of an attempt that was taken over",
    caughtBy: ["complete-idempotent/taken-over"],
    spoil: (store) => ({
      completeIdempotent: (request, options) => {
        const attempt = store.records.idempotencyKeys.get(request.keyHash)?.attempt ?? request.attempt;
        return store.completeIdempotent({ ...request, attempt }, options);
      },
    }),
  }),
  storeSaboteur({
    name: "takes notes of attempts that were taken over",
    caughtBy: ["note-idempotent/refused"],
    spoil: (store) => ({
      noteIdempotent: (request, options) => {
        const attempt = store.records.idempotencyKeys.get(request.keyHash)?.attempt ?? request.attempt;
        return store.noteIdempotent({ ...request, attempt }, options);
      },
    }),
  }),
  storeSaboteur({
    name: "lets nobody record a result after the lease ran out",
    caughtBy: ["complete-idempotent/late"],
    spoil: (store, { clock }) => ({
      completeIdempotent: (request, options) =>
        flow(async function* () {
          const key = store.records.idempotencyKeys.get(request.keyHash);
          const over = clock !== undefined && (key?.leaseExpiresAt ?? clock.now()) < clock.now();
          if (over) yield* store.endIdempotent(request, options);
          return over ? ok({ result: request.result }) : store.completeIdempotent(request, options);
        }),
    }),
  }),
  storeSaboteur({
    name: "ends whichever attempt holds the key",
    caughtBy: ["end-idempotent/frees"],
    spoil: (store) => ({
      endIdempotent: (request, options) => {
        const attempt = store.records.idempotencyKeys.get(request.keyHash)?.attempt ?? request.attempt;
        return store.endIdempotent({ ...request, attempt }, options);
      },
    }),
  }),
  storeSaboteur({
    name: "renews whatever it is asked to",
    caughtBy: ["renew-idempotent/prolongs"],
    spoil: (store) => ({
      renewIdempotent: (request, options) => store.renewIdempotent(request, options).map(() => ({ renewed: true })),
    }),
  }),
  storeSaboteur({
    name: "names attempts from one again when a key has expired",
    caughtBy: ["begin-idempotent/expired", "remove-expired/keys"],
    spoil: (store, { clock }) => ({
      beginIdempotent: (request, options) => {
        const kept = store.records.idempotencyKeys.get(request.keyHash);
        const isNew = kept === undefined || (clock !== undefined && kept.expiresAt <= clock.now());
        if (isNew) store.records.counters.delete("attempts");
        return store.beginIdempotent(request, options);
      },
    }),
  }),
  storeSaboteur({
    name: "keeps results for ever",
    caughtBy: ["begin-idempotent/expired", "remove-expired/keys"],
    spoil: (store) => ({
      completeIdempotent: (request, options) =>
        store.completeIdempotent({ ...request, keepMs: request.keepMs === 0 ? 0 : long }, options),
    }),
  }),
  storeSaboteur({
    name: "removes keys that somebody holds",
    caughtBy: ["remove-expired/keys"],
    spoil: (store, { clock }) => ({
      removeExpired: (request, options) =>
        store.removeExpired(request, options).map((removed) => {
          const { idempotencyKeys } = store.records;
          const now = clock?.now() ?? new Date();
          for (const { keyHash, expiresAt } of idempotencyKeys.values())
            if (expiresAt <= now) idempotencyKeys.delete(keyHash);
          return removed;
        }),
    }),
  }),
  storeSaboteur({
    name: "removes previews that were closed at the given time",
    caughtBy: ["remove-expired/previews"],
    spoil: (store) => ({
      removeExpired: (request, options) => {
        const previewsClosedBefore = new Date(request.previewsClosedBefore.getTime() + 1);
        return store.removeExpired({ ...request, previewsClosedBefore }, options);
      },
    }),
  }),
  storeSaboteur({
    name: "removes more expired records than it is told to",
    caughtBy: ["remove-expired/limit"],
    spoil: (store) => ({
      removeExpired: (request, options) =>
        store.removeExpired({ ...request, limit: request.limit === 2 ? 1000 : request.limit }, options),
    }),
  }),
  storeSaboteur({
    name: "answers a finished call as if it had been refused",
    caughtBy: ["begin-idempotent/finished", "complete-idempotent/first-counts", "complete-idempotent/late"],
    spoil: (store) => ({
      beginIdempotent: (request, options) =>
        store.beginIdempotent(request, options).andThen((begun) => {
          if (begun.state === "started") return ok(begun);
          return store.beginIdempotent({ ...request, fingerprint: "another" }, options);
        }),
    }),
  }),
];

function hold(keys: Map<string, HeldKey>, keyHash: string): void {
  const key = keys.get(keyHash);
  if (key?.leaseExpiresAt === undefined) return;
  keys.set(keyHash, { ...key, leaseExpiresAt: new Date(key.leaseExpiresAt.getTime() + long) });
}
