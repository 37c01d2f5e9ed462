import type { AuditAction, AuditDraft, JsonValue } from "../audit/audit-entry.ts";
import { type HostingErrorOf, hasCode } from "../errors/index.ts";
import type { HostingPorts } from "../ports/hosting-ports.ts";
import type { StoreError } from "../ports/store/index.ts";
import { err, flow, ok, type ResultAsync } from "../result/index.ts";
import type { SiteId } from "../site/site.ts";

/** What is written down of repairs. */
export interface RepairNote {
  readonly action: Extract<AuditAction, "site.reconciled" | "site.repaired">;
  readonly actor: string;
  readonly after: JsonValue;
}

/** Audited with a new version of the site's record, though nothing in it changes: the repair is of the world. */
export function noteRepairs(
  ports: HostingPorts,
  siteId: SiteId,
  { action, actor, after }: RepairNote,
): ResultAsync<void, StoreError | HostingErrorOf<"SITE_NOT_FOUND"> | HostingErrorOf<"STORE_CONFLICT">> {
  return flow(async function* () {
    const audit: AuditDraft = { actor, action, siteId, subject: siteId, at: ports.clock.now(), after };
    const { version } = yield* ports.store.getSite(siteId);
    let written = await ports.store.updateSite({ siteId, expectVersion: version, change: {}, audit });
    if (written.isErr() && hasCode(written.error, "STORE_CONFLICT")) {
      // Somebody changed the name in between; no reason to go without the entry.
      const { version: newer } = yield* ports.store.getSite(siteId);
      written = await ports.store.updateSite({ siteId, expectVersion: newer, change: {}, audit });
    }
    if (written.isErr()) return err(written.error);
    ports.emit(audit);
    return ok(undefined);
  });
}
