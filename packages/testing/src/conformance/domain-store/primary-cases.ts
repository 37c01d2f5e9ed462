import type { Domain, DomainStore, Hostname, SiteId } from "@hostelry/core/adapter";
import { assertSame, expectOk, expectRefusal, race } from "../expectation.ts";
import { afterNoon } from "../store/scene.ts";
import { actionsOf, domainIn, entryOf, freshDomainId, freshHostname, movedTo, newSite } from "./domain-scene.ts";
import type { DomainStoreCase } from "./domain-store-harness.ts";

const setPrimary = (store: DomainStore, domain: Domain): ReturnType<DomainStore["setPrimaryDomain"]> =>
  store.setPrimaryDomain({ domainId: domain.id, audit: entryOf(domain, "domain.primary_set") });

/** The names of a site that are its primary one. */
async function primariesOf(store: DomainStore, siteId: SiteId): Promise<readonly string[]> {
  const { items } = await expectOk(store.listDomains({ siteId }));
  return items.filter(({ primary }) => primary).map(({ id }) => id);
}

/** What a domain store promises of the primary name of a site. */
export const primaryCases: readonly DomainStoreCase[] = [
  {
    name: "primary/first",
    title: "makes the first active name of a site its primary one, but never a wildcard",
    check: async (underTest) => {
      const { subject } = underTest;
      const siteId = await newSite(underTest);
      await domainIn(subject, "verified", { siteId });
      await domainIn(subject, "active", { siteId, hostname: `*.${freshHostname()}` as Hostname });
      assertSame(await primariesOf(subject, siteId), [], "none yet");
      const first = await domainIn(subject, "active", { siteId });
      await domainIn(subject, "active", { siteId });
      assertSame(await primariesOf(subject, siteId), [first.id], "the first one");
    },
  },
  {
    name: "primary/set",
    title: "moves it to another active name, and refuses what is not active or a wildcard",
    check: async (underTest) => {
      const { subject } = underTest;
      const siteId = await newSite(underTest);
      const first = await domainIn(subject, "active", { siteId });
      const second = await domainIn(subject, "active", { siteId });
      const primary = await expectOk(setPrimary(subject, second));
      assertSame(primary, { ...second, primary: true, version: primary.version, change: primary.change }, "answered");
      assertSame(await primariesOf(subject, siteId), [second.id], "one");
      assertSame(await expectOk(setPrimary(subject, second)), primary, "again: nothing is written");
      const actions = await actionsOf(underTest, siteId);
      assertSame(actions.filter((action) => action === "domain.primary_set").length, 1, "one entry");
      assertSame((await expectOk(subject.getDomain(first.id))).primary, false, "the one before");
      for (const other of [
        await domainIn(subject, "verified", { siteId }),
        await domainIn(subject, "suspect", { siteId }),
        await domainIn(subject, "active", { siteId, hostname: `*.${freshHostname()}` as Hostname }),
      ]) {
        await expectRefusal(setPrimary(subject, other), "DOMAIN_TRANSITION_INVALID");
      }
      await expectRefusal(setPrimary(subject, { ...first, id: freshDomainId() }), "DOMAIN_NOT_FOUND");
    },
  },
  {
    name: "primary/raced",
    title: "has one primary name when several are made it at once",
    check: async (underTest) => {
      const { subject } = underTest;
      const siteId = await newSite(underTest);
      const domains: Domain[] = [];
      for (let count = 0; count < 4; count += 1) domains.push(await domainIn(subject, "active", { siteId }));
      await race(4, (index) => setPrimary(subject, domains[index] as Domain));
      assertSame((await primariesOf(subject, siteId)).length, 1, "one");
    },
  },
  {
    name: "primary/succession",
    title: "hands it on to the name that is active for longest when the primary one leaves, not while it is in doubt",
    check: async (underTest) => {
      const { subject } = underTest;
      const siteId = await newSite(underTest);
      const first = await domainIn(subject, "active", { siteId });
      const late = await domainIn(subject, "active", { siteId }, afterNoon(20));
      const early = await domainIn(subject, "active", { siteId }, afterNoon(10));
      const grace = await movedTo(subject, first, ["suspect", "grace"]);
      assertSame(await primariesOf(subject, siteId), [first.id], "in doubt");
      await movedTo(subject, grace, ["detached"]);
      assertSame(await primariesOf(subject, siteId), [early.id], "the longest active");
      assertSame((await expectOk(subject.getDomain(early.id))).version, early.version + 1, "at a new version");
      await movedTo(subject, await expectOk(subject.getDomain(early.id)), ["detached"]);
      await movedTo(subject, await expectOk(subject.getDomain(late.id)), ["detached"]);
      assertSame(await primariesOf(subject, siteId), [], "none is left");
    },
  },
];
