import type { AuditDraft } from "../audit/audit-entry.ts";
import { type HostingErrorOf, hostingError } from "../errors/index.ts";
import { newId } from "../identity/identity.ts";
import type { ActingOptions } from "../ports/call-options.ts";
import type { HostingPorts } from "../ports/hosting-ports.ts";
import type { StoreError } from "../ports/store/index.ts";
import { err, flow, ok, type Result, type ResultAsync } from "../result/index.ts";
import type { Site, SiteId } from "./site.ts";

/** Errors of `sites.create`. */
export type CreateSiteError = StoreError | HostingErrorOf<"INVALID_INPUT"> | HostingErrorOf<"STORE_CONFLICT">;

const maxNameLength = 200;

/**
 * Creates a site in state `live` with nothing published. Not idempotent: every call makes another site, unless it names
 * the `id`; one that is there already is `STORE_CONFLICT`.
 */
export function createSite(
  ports: HostingPorts,
  input: { readonly name: string },
  options: ActingOptions = {},
  id: SiteId = newId("site", ports.random) as SiteId,
): ResultAsync<Site, CreateSiteError> {
  return flow(async function* () {
    const name = yield* checkSiteName(input.name);
    const at = ports.clock.now();
    const site: Site = { id, name, state: "live", createdAt: at, version: 1 };
    const after = { name, state: site.state };
    const audit: AuditDraft = {
      actor: options.actor ?? "system",
      action: "site.created",
      siteId: id,
      subject: id,
      at,
      after,
    };
    const created = yield* ports.store.createSite({ site, audit }, { signal: options.signal });
    ports.emit(audit);
    return ok(created);
  });
}

/** A name without surrounding white space, 1 to 200 characters and no control characters; else `INVALID_INPUT`. */
export function checkSiteName(name: string): Result<string, HostingErrorOf<"INVALID_INPUT">> {
  const trimmed = name.trim();
  if (trimmed === "") return refuse("is empty");
  if ([...trimmed].length > maxNameLength) return refuse(`is longer than ${maxNameLength} characters`);
  if (/\p{Cc}/u.test(trimmed)) return refuse("holds control characters");
  return ok(trimmed);
}

function refuse(problem: string): Result<never, HostingErrorOf<"INVALID_INPUT">> {
  return err(hostingError("INVALID_INPUT", `The site's name ${problem}.`, { field: "name", problem }));
}
