import { err, ok, type Site, type SiteRecords } from "@hostelry/core/adapter";
import { type ListingOrder, pageOf } from "../page-of.ts";
import { appendAudit } from "./memory-records.ts";
import { conflict, type StoreContext, siteNotFound } from "./store-context.ts";

const oldestFirst: ListingOrder<Site> = { key: (site) => [site.createdAt.getTime(), site.id], newestFirst: false };

/** The records of sites, in memory. */
export function memorySites({ records, transact }: StoreContext): SiteRecords {
  return {
    createSite: ({ site, audit }, options) =>
      transact("createSite", options, () => {
        if (records.sites.has(site.id)) return err(conflict(`site ${site.id}`, "absent", "there already"));
        const created: Site = { ...structuredClone(site), version: 1 };
        records.sites.set(site.id, created);
        appendAudit(records, audit);
        return ok(structuredClone(created));
      }),

    getSite: (siteId, options) =>
      transact("getSite", options, () => {
        const site = records.sites.get(siteId);
        return site === undefined ? err(siteNotFound(siteId)) : ok(structuredClone(site));
      }),

    listSites: (page = {}) => transact("listSites", page, () => pageOf([...records.sites.values()], oldestFirst, page)),

    updateSite: ({ siteId, expectVersion, change, audit }, options) =>
      transact("updateSite", options, () => {
        const site = records.sites.get(siteId);
        if (site === undefined) return err(siteNotFound(siteId));
        if (site.version !== expectVersion) {
          return err(conflict(`site ${siteId}`, `version ${expectVersion}`, `version ${site.version}`));
        }
        const updated: Site = {
          ...site,
          name: change.name ?? site.name,
          state: change.state ?? site.state,
          version: site.version + 1,
        };
        records.sites.set(siteId, updated);
        appendAudit(records, audit);
        return ok(structuredClone(updated));
      }),

    setFreeze: ({ siteId, freeze, audit }, options) =>
      transact("setFreeze", options, () => {
        const site = records.sites.get(siteId);
        if (site === undefined) return err(siteNotFound(siteId));
        if ((site.frozen === undefined) === (freeze === null))
          return ok({ site: structuredClone(site), changed: false });
        const { frozen: _ended, ...rest } = site;
        const updated: Site = {
          ...rest,
          ...(freeze === null ? {} : { frozen: structuredClone(freeze) }),
          version: site.version + 1,
        };
        records.sites.set(siteId, updated);
        appendAudit(records, audit);
        return ok({ site: structuredClone(updated), changed: true });
      }),
  };
}
