import { type Hosting, hostingError, type Site, type SiteId, unwrap } from "@hostelry/core";
import { UsageError } from "../command-line/usage-error.ts";
import { everyItem } from "./every-item.ts";

const siteIdForm = /^site-[0-9a-z]{20}$/;

/**
 * The site that was meant, by id or by name; `undefined` if there is none of that name.
 *
 * @throws UsageError when several have the name; `SITE_NOT_FOUND` for an unknown id.
 */
export async function lookForSite(hosting: Hosting, meant: string, signal: AbortSignal): Promise<Site | undefined> {
  if (siteIdForm.test(meant)) return unwrap(hosting.sites.get(meant as SiteId, { signal }));
  const named: Site[] = [];
  for await (const site of everyItem((after) => hosting.sites.list({ after, signal }))) {
    if (site.name === meant) named.push(site);
  }
  if (named.length <= 1) return named[0];
  const ids = named.map(({ id }) => id).join(", ");
  throw new UsageError(`${named.length} sites are named "${meant}". Say which by its id: ${ids}.`);
}

/** The site that was meant, by id or by name, or `SITE_NOT_FOUND`. */
export async function findSite(hosting: Hosting, meant: string, signal: AbortSignal): Promise<Site> {
  const site = await lookForSite(hosting, meant, signal);
  if (site !== undefined) return site;
  throw hostingError("SITE_NOT_FOUND", `There is no site named "${meant}".`, { siteId: meant });
}
