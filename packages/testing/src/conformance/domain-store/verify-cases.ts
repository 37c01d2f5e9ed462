import assert from "node:assert/strict";
import type { DomainStore, Hostname } from "@hostelry/core/adapter";
import { assertSame, expectOk, expectRefusal, onlyOne, race } from "../expectation.ts";
import { afterNoon, noon } from "../store/scene.ts";
import {
  actionsOf,
  claimed,
  domainIn,
  freshDomainId,
  freshHostname,
  freshTenant,
  newSite,
  proofOf,
} from "./domain-scene.ts";
import type { DomainStoreCase } from "./domain-store-harness.ts";

/** What a domain store promises of proofs: who holds a name. */
export const verifyCases: readonly DomainStoreCase[] = [
  {
    name: "verify/holds",
    title: "makes a claim verified, with the times it was given and its audit entry",
    check: async (underTest) => {
      const { subject } = underTest;
      const siteId = await newSite(underTest);
      const claim = await claimed(subject, { siteId });
      const { id: domainId, version: expectVersion } = claim;
      const change = { attempts: 3, nextLookAt: afterNoon(50) };
      const waiting = await expectOk(subject.changeDomain({ domainId, expectVersion, change, now: noon }));
      const answer = await expectOk(subject.verifyDomain(proofOf(waiting, { now: afterNoon(9) })));
      const expected = {
        ...claim,
        state: "verified",
        stateSince: afterNoon(9),
        confirmedAt: afterNoon(9),
        dueAt: afterNoon(5000),
        version: 3,
        change: answer.domain.change,
      };
      assertSame(answer, { domain: expected }, "what is answered");
      assertSame(await expectOk(subject.getDomain(domainId)), expected, "what is read");
      assertSame((await actionsOf(underTest, siteId)).at(-1), "domain.verified", "the entry");
    },
  },
  {
    name: "verify/refusals",
    title: "refuses a domain that is not there, another version, and what is no claim",
    check: async (underTest) => {
      const { subject } = underTest;
      const siteId = await newSite(underTest);
      const claim = await claimed(subject, { siteId });
      await expectRefusal(subject.verifyDomain({ ...proofOf(claim), domainId: freshDomainId() }), "DOMAIN_NOT_FOUND");
      await expectRefusal(subject.verifyDomain({ ...proofOf(claim), expectVersion: 2 }), "STORE_CONFLICT");
      for (const state of ["verified", "active", "suspect", "grace", "detached", "tombstone"] as const) {
        const domain = await domainIn(subject, state, { siteId });
        await expectRefusal(subject.verifyDomain(proofOf(domain)), "STORE_CONFLICT");
      }
    },
  },
  {
    name: "verify/held",
    title: "refuses a name that another domain holds: by any proof while it is in order, by http also when it is not",
    check: async (underTest) => {
      const { subject } = underTest;
      const siteId = await newSite(underTest);
      for (const [state, method] of [
        ["verified", "dns"],
        ["active", "dns"],
        ["active", "http"],
        ["suspect", "http"],
        ["grace", "http"],
        ["grace", "platform"],
      ] as const) {
        const holder = await domainIn(subject, state, { siteId });
        const claim = await claimed(subject, { siteId, hostname: holder.hostname, method });
        const refusal = await expectRefusal(subject.verifyDomain(proofOf(claim)), "DOMAIN_TAKEN");
        const details = { hostname: holder.hostname, reason: "held", until: null };
        assertSame(refusal.details, details, `${state}, by ${method}`);
        assertSame(await expectOk(subject.getDomain(holder.id)), holder, "the holder is as it was");
        assertSame(await expectOk(subject.getDomain(claim.id)), claim, "the claim is as it was");
      }
    },
  },
  {
    name: "verify/takes-over",
    title: "gives a name of a suspect or warned domain to who proves it by dns, and detaches the other in the same act",
    check: async (underTest) => {
      const { subject } = underTest;
      for (const state of ["suspect", "grace"] as const) {
        const [siteId, other] = [await newSite(underTest), await newSite(underTest)];
        const holder = await domainIn(subject, state, { siteId });
        const claim = await claimed(subject, { siteId: other, hostname: holder.hostname });
        const { domain, taken } = await expectOk(subject.verifyDomain(proofOf(claim, { now: afterNoon(7) })));
        const loser = await expectOk(subject.getDomain(holder.id));
        assertSame(domain.state, "verified", "the new holder");
        assertSame(loser, taken, "the one before is answered");
        const { state: became, primary, detachedAt, dueAt } = loser;
        const expected = { became: "detached", primary: false, detachedAt: afterNoon(7), dueAt: afterNoon(7) };
        assertSame({ became, primary, detachedAt, dueAt }, expected, "and is detached");
        assert.equal(loser.version, holder.version + 1, "at a new version");
        assertSame((await actionsOf(underTest, siteId)).at(-1), "domain.detached", "its own entry");
        assertSame((await actionsOf(underTest, other)).at(-1), "domain.verified", "the other's");
      }
    },
  },
  {
    name: "verify/raced",
    title: "lets one of several tenants that prove a name hold it",
    check: async (underTest) => {
      const { subject } = underTest;
      const siteId = await newSite(underTest);
      await raceForName(subject, subject, await claimsFor(subject, siteId));
    },
  },
  {
    name: "verify/another-process",
    title: "lets one tenant hold a name when several processes write",
    requires: ["shared"],
    check: async (underTest) => {
      const other = await underTest.another?.();
      assert.ok(other, "the harness can open another");
      const siteId = await newSite(underTest);
      await raceForName(underTest.subject, other, await claimsFor(underTest.subject, siteId));
    },
  },
  {
    name: "verify/nested",
    title: "counts no proof by http below a name that another tenant holds, and every proof below one's own",
    check: async (underTest) => {
      const { subject } = underTest;
      const siteId = await newSite(underTest);
      const owner = await domainIn(subject, "verified", { siteId });
      const hostname = `shop.${owner.hostname}` as Hostname;
      const above = [`*.${owner.hostname}` as Hostname, owner.hostname];
      const byHttp = await claimed(subject, { siteId, hostname, method: "http" });
      const refusal = await expectRefusal(subject.verifyDomain(proofOf(byHttp, { above })), "DOMAIN_TAKEN");
      assertSame(refusal.details.reason, "nested", "the reason");
      const byDns = await claimed(subject, { siteId, hostname });
      await expectOk(subject.verifyDomain(proofOf(byDns, { above })));
      const own = await claimed(subject, {
        siteId,
        hostname: `blog.${owner.hostname}` as Hostname,
        tenantId: owner.tenantId,
        method: "http",
      });
      await expectOk(subject.verifyDomain(proofOf(own, { above })));
    },
  },
  {
    name: "verify/tombstone",
    title: "keeps a name of another tenant, after it was detached, from all but a challenge by dns made since",
    check: async (underTest) => {
      const { subject } = underTest;
      const siteId = await newSite(underTest);
      for (const state of ["detached", "tombstone"] as const) {
        const former = await domainIn(subject, state, { siteId }, afterNoon(100));
        const { id: domainId, version: expectVersion, hostname } = former;
        const change = { dueAt: afterNoon(900) };
        await expectOk(subject.changeDomain({ domainId, expectVersion, change, now: afterNoon(100) }));
        for (const [method, ms] of [
          ["dns", 99],
          ["http", 101],
          ["platform", 101],
        ] as const) {
          const claim = await claimed(subject, { siteId, hostname, method, issuedAt: afterNoon(ms) });
          const refusal = await expectRefusal(subject.verifyDomain(proofOf(claim)), "DOMAIN_TAKEN");
          const until = state === "tombstone" ? afterNoon(900).toISOString() : null;
          const details = { hostname, reason: "tombstone", until };
          assertSame(refusal.details, details, `${state}: by ${method}`);
        }
        const fresh = await claimed(subject, { siteId, hostname, issuedAt: afterNoon(100) });
        await expectOk(subject.verifyDomain(proofOf(fresh)));
      }
    },
  },
  {
    name: "verify/return",
    title: "lets the tenant who had a name have it again by any proof, and forgets its tombstone",
    check: async (underTest) => {
      const { subject } = underTest;
      const siteId = await newSite(underTest);
      for (const method of ["http", "platform", "dns"] as const) {
        const former = await domainIn(subject, "tombstone", { siteId }, afterNoon(100));
        const { hostname, tenantId } = former;
        const claim = await claimed(subject, { siteId, hostname, tenantId, method });
        await expectOk(subject.verifyDomain(proofOf(claim)));
        await expectRefusal(subject.getDomain(former.id), "DOMAIN_NOT_FOUND");
      }
    },
  },
  {
    name: "verify/last-counts",
    title: "goes by the tenant who had the name last",
    check: async (underTest) => {
      const { subject } = underTest;
      const siteId = await newSite(underTest);
      const hostname = freshHostname();
      const [first, second] = [freshTenant(), freshTenant()];
      await domainIn(subject, "detached", { siteId, hostname, tenantId: first }, afterNoon(10));
      const claim = { siteId, hostname, tenantId: second, issuedAt: afterNoon(10) };
      await domainIn(subject, "detached", claim, afterNoon(20));
      const back = await claimed(subject, { siteId, hostname, tenantId: first, method: "http" });
      await expectRefusal(subject.verifyDomain(proofOf(back)), "DOMAIN_TAKEN");
      const again = await claimed(subject, { siteId, hostname, tenantId: second, method: "http" });
      await expectOk(subject.verifyDomain(proofOf(again)));
    },
  },
];

async function claimsFor(store: DomainStore, siteId: Parameters<typeof claimed>[1]["siteId"]) {
  const hostname = freshHostname();
  return Promise.all(Array.from({ length: 5 }, () => claimed(store, { siteId, hostname })));
}

async function raceForName(
  one: DomainStore,
  other: DomainStore,
  claims: readonly Awaited<ReturnType<typeof claimed>>[],
): Promise<void> {
  const { values, refusals } = await race(
    claims.length,
    (index) => {
      const claim = claims[index];
      assert.ok(claim, "a claim each");
      return (index % 2 === 0 ? one : other).verifyDomain(proofOf(claim));
    },
    "DOMAIN_TAKEN",
  );
  onlyOne(values, "tenant that holds the name");
  assert.equal(refusals.length, claims.length - 1, "all others are refused");
  const { items } = await expectOk(one.listDomains({ hostname: claims[0]?.hostname }));
  onlyOne(
    items.filter(({ state }) => state === "verified"),
    "holder on record",
  );
}
