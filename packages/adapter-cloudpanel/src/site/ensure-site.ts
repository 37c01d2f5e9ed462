import {
  type CallOptions,
  err,
  flow,
  ok,
  type ResourceFacts,
  type ResourceObservation,
  type Result,
  type ResultAsync,
} from "@hostelry/core/adapter";
import { panelFailed } from "../panel-errors.ts";
import type { PanelSite } from "./panel-site.ts";
import {
  addSite,
  conflicting,
  mayHaveActed,
  observeSite,
  orphaned,
  type PanelSiteError,
  repairSite,
  type SiteWork,
} from "./site-work.ts";

/** How to make sure of a site. */
export interface EnsurePanelSite extends CallOptions {
  /** Of the system user, for SSH and SFTP. Default: one that nobody knows. Set only when the site is made. */
  readonly password?: string | undefined;
  /** What a broken off creation has left is taken away first, with a copy kept. Default false: that is `RESOURCE_ORPHANED`. */
  readonly repair?: boolean | undefined;
}

/** A site that is there, as was seen. */
export interface EnsuredPanelSite {
  readonly state: "changed" | "unchanged";
  readonly documentRoot: string;
  readonly siteUser: string;
}

/**
 * Makes sure that a site is there, with this user and of this kind. That the panel says "already exists" means nothing: only a look that shows
 * the same site is success. What a call may have done without telling is looked at as well, so that repeating is safe.
 */
export function ensureSite(
  work: SiteWork,
  site: PanelSite,
  { password, repair, signal }: EnsurePanelSite,
): ResultAsync<EnsuredPanelSite, PanelSiteError> {
  const { name } = work.session;
  return flow(async function* () {
    let observed = yield* observeSite(work, site, { signal });
    if (observed.status === "same") return ok(ensured("unchanged", observed.facts));
    if (observed.status === "orphan" && repair === true) {
      yield* repairSite(work, site, { signal });
      observed = yield* observeSite(work, site, { signal });
    }
    if (observed.status === "orphan") return err(orphaned(name, site, observed.pieces));
    if (observed.status === "different") return err(conflicting(name, site, observed.differences));
    const added: Result<ResourceObservation, PanelSiteError> = await addSite(work, site, { password, signal });
    // What was begun goes on without us; whoever left is not kept waiting for a look.
    if (added.isErr() && (!mayHaveActed(added.error) || signal?.aborted === true)) return err(added.error);
    const seen = added.isOk() ? added.value : yield* observeSite(work, site, { signal });
    if (
      seen.status === "same" &&
      (added.isOk() || added.error.code !== "PANEL_FAILED" || added.error.details.problem !== "password-not-set")
    ) {
      return ok(ensured("changed", seen.facts));
    }
    if (seen.status === "orphan") return err(orphaned(name, site, seen.pieces));
    if (seen.status === "different") return err(conflicting(name, site, seen.differences));
    if (added.isErr()) return err(added.error);
    return err(
      panelFailed(name, "site:add", "silent", {
        state: "unknown",
        excerpt: `${site.domain} is not in the panel's records`,
      }),
    );
  });
}

function ensured(state: EnsuredPanelSite["state"], facts: ResourceFacts): EnsuredPanelSite {
  return { state, documentRoot: String(facts["documentRoot"]), siteUser: String(facts["siteUser"]) };
}
