import { type Domain, type DomainStore, errAsync, flow, hasCode, isHeld, ok, okAsync } from "@hostelry/core/adapter";
import { put } from "../memory/domain-store/domain-acts.ts";
import type { MemoryDomainStore } from "../memory/domain-store/memory-domain-store.ts";
import { domainStoreSaboteur, type Saboteur } from "./saboteur.ts";

/** Verifies while other domains of the name are changed for the moment, as if the store did not look at them. */
function verifyWithout(isUnseen: (other: Domain, claim: Domain) => boolean, hidden: Partial<Domain>) {
  return ({ domains, ...store }: MemoryDomainStore): Partial<DomainStore> => ({
    verifyDomain: (request, options) =>
      flow(async function* () {
        const claim = domains.domains.get(request.domainId);
        const all = [...domains.domains.values()];
        const unseen =
          claim === undefined ? [] : all.filter((other) => other.id !== claim.id && isUnseen(other, claim));
        for (const other of unseen) domains.domains.set(other.id, { ...other, ...hidden });
        const answer = await store.verifyDomain(request, options);
        for (const other of unseen) domains.domains.set(other.id, other);
        return answer;
      }),
  });
}

const ofName = (other: Domain, claim: Domain): boolean => other.hostname === claim.hostname;

/** Domain stores that break one promise each. */
export const domainSaboteurs: readonly Saboteur[] = [
  domainStoreSaboteur({
    name: "lets two tenants hold one name",
    caughtBy: ["verify/held", "verify/takes-over"],
    spoil: verifyWithout((other, claim) => ofName(other, claim) && isHeld(other), { state: "claimed" }),
  }),
  domainStoreSaboteur({
    name: "looks who holds a name in an act of its own",
    caughtBy: ["verify/another-process", "verify/raced"],
    spoil: ({ domains, ...store }) => ({
      verifyDomain: (request, options) => {
        const claim = domains.domains.get(request.domainId);
        const others = [...domains.domains.values()].filter((other) => claim !== undefined && ofName(other, claim));
        if (claim?.state !== "claimed" || others.some((other) => isHeld(other) || other.detachedAt !== undefined)) {
          return store.verifyDomain(request, options);
        }
        return store.verifyDomain(request, options).orElse((error) => {
          if (!hasCode(error, "DOMAIN_TAKEN") || error.details.reason !== "held") return errAsync(error);
          return okAsync({ domain: put(domains, claim, { state: "verified", stateSince: request.now }) });
        });
      },
    }),
  }),
  domainStoreSaboteur({
    name: "gives up no name to who proves it while its holder can't",
    caughtBy: ["verify/takes-over"],
    spoil: verifyWithout((other, claim) => ofName(other, claim) && isHeld(other), { state: "active" }),
  }),
  domainStoreSaboteur({
    name: "gives a name that is in order to the next who proves it",
    caughtBy: ["verify/held"],
    spoil: ({ domains, ...store }) => ({
      verifyDomain: (request, options) => {
        const claim = domains.domains.get(request.domainId);
        for (const other of domains.domains.values()) {
          const isInOrder = other.state === "verified" || other.state === "active";
          if (claim !== undefined && ofName(other, claim) && isInOrder) {
            domains.domains.set(other.id, { ...other, state: "suspect" });
          }
        }
        return store.verifyDomain(request, options);
      },
    }),
  }),
  domainStoreSaboteur({
    name: "does not look at the names above",
    caughtBy: ["verify/nested"],
    spoil: (store) => ({ verifyDomain: (request, options) => store.verifyDomain({ ...request, above: [] }, options) }),
  }),
  domainStoreSaboteur({
    name: "gives away the name of a tombstone",
    caughtBy: ["verify/last-counts", "verify/return", "verify/tombstone"],
    spoil: verifyWithout((other, claim) => ofName(other, claim) && other.detachedAt !== undefined, {
      state: "claimed",
      detachedAt: undefined,
    }),
  }),
  domainStoreSaboteur({
    name: "moves a domain wherever it is told to",
    caughtBy: ["change/machine"],
    spoil: ({ domains, ...store }) => ({
      changeDomain: (request, options) =>
        store.changeDomain(request, options).orElse((error) => {
          const domain = domains.domains.get(request.domainId);
          const { state } = request.change;
          if (!hasCode(error, "DOMAIN_TRANSITION_INVALID") || domain === undefined || state === undefined) {
            return errAsync(error);
          }
          return okAsync(put(domains, domain, { state, stateSince: request.now }));
        }),
    }),
  }),
  domainStoreSaboteur({
    name: "changes a domain whatever its version",
    caughtBy: ["change/raced"],
    spoil: (store) => ({
      changeDomain: (request, options) => {
        const again = (expectVersion: number): ReturnType<DomainStore["changeDomain"]> =>
          store.changeDomain({ ...request, expectVersion }, options).orElse((error) => {
            if (!hasCode(error, "STORE_CONFLICT")) return errAsync(error);
            return store.getDomain(request.domainId).andThen(({ version }) => again(version));
          });
        return again(request.expectVersion);
      },
    }),
  }),
  domainStoreSaboteur({
    name: "writes down every claim anew",
    caughtBy: ["claim/raced", "claim/repeated"],
    spoil: ({ domains, ...store }) => ({
      claimDomain: (request, options) =>
        store.claimDomain(request, options).map((answer) => {
          if (answer.claimed) return answer;
          return { domain: put(domains, { ...request.domain, version: 0 }, { state: "claimed" }), claimed: true };
        }),
    }),
  }),
  domainStoreSaboteur({
    name: "keeps a name for the first who claims it",
    caughtBy: [
      "claim/anew",
      "claim/side-by-side",
      "verify/held",
      "verify/last-counts",
      "verify/nested",
      "verify/return",
      "verify/takes-over",
      "verify/tombstone",
    ],
    spoil: ({ domains, ...store }) => ({
      claimDomain: (request, options) => {
        const { hostname } = request.domain;
        const first = [...domains.domains.values()].find((other) => other.hostname === hostname);
        return first === undefined ? store.claimDomain(request, options) : okAsync({ domain: first, claimed: false });
      },
    }),
  }),
  domainStoreSaboteur({
    name: "has as many primary names as it is told to",
    caughtBy: ["primary/raced", "primary/set"],
    spoil: ({ domains, ...store }) => ({
      setPrimaryDomain: (request, options) =>
        flow(async function* () {
          const before = [...domains.domains.values()].filter(({ primary }) => primary);
          const domain = yield* store.setPrimaryDomain(request, options);
          for (const { id } of before) {
            const held = domains.domains.get(id);
            if (held !== undefined) domains.domains.set(id, { ...held, primary: true });
          }
          return ok(domain);
        }),
    }),
  }),
  domainStoreSaboteur({
    name: "leaves a site without a primary name when it loses one",
    caughtBy: ["follow/takes-over", "primary/succession"],
    spoil: ({ domains, ...store }) => ({
      changeDomain: (request, options) =>
        store.changeDomain(request, options).map((domain) => {
          if (domain.state !== "detached") return domain;
          for (const other of domains.domains.values()) {
            if (other.siteId === domain.siteId) domains.domains.set(other.id, { ...other, primary: false });
          }
          return domain;
        }),
    }),
  }),
  domainStoreSaboteur({
    name: "lists due domains in any order",
    caughtBy: ["due/order"],
    spoil: (store) => ({
      listDueDomains: (request, options) => store.listDueDomains(request, options).map((due) => [...due].reverse()),
    }),
  }),
  domainStoreSaboteur({
    name: "skips a change now and then",
    caughtBy: ["follow/concurrent", "follow/takes-over"],
    spoil: (store) => ({
      listDomainChanges: ({ after, limit }, options) =>
        store
          .listDomainChanges({ after, limit }, options)
          .map((all) => all.filter(({ change }) => change !== after + 1)),
    }),
  }),
  domainStoreSaboteur({
    name: "wakes no follower of domains",
    caughtBy: ["await-change/wakes"],
    spoil: (store) => ({
      awaitDomainChange: (request, options) =>
        store.awaitDomainChange({ ...request, after: Number.MAX_SAFE_INTEGER }, options),
    }),
  }),
];
