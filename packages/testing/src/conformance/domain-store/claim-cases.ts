import assert from "node:assert/strict";
import type { Domain, Hostname, SiteId, TenantId } from "@hostelry/core/adapter";
import { assertSame, expectOk, expectRefusal, onlyOne, race } from "../expectation.ts";
import { freshSiteId } from "../fresh-ids.ts";
import { afterNoon } from "../store/scene.ts";
import {
  actionsOf,
  claimed,
  domainIn,
  draftDomain,
  entryOf,
  freshDomainId,
  freshHostname,
  freshTenant,
  newSite,
} from "./domain-scene.ts";
import type { DomainStoreCase } from "./domain-store-harness.ts";

/** What a domain store promises of claims, and of reading them. */
export const claimCases: readonly DomainStoreCase[] = [
  {
    name: "claim/exact",
    title: "gives a claim back as it was given, at version 1, with its audit entry",
    check: async (underTest) => {
      const siteId = await newSite(underTest);
      const draft = draftDomain({ siteId, hostname: "*.xn--bcher-kva.de" as Hostname });
      const domain: Domain = { ...draft, dueAt: afterNoon(77), redirect: "to-www", state: "active", version: 9 };
      const given = { domain: { ...domain, primary: true }, audit: entryOf(domain, "domain.claimed") };
      const written = await expectOk(underTest.subject.claimDomain(given));
      const expected = { ...domain, state: "claimed", primary: false, version: 1, change: written.domain.change };
      assertSame(written, { domain: expected, claimed: true }, "what is answered");
      assertSame(await expectOk(underTest.subject.getDomain(domain.id)), expected, "what is read");
      assertSame(await actionsOf(underTest, siteId), ["site.created", "domain.claimed"], "the entry");
    },
  },
  {
    name: "claim/repeated",
    title: "answers a tenant's second claim with the first one, whatever it became",
    check: async (underTest) => {
      const { subject } = underTest;
      const siteId = await newSite(underTest);
      for (const state of ["claimed", "verified", "active", "suspect", "grace"] as const) {
        const first = await domainIn(subject, state, { siteId });
        const again = draftDomain({ siteId, hostname: first.hostname, tenantId: first.tenantId });
        const audit = entryOf(again, "domain.claimed");
        const answer = await expectOk(subject.claimDomain({ domain: again, audit }));
        assertSame(answer, { domain: await expectOk(subject.getDomain(first.id)), claimed: false }, state);
        await expectRefusal(subject.getDomain(again.id), "DOMAIN_NOT_FOUND");
      }
      const actions = await actionsOf(underTest, siteId);
      assert.equal(actions.filter((action) => action === "domain.claimed").length, 5, "one entry per claim");
    },
  },
  {
    name: "claim/anew",
    title: "takes a new claim of a tenant whose domain was detached or buried",
    check: async (underTest) => {
      const siteId = await newSite(underTest);
      for (const state of ["detached", "tombstone"] as const) {
        const { hostname, tenantId } = await domainIn(underTest.subject, state, { siteId });
        const anew = await claimed(underTest.subject, { siteId, hostname, tenantId });
        assert.equal(anew.state, "claimed", state);
      }
    },
  },
  {
    name: "claim/side-by-side",
    title: "lets claims of several tenants for one name stand side by side",
    check: async (underTest) => {
      const siteId = await newSite(underTest);
      const hostname = freshHostname();
      for (let count = 0; count < 3; count += 1) await claimed(underTest.subject, { siteId, hostname });
      await domainIn(underTest.subject, "active", { siteId, hostname });
      await claimed(underTest.subject, { siteId, hostname });
      const { items } = await expectOk(underTest.subject.listDomains({ hostname }));
      assertSame(
        items.map(({ state }) => state),
        ["claimed", "claimed", "claimed", "active", "claimed"],
        "all are there",
      );
    },
  },
  {
    name: "claim/raced",
    title: "writes one of several claims of a tenant for a name, and answers all with it",
    check: async (underTest) => {
      const siteId = await newSite(underTest);
      const [hostname, tenantId] = [freshHostname(), freshTenant()];
      const { values } = await race(6, () => {
        const domain = draftDomain({ siteId, hostname, tenantId });
        return underTest.subject.claimDomain({ domain, audit: entryOf(domain, "domain.claimed") });
      });
      onlyOne(
        values.filter((each) => each.claimed),
        "claim that was written",
      );
      assert.equal(new Set(values.map(({ domain }) => domain.id)).size, 1, "all are told the same");
    },
  },
  {
    name: "claim/refusals",
    title: "refuses a site that is not there, an id that is taken, and what is out of its limits",
    check: async (underTest) => {
      const { subject } = underTest;
      const siteId = await newSite(underTest);
      const claim = (domain: Domain) => subject.claimDomain({ domain, audit: entryOf(domain, "domain.claimed") });
      await expectRefusal(claim(draftDomain({ siteId: freshSiteId() as SiteId })), "SITE_NOT_FOUND");
      const { id } = await claimed(subject, { siteId });
      await expectRefusal(claim(draftDomain({ siteId, id })), "STORE_CONFLICT");
      const good = draftDomain({ siteId });
      const bad: readonly Partial<Domain>[] = [
        { tenantId: "" as TenantId },
        { tenantId: "two words" as TenantId },
        { hostname: "Upper.com" as Hostname },
        { hostname: "" as Hostname },
        { challenge: { ...good.challenge, token: "short" } },
      ];
      for (const facts of bad) await expectRefusal(claim({ ...good, ...facts }), "INVALID_INPUT");
      await expectRefusal(subject.getDomain(freshDomainId()), "DOMAIN_NOT_FOUND");
    },
  },
  {
    name: "list/conditions",
    title: "lists by site, tenant and name, all conditions together, oldest first, page by page",
    check: async (underTest) => {
      const { subject } = underTest;
      const [siteId, other] = [await newSite(underTest), await newSite(underTest)];
      const tenantId = freshTenant();
      const ids: string[] = [];
      for (let count = 0; count < 5; count += 1) ids.push((await claimed(subject, { siteId, tenantId })).id);
      const elsewhere = await claimed(subject, { siteId: other, tenantId });
      const list = async (request: Parameters<typeof subject.listDomains>[0]): Promise<readonly string[]> =>
        (await expectOk(subject.listDomains(request))).items.map(({ id }) => id);
      assertSame(await list({ siteId }), ids, "of the site");
      assertSame(await list({ tenantId }), [...ids, elsewhere.id], "of the tenant");
      assertSame(await list({ tenantId, siteId: other }), [elsewhere.id], "of both");
      assertSame(await list({ hostname: elsewhere.hostname }), [elsewhere.id], "of the name");
      assertSame(await list({ hostname: elsewhere.hostname, siteId }), [], "of none");
      const first = await expectOk(subject.listDomains({ siteId, limit: 3 }));
      const second = await expectOk(subject.listDomains({ siteId, limit: 3, after: first.next }));
      assertSame(
        [...first.items, ...second.items].map(({ id }) => id),
        ids,
        "in pages",
      );
      assert.equal(second.next, undefined, "the last page");
      await expectRefusal(subject.listDomains({ limit: 0 }), "INVALID_INPUT");
    },
  },
  {
    name: "claim/cancelled",
    title: "writes nothing for a signal that has fired before",
    check: async (underTest) => {
      const siteId = await newSite(underTest);
      const domain = draftDomain({ siteId });
      const audit = entryOf(domain, "domain.claimed");
      const options = { signal: AbortSignal.abort() };
      await expectRefusal(underTest.subject.claimDomain({ domain, audit }, options), "ABORTED");
      await expectRefusal(underTest.subject.getDomain(domain.id), "DOMAIN_NOT_FOUND");
    },
  },
  {
    name: "claim/restart",
    title: "still knows every domain after a restart",
    requires: ["durable"],
    check: async (underTest) => {
      const siteId = await newSite(underTest);
      const domain = await domainIn(underTest.subject, "grace", { siteId });
      const reopened = await underTest.reopen?.();
      assert.ok(reopened, "the harness can reopen");
      assertSame(await expectOk(reopened.getDomain(domain.id)), domain, "as it was");
    },
  },
];
