import type { AuditDraft } from "../audit/audit-entry.ts";
import type { HostingErrorOf } from "../errors/index.ts";
import type { ActingOptions } from "../ports/call-options.ts";
import type { HostingPorts } from "../ports/hosting-ports.ts";
import type { StoreError } from "../ports/store/index.ts";
import { flow, ok, type ResultAsync } from "../result/index.ts";
import { moveRevision } from "./move-revision.ts";
import type { Revision, RevisionId } from "./revision.ts";

/** Errors of `revisions.reject`. */
export type RejectRevisionError =
  | StoreError
  | HostingErrorOf<"REVISION_NOT_FOUND">
  | HostingErrorOf<"REVISION_TRANSITION_INVALID">
  | HostingErrorOf<"STORE_CONFLICT">;

/**
 * A person decides against a revision that was never live: it can't be previewed or published any more. Open previews
 * of it stay until they expire or are revoked. Rejecting again changes nothing.
 */
export function rejectRevision(
  ports: HostingPorts,
  revisionId: RevisionId,
  options: ActingOptions & { readonly reason?: string | undefined } = {},
): ResultAsync<Revision, RejectRevisionError> {
  const { signal } = options;
  return flow(async function* () {
    const revision = yield* ports.store.getRevision(revisionId, { signal });
    const state = yield* moveRevision(revision, "reject");
    if (state === revision.state) return ok(revision);
    const audit: AuditDraft = {
      actor: options.actor ?? "system",
      action: "revision.rejected",
      siteId: revision.siteId,
      subject: revisionId,
      at: ports.clock.now(),
      before: { state: revision.state },
      after: options.reason === undefined ? { state } : { state, reason: options.reason },
    };
    const rejected = yield* ports.store.updateRevision(
      { revisionId, expectState: revision.state, change: { state }, audit },
      { signal },
    );
    ports.emit(audit);
    return ok(rejected);
  });
}
