import type { ArchiveReport } from "../archive/report.ts";
import type { HostingErrorOf } from "../errors/index.ts";
import type { WorkOptions } from "../ports/call-options.ts";
import type { HostingPorts } from "../ports/hosting-ports.ts";
import type { StoreError } from "../ports/store/index.ts";
import { type ClosePreviewError, revokePreview } from "../preview/close-preview.ts";
import type { Preview, PreviewId } from "../preview/preview.ts";
import { type FreezeSiteError, freezeSite, unfreezeSite } from "../publish/freeze-site.ts";
import type { HoldLeaseOptions } from "../publish/hold-lease.ts";
import { type SetServingStateError, setServingState } from "../publish/set-serving-state.ts";
import type { ResultAsync } from "../result/index.ts";
import { type RejectRevisionError, rejectRevision } from "../revision/reject-revision.ts";
import type { Revision, RevisionId } from "../revision/revision.ts";
import { type ValidateRevisionError, validateRevision } from "../revision/validate-revision.ts";
import { type RenameSiteError, renameSite } from "../site/rename-site.ts";
import type { ServingState, Site, SiteId } from "../site/site.ts";
import { optional } from "./call-identity.ts";
import type { IdempotentOptions } from "./idempotency-policy.ts";
import { type IdempotencyError, once } from "./once.ts";

// Calls that say how something shall be, not what to do to it: to do them again after a crash is to do nothing.

/** `sites.rename`, once for an idempotency key. */
export function renameSiteOnce(
  ports: HostingPorts,
  siteId: SiteId,
  input: { readonly name: string },
  options?: IdempotentOptions,
): ResultAsync<Site, RenameSiteError | IdempotencyError> {
  return once(ports, { operation: "sites.rename", input: [siteId, input.name], options }, () =>
    renameSite(ports, siteId, input, options),
  );
}

/** `sites.setState`, once for an idempotency key. */
export function setServingStateOnce(
  ports: HostingPorts,
  siteId: SiteId,
  state: ServingState,
  options?: IdempotentOptions & HoldLeaseOptions,
): ResultAsync<Site, SetServingStateError | IdempotencyError> {
  return once(ports, { operation: "sites.setState", input: [siteId, state], options }, () =>
    setServingState(ports, siteId, state, options),
  );
}

/** `sites.freeze`, once for an idempotency key. */
export function freezeSiteOnce(
  ports: HostingPorts,
  siteId: SiteId,
  input: { readonly reason: string },
  options?: IdempotentOptions & HoldLeaseOptions,
): ResultAsync<Site, FreezeSiteError | IdempotencyError> {
  return once(ports, { operation: "sites.freeze", input: [siteId, input.reason], options }, () =>
    freezeSite(ports, siteId, input, options),
  );
}

/** `sites.unfreeze`, once for an idempotency key. */
export function unfreezeSiteOnce(
  ports: HostingPorts,
  siteId: SiteId,
  options?: IdempotentOptions,
): ResultAsync<Site, StoreError | IdempotencyError | HostingErrorOf<"SITE_NOT_FOUND">> {
  return once(ports, { operation: "sites.unfreeze", input: [siteId], options }, () =>
    unfreezeSite(ports, siteId, options),
  );
}

/** `revisions.validate`, once for an idempotency key. */
export function validateRevisionOnce(
  ports: HostingPorts,
  revisionId: RevisionId,
  options?: IdempotentOptions & WorkOptions,
): ResultAsync<ArchiveReport, ValidateRevisionError | IdempotencyError> {
  return once(ports, { operation: "revisions.validate", input: [revisionId], options }, () =>
    validateRevision(ports, revisionId, options),
  );
}

/** `revisions.reject`, once for an idempotency key. */
export function rejectRevisionOnce(
  ports: HostingPorts,
  revisionId: RevisionId,
  options: IdempotentOptions & { readonly reason?: string | undefined } = {},
): ResultAsync<Revision, RejectRevisionError | IdempotencyError> {
  const input = [revisionId, optional(options.reason)];
  return once(ports, { operation: "revisions.reject", input, options }, () =>
    rejectRevision(ports, revisionId, options),
  );
}

/** `previews.revoke`, once for an idempotency key. */
export function revokePreviewOnce(
  ports: HostingPorts,
  previewId: PreviewId,
  options?: IdempotentOptions & HoldLeaseOptions,
): ResultAsync<Preview, ClosePreviewError | IdempotencyError> {
  return once(ports, { operation: "previews.revoke", input: [previewId], options }, () =>
    revokePreview(ports, previewId, options),
  );
}
