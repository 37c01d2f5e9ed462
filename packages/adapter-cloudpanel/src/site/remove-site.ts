import { type CallOptions, err, flow, hasCode, ok, type ResultAsync } from "@hostelry/core/adapter";
import { checkPanelField } from "../command/panel-fields.ts";
import { panelFailed } from "../panel-errors.ts";
import { lookAtSite } from "./look-at-site.ts";
import type { PanelSite } from "./panel-site.ts";
import { backUpSite, conflicting, deleteSite, mayHaveActed, type PanelSiteError, type SiteWork } from "./site-work.ts";

/** How to take a site away. */
export interface RemovePanelSite extends CallOptions {
  /** A copy of its content is kept on the server before. Default true: there is no way back otherwise. */
  readonly backUp?: boolean | undefined;
}

/** What became of a site that was to go. */
export interface RemovedPanelSite {
  readonly state: "changed" | "unchanged";
  /** The archive of its content on the server; `null` where none was made. */
  readonly backup: string | null;
}

/**
 * Takes a site away: vhost, certificates, databases, system user and content. Only a site of this very user; success is what a look shows afterwards,
 * not what the panel says. A removal that was broken off is completed.
 */
export function removeSite(
  work: SiteWork,
  { domain, user }: Pick<PanelSite, "domain" | "user">,
  { backUp = true, signal }: RemovePanelSite,
): ResultAsync<RemovedPanelSite, PanelSiteError> {
  const { session } = work;
  return flow(async function* () {
    yield* checkPanelField("domainName", domain);
    yield* checkPanelField("siteUser", user);
    const before = yield* lookAtSite(session, { domain, user }, { signal });
    if (before.record === undefined) return ok<RemovedPanelSite>({ state: "unchanged", backup: null });
    if (before.record.user !== user) {
      const differences = [
        { field: "siteUser", expected: user, actual: before.record.user, remedy: "refuse" },
      ] as const;
      return err(conflicting(session.name, { domain }, differences));
    }
    const keeps = backUp && before.account !== undefined && before.home !== undefined;
    const backup = keeps ? (yield* backUpSite(work, { domain, user }, { signal })).backup : null;
    const deleted = await deleteSite(work, domain, { signal });
    if (deleted.isErr() && (!mayHaveActed(deleted.error) || signal?.aborted === true)) return err(deleted.error);
    const { record } = yield* lookAtSite(session, { domain, user }, { signal });
    if (record === undefined) return ok<RemovedPanelSite>({ state: "changed", backup });
    if (deleted.isErr() && !hasCode(deleted.error, "PANEL_REFUSED")) return err(deleted.error);
    return err(
      panelFailed(session.name, "site:delete", "silent", { state: "unknown", excerpt: `${domain} is still there` }),
    );
  });
}
