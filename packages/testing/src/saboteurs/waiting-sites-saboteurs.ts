import { type Clock, ok, type SiteOutcome, type WaitingSites } from "@hostelry/core/adapter";
import { waitingSitesConformance } from "../conformance/waiting-sites/waiting-sites-conformance.ts";
import { afterTurn } from "../memory/turn.ts";
import type { MemoryWaitingSites } from "../memory/waiting-sites/memory-waiting-sites.ts";
import { memoryWaitingSitesHarness } from "../memory/waiting-sites/memory-waiting-sites-harness.ts";
import type { Saboteur } from "./saboteur.ts";

function waitingSitesSaboteur(draft: {
  readonly name: string;
  /** Case ids without the port. */
  readonly caughtBy: readonly string[];
  readonly spoil: (sites: MemoryWaitingSites, clock: Clock) => Partial<WaitingSites>;
}): Saboteur {
  const { name, caughtBy, spoil } = draft;
  const harness = memoryWaitingSitesHarness((sites, clock) => ({ ...sites, ...spoil(sites, clock) }));
  return {
    name,
    port: "waiting-sites",
    caughtBy: caughtBy.map((id) => `waiting-sites/${id}`),
    cases: () => waitingSitesConformance(harness),
  };
}

/** Writes an outcome down that is not quite the one that was given. */
function recording(
  change: (outcome: SiteOutcome) => SiteOutcome,
): (sites: MemoryWaitingSites) => Partial<WaitingSites> {
  return (sites) => ({
    recordOutcome: ({ outcome, ...claim }, options) =>
      sites.recordOutcome({ ...claim, outcome: change(outcome) }, options),
  });
}

/** Waiting sites that break one promise each. */
export const waitingSitesSaboteurs: readonly Saboteur[] = [
  waitingSitesSaboteur({
    name: "lists sites that have no DNS yet",
    caughtBy: ["claim-site/one", "list-waiting/which"],
    spoil: ({ sites, listWaiting }) => ({
      listWaiting: (request, options) => {
        const without = [...sites.values()].filter(({ dnsActive }) => !dnsActive);
        for (const held of without) held.dnsActive = true;
        return listWaiting(request, options).map((page) => {
          for (const held of without) held.dnsActive = false;
          return page;
        });
      },
    }),
  }),
  waitingSitesSaboteur({
    name: "gives out sites that have no DNS yet",
    caughtBy: ["claim-site/one"],
    spoil: ({ sites, claimSite }) => ({
      claimSite: (request, options) => {
        const held = sites.get(request.siteId);
        if (held !== undefined) held.dnsActive = true;
        return claimSite(request, options);
      },
    }),
  }),
  waitingSitesSaboteur({
    name: "lists the newest first",
    caughtBy: ["list-waiting/which"],
    spoil: ({ listWaiting }) => ({
      listWaiting: (request, options) =>
        listWaiting(request, options).map((page) => ({ ...page, items: [...page.items].reverse() })),
    }),
  }),
  waitingSitesSaboteur({
    name: "ends its list with the first page",
    caughtBy: ["list-waiting/which"],
    spoil: ({ listWaiting }) => ({
      listWaiting: (request, options) => listWaiting(request, options).map(({ items }) => ({ items })),
    }),
  }),
  waitingSitesSaboteur({
    name: "forgets what a site wants beside its name",
    caughtBy: ["list-waiting/which"],
    spoil: ({ listWaiting }) => ({
      listWaiting: (request, options) =>
        listWaiting(request, options).map((page) => ({
          ...page,
          items: page.items.map((site) => ({ ...site, wishes: {} })),
        })),
    }),
  }),
  waitingSitesSaboteur({
    name: "lists what somebody works on",
    caughtBy: ["claim-site/one", "renew-claim/holds"],
    spoil: ({ sites, listWaiting }) => ({
      listWaiting: (request, options) => {
        const claims = [...sites.values()].map((held) => [held, held.claim] as const);
        for (const [held] of claims) held.claim = undefined;
        return listWaiting(request, options).map((page) => {
          for (const [held, claim] of claims) held.claim = claim;
          return page;
        });
      },
    }),
  }),
  waitingSitesSaboteur({
    name: "looks whether a site is free, and gives it out a turn later",
    caughtBy: ["claim-site/one"],
    spoil: ({ sites, claimSite }, clock) => ({
      claimSite: (request, options) => {
        const { siteId, holder, ttlMs } = request;
        const wasFree = sites.get(siteId)?.claim === undefined;
        return claimSite(request, options).map((answer) => {
          const held = sites.get(siteId);
          if (answer.claim !== null || !wasFree || held?.claim === undefined) return answer;
          held.claim = { token: `of-${holder}`, expiresAt: new Date(clock.now().getTime() + ttlMs) };
          return { claim: { siteId, token: held.claim.token }, site: held.site };
        });
      },
    }),
  }),
  waitingSitesSaboteur({
    name: "keeps a claim for a holder that is dead",
    caughtBy: ["claim-site/ends"],
    spoil: ({ claimSite }) => ({
      claimSite: (request, options) => claimSite({ ...request, ttlMs: 3_600_000 }, options),
    }),
  }),
  waitingSitesSaboteur({
    name: "gives every holder of a site the same token",
    caughtBy: ["claim-site/ends"],
    spoil: ({ sites, claimSite }) => ({
      claimSite: (request, options) =>
        claimSite(request, options).map((answer) => {
          if (answer.claim === null) return answer;
          const held = sites.get(request.siteId);
          const token = `token-of-${request.siteId}`;
          if (held?.claim !== undefined) held.claim = { ...held.claim, token };
          return { ...answer, claim: { ...answer.claim, token } };
        }),
    }),
  }),
  waitingSitesSaboteur({
    name: "takes a claim that has ended for lost although nobody has taken it",
    caughtBy: ["renew-claim/holds"],
    spoil: ({ sites, renewClaim }, clock) => ({
      renewClaim: (request, options) => {
        const { claim } = sites.get(request.siteId) ?? {};
        const hasEnded = claim !== undefined && claim.expiresAt <= clock.now();
        return hasEnded ? afterTurn(() => ok({ renewed: false })) : renewClaim(request, options);
      },
    }),
  }),
  waitingSitesSaboteur({
    name: "says that it has prolonged a claim and does not",
    caughtBy: ["claim-site/ends", "renew-claim/holds"],
    spoil: () => ({ renewClaim: () => afterTurn(() => ok({ renewed: true })) }),
  }),
  waitingSitesSaboteur({
    name: "writes an outcome down for whoever had the site before",
    caughtBy: ["claim-site/ends", "record-outcome/whole"],
    spoil: ({ sites }) => ({
      recordOutcome: ({ siteId, outcome }) =>
        afterTurn(() => {
          const held = sites.get(siteId);
          if (held !== undefined) {
            held.claim = undefined;
            held.outcome = structuredClone(outcome);
          }
          return ok({ recorded: held !== undefined });
        }),
    }),
  }),
  waitingSitesSaboteur({
    name: "keeps the claim when the outcome is written",
    caughtBy: ["record-outcome/whole"],
    spoil: ({ sites, recordOutcome }) => ({
      recordOutcome: (request, options) => {
        const held = sites.get(request.siteId);
        const claim = held?.claim;
        return recordOutcome(request, options).map((answer) => {
          if (held !== undefined && answer.recorded) held.claim = claim;
          return answer;
        });
      },
    }),
  }),
  waitingSitesSaboteur({
    name: "loses the reason of a failure",
    caughtBy: ["record-outcome/whole"],
    spoil: recording((outcome) => ({ ...outcome, reason: null })),
  }),
  waitingSitesSaboteur({
    name: "gives up a site that another try could help",
    caughtBy: ["record-outcome/whole"],
    spoil: recording((outcome) => ({ ...outcome, retryable: false })),
  }),
  waitingSitesSaboteur({
    name: "has a site wait for ever whose failure only a person can mend",
    caughtBy: ["record-outcome/whole"],
    spoil: recording((outcome) => ({ ...outcome, retryable: true })),
  }),
  waitingSitesSaboteur({
    name: "lists failed sites to whoever wants the new ones",
    caughtBy: ["record-outcome/whole"],
    spoil: ({ listWaiting }) => ({
      listWaiting: (request, options) => listWaiting({ ...request, includeFailed: true }, options),
    }),
  }),
  waitingSitesSaboteur({
    name: "claims for a caller who has gone",
    caughtBy: ["calls/cancelled"],
    spoil: ({ claimSite }) => ({ claimSite: (request) => claimSite(request) }),
  }),
];
