import { err, type Lease, ok, systemClock } from "@hostelry/core/adapter";
import { memoryStore } from "../memory/store/memory-store.ts";
import { type Saboteur, storeSaboteur } from "./saboteur.ts";

/** Stores that break promises of leases, slots and publications. */
export const leaseSaboteurs: readonly Saboteur[] = [
  storeSaboteur({
    name: "hands a token out again after a lease under which nothing was begun",
    caughtBy: ["acquire-lease/tokens-grow", "compare-and-set-slot/needs-the-lease", "durable/survives-a-restart"],
    spoil: (store) => ({
      acquireLease: (request, options) => {
        const { fencingTokens, leases, publications } = store.records;
        const last = fencingTokens.get(request.siteId) ?? 0;
        const unused = !leases.has(request.siteId) && !publications.get(request.siteId)?.has(last);
        if (unused && last > 0) fencingTokens.set(request.siteId, last - 1);
        return store.acquireLease(request, options);
      },
    }),
  }),
  storeSaboteur({
    name: "forgets at a restart which tokens it has given",
    caughtBy: ["durable/survives-a-restart"],
    spoil: (store) => {
      store.records.fencingTokens.clear();
      return {};
    },
  }),
  storeSaboteur({
    name: "never lets a lease expire",
    caughtBy: [
      "acquire-lease/takes-over-the-expired",
      "acquire-lease/names-the-former-holder",
      "renew-lease/expired",
      "release-lease/never-another-token",
      "begin-publication/needs-the-lease",
      "advance-publication/needs-the-lease",
      "compare-and-set-slot/expired-lease",
      "begin-idempotent/expired",
      "begin-idempotent/takeover",
      "complete-idempotent/taken-over",
      "note-idempotent/refused",
      "remove-expired/keys",
      "remove-expired/limit",
    ],
    spoil: (_, { clock, ...options }) => {
      const start = clock?.now() ?? new Date(0);
      const { sleep } = clock ?? systemClock;
      return memoryStore({ ...options, clock: { now: () => start, sleep } });
    },
  }),
  storeSaboteur({
    name: "gives a lease to everybody who asks at once",
    caughtBy: ["acquire-lease/concurrent", "shared/one-truth"],
    spoil: (store) => ({
      acquireLease: (request, options) => {
        const free = store.records.leases.get(request.siteId) === undefined;
        return store.acquireLease(request, options).orElse((error) => {
          if (error.code !== "LEASE_HELD" || !free) return err(error);
          store.records.leases.delete(request.siteId);
          return store.acquireLease(request, options);
        });
      },
    }),
  }),
  storeSaboteur({
    name: "prolongs an expired lease that nobody took over",
    caughtBy: ["renew-lease/expired"],
    spoil: (store, { clock }) => ({
      renewLease: (request, options) => {
        const { leases } = store.records;
        const lease = leases.get(request.siteId);
        if (lease !== undefined && lease.fencingToken === request.fencingToken && options?.signal === undefined) {
          const now = clock?.now() ?? new Date();
          leases.set(request.siteId, {
            ...lease,
            expiresAt: new Date(Math.max(lease.expiresAt.getTime(), now.getTime() + 1)),
          });
        }
        return store.renewLease(request, options);
      },
    }),
  }),
  storeSaboteur({
    name: "ends whatever lease the site has",
    caughtBy: ["release-lease/never-another-token"],
    spoil: (store) => ({
      releaseLease: ({ siteId, fencingToken }, options) => {
        const current: Lease | undefined = store.records.leases.get(siteId);
        return store.releaseLease({ siteId, fencingToken: current?.fencingToken ?? fencingToken }, options);
      },
    }),
  }),
  storeSaboteur({
    name: "sets a slot without comparing",
    caughtBy: [
      "compare-and-set-slot/stale",
      "compare-and-set-slot/concurrent",
      "compare-and-set-slot/repeated",
      "shared/one-truth",
    ],
    spoil: (store) => ({
      compareAndSetSlot: (change, options) =>
        store.compareAndSetSlot(change, options).orElse((error) => {
          if (error.code !== "STORE_CONFLICT") return err(error);
          const expect = store.records.slots.get(change.siteId)?.get(change.slot)?.publication ?? null;
          return store.compareAndSetSlot({ ...change, expect }, options);
        }),
    }),
  }),
  storeSaboteur({
    name: "compares a slot by reading first and writing later",
    caughtBy: ["compare-and-set-slot/concurrent", "shared/one-truth"],
    spoil: (store) => ({
      compareAndSetSlot: (change, options) => {
        const current = (): number | null =>
          store.records.slots.get(change.siteId)?.get(change.slot)?.publication ?? null;
        if (current() !== change.expect) return store.compareAndSetSlot(change, options);
        return store
          .compareAndSetSlot(change, options)
          .orElse((error) =>
            error.code === "STORE_CONFLICT"
              ? store.compareAndSetSlot({ ...change, expect: current() }, options)
              : err(error),
          );
      },
    }),
  }),
  storeSaboteur({
    name: "sets a slot under an expired lease",
    caughtBy: ["compare-and-set-slot/expired-lease"],
    spoil: (store, { clock }) => ({
      compareAndSetSlot: (change, options) => {
        const { leases } = store.records;
        const lease = leases.get(change.siteId);
        const now = clock?.now() ?? new Date();
        if (lease?.fencingToken === change.fencingToken && lease.expiresAt <= now) {
          leases.set(change.siteId, { ...lease, expiresAt: new Date(now.getTime() + 1000) });
        }
        return store.compareAndSetSlot(change, options);
      },
    }),
  }),
  storeSaboteur({
    name: "moves the revisions before it knows that the slot may be set",
    caughtBy: ["compare-and-set-slot/unknown-revision", "compare-and-set-slot/unknown-publication"],
    spoil: (store) => ({
      compareAndSetSlot: (change, options) =>
        store.compareAndSetSlot(change, options).mapErr((error) => {
          for (const { revisionId, from, to } of change.revisions) {
            const revision = store.records.revisions.get(revisionId);
            if (revision?.state === from) store.records.revisions.set(revisionId, { ...revision, state: to });
          }
          return error;
        }),
    }),
  }),
  storeSaboteur({
    name: "forgets the audit entry of a slot's change",
    caughtBy: ["compare-and-set-slot/audit-with-change"],
    spoil: (store) => ({
      compareAndSetSlot: (change, options) =>
        store.compareAndSetSlot(change, options).andThen((slot) => {
          store.records.audit.pop();
          return ok(slot);
        }),
    }),
  }),
  storeSaboteur({
    name: "begins a publication without looking at the lease",
    caughtBy: ["begin-publication/needs-the-lease"],
    spoil: (store) => ({
      beginPublication: (request, options) =>
        store.beginPublication(request, options).orElse((error) => {
          const { publication } = request;
          if (error.code !== "LEASE_LOST") return err(error);
          store.records.publications.get(publication.siteId)?.set(publication.number, publication);
          return ok(publication);
        }),
    }),
  }),
];
