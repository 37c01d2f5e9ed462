import { type AuditEntry, flow, ok } from "@hostelry/core/adapter";
import { type Saboteur, storeSaboteur } from "./saboteur.ts";

/** Stores that break promises of the audit record's chain, and of waiting for more of it. */
export const auditSaboteurs: readonly Saboteur[] = [
  storeSaboteur({
    name: "links every entry of a site to nothing",
    caughtBy: ["audit-chain/links", "audit-chain/verifies"],
    spoil: (store) => ({
      listAudit: (request, options) =>
        store.listAudit(request, options).map((page) => ({
          ...page,
          items: page.items.map((entry): AuditEntry => ({ ...entry, hash: "0".repeat(64) })),
        })),
    }),
  }),
  storeSaboteur({
    name: "numbers entries over all sites",
    caughtBy: ["audit-chain/links"],
    spoil: (store) => ({
      listAudit: (request, options) =>
        store.listAudit(request, options).map((page) => ({
          ...page,
          items: page.items.map((entry): AuditEntry => ({ ...entry, number: entry.sequence })),
        })),
    }),
  }),
  storeSaboteur({
    name: "does not know how long a site's chain is",
    caughtBy: ["audit-chain/links"],
    spoil: (store) => ({
      readAuditHead: (siteId, options) =>
        store.readAuditHead(siteId, options).map((head) => ({ ...head, number: Math.min(head.number, 1) })),
    }),
  }),
  storeSaboteur({
    name: "wakes nobody who waits for an entry",
    caughtBy: ["await-audit/wakes", "subscribe-audit/follows"],
    spoil: (store) => ({
      awaitAudit: (request, options) => {
        store.records.auditBells.add = (bell) => {
          void bell;
          return store.records.auditBells;
        };
        return store.awaitAudit(request, options);
      },
    }),
  }),
  storeSaboteur({
    name: "takes an entry of any site for news of the one that is waited for",
    caughtBy: ["await-audit/nothing-new"],
    spoil: (store) => ({
      awaitAudit: ({ siteId, ...request }, options) =>
        flow(async function* () {
          const { more } = yield* store.awaitAudit(
            { ...request, ...(request.after === undefined ? { siteId } : {}) },
            options,
          );
          return ok({ more });
        }),
    }),
  }),
  storeSaboteur({
    name: "tells of a taken lease not whose it was",
    caughtBy: ["acquire-lease/names-the-former-holder"],
    spoil: (store) => ({
      acquireLease: (request, options) =>
        store.acquireLease(request, options).map(({ takenFrom: _, ...lease }) => lease),
    }),
  }),
];
