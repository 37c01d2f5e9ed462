import type { AuditDraft } from "../audit/audit-entry.ts";
import type { HostingErrorOf } from "../errors/index.ts";
import type { ActingOptions } from "../ports/call-options.ts";
import type { HostingPorts } from "../ports/hosting-ports.ts";
import type { StoreError } from "../ports/store/index.ts";
import { flow, ok, type ResultAsync } from "../result/index.ts";
import { checkSiteName } from "./create-site.ts";
import type { Site, SiteId } from "./site.ts";

/** Errors of `sites.rename`. */
export type RenameSiteError =
  | StoreError
  | HostingErrorOf<"INVALID_INPUT">
  | HostingErrorOf<"SITE_NOT_FOUND">
  | HostingErrorOf<"STORE_CONFLICT">;

/** Gives a site another name. The same name again changes nothing. `STORE_CONFLICT`: somebody changed the site meanwhile. */
export function renameSite(
  ports: HostingPorts,
  siteId: SiteId,
  input: { readonly name: string },
  options: ActingOptions = {},
): ResultAsync<Site, RenameSiteError> {
  return flow(async function* () {
    const name = yield* checkSiteName(input.name);
    const site = yield* ports.store.getSite(siteId, { signal: options.signal });
    if (site.name === name) return ok(site);
    const audit: AuditDraft = {
      actor: options.actor ?? "system",
      action: "site.renamed",
      siteId,
      subject: siteId,
      at: ports.clock.now(),
      before: { name: site.name },
      after: { name },
    };
    const request = { siteId, expectVersion: site.version, change: { name }, audit };
    const renamed = yield* ports.store.updateSite(request, { signal: options.signal });
    ports.emit(audit);
    return ok(renamed);
  });
}
