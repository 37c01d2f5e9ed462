import type { AuditDraft } from "../audit/audit-entry.ts";
import { type HostingError, type HostingErrorOf, hasCode } from "../errors/index.ts";
import type { ActingOptions } from "../ports/call-options.ts";
import type { HostingPorts } from "../ports/hosting-ports.ts";
import type { RevisionMove, StoreError } from "../ports/store/index.ts";
import { askAll } from "../publish/ask-targets.ts";
import { fleetPolicyOf } from "../publish/fleet-policy-of.ts";
import { type HeldLease, type HoldLeaseOptions, holdLease, type LeaseError } from "../publish/hold-lease.ts";
import { type RecoverError, recoverPublications } from "../publish/recover-publications.ts";
import { previewSlot, type Slot } from "../publish/slot.ts";
import { type TargetFailureError, targetFailure } from "../publish/target-failures.ts";
import { err, flow, ok, type ResultAsync } from "../result/index.ts";
import { moveRevision } from "../revision/move-revision.ts";
import type { Preview, PreviewId } from "./preview.ts";

/** Errors of closing a preview. */
export type ClosePreviewError =
  | LeaseError
  | RecoverError
  | StoreError
  | TargetFailureError
  | HostingErrorOf<"PREVIEW_NOT_FOUND">
  | HostingErrorOf<"STORE_CONFLICT">;

/**
 * Revokes a preview: from the moment this is recorded no token check lets anybody in, and then its pointer is taken
 * from every target. When a target can't be reached the preview stays revoked, the call fails, and
 * `previews.sweep` goes on later. Idempotent.
 */
export function revokePreview(
  ports: HostingPorts,
  previewId: PreviewId,
  options: ActingOptions & HoldLeaseOptions = {},
): ResultAsync<Preview, ClosePreviewError> {
  const { signal, actor = "system" } = options;
  return flow(async function* () {
    const { siteId } = yield* ports.store.getPreview(previewId, { signal });
    const now = ports.clock.now();
    const audit: AuditDraft = { actor, action: "preview.revoked", siteId, subject: previewId, at: now };
    const revoked = yield* ports.store.revokePreview({ previewId, now, audit }, { signal });
    if (revoked.revokedAt?.getTime() === now.getTime()) ports.emit(audit);
    if (revoked.closedAt !== undefined) return ok(revoked);
    return ok(yield* holdLease(ports, siteId, options, (held) => close(ports, held, revoked, actor)));
  });
}

/** What `previews.sweep` did. */
export interface SweptPreviews {
  readonly closed: readonly PreviewId[];
  /** Previews that could not be closed, each with its reason; the next sweep tries again. */
  readonly failed: readonly { readonly previewId: PreviewId; readonly error: HostingError }[];
}

/**
 * Takes every preview that is over (expired or revoked) from where it is served. Each succeeds or fails on its own.
 * Run it from time to time; token checks do not wait for it.
 */
export function sweepPreviews(
  ports: HostingPorts,
  options: HoldLeaseOptions = {},
): ResultAsync<SweptPreviews, StoreError> {
  const { signal } = options;
  return flow(async function* () {
    const closed: PreviewId[] = [];
    const failed: { previewId: PreviewId; error: HostingError }[] = [];
    const overAt = ports.clock.now();
    let after: string | undefined;
    do {
      const page = yield* ports.store.listPreviews({ overAt, after }, { signal });
      for (const preview of page.items) {
        const done = await holdLease(ports, preview.siteId, options, (held) => close(ports, held, preview, "system"));
        if (done.isOk()) closed.push(preview.id);
        else failed.push({ previewId: preview.id, error: done.error });
      }
      after = page.next;
    } while (after !== undefined && signal?.aborted !== true);
    return ok({ closed, failed });
  });
}

function close(
  ports: HostingPorts,
  held: HeldLease,
  preview: Preview,
  actor: string,
): ResultAsync<Preview, ClosePreviewError> {
  return flow(async function* () {
    const site = yield* ports.store.getSite(preview.siteId, { signal: held.signal });
    yield* recoverPublications(ports, held, ports.targetsOf(site), fleetPolicyOf(ports, site));
    return ok(yield* closePreviewSlot(ports, held, preview, actor));
  });
}

/** Under the lease: takes the pointer from every target, then from the record, then notes that it is done. */
export function closePreviewSlot(
  ports: HostingPorts,
  held: HeldLease,
  preview: Preview,
  actor: string,
): ResultAsync<Preview, ClosePreviewError> {
  return flow(async function* () {
    const { siteId, fencingToken, lost } = held;
    const slot = previewSlot(preview.id);
    const site = yield* ports.store.getSite(siteId, { signal: lost });
    const able = ports.targetsOf(site).filter(({ capabilities }) => capabilities.previews);
    const answers = await askAll(ports, able, lost, (target, signal) =>
      target.activate({ siteId, slot, release: null, fencingToken }, { signal }),
    );
    if (answers.some(({ result }) => result?.isOk() !== true)) {
      return err(
        targetFailure(answers, { siteId, publication: fencingToken, step: "close the preview", state: "unknown" }),
      );
    }
    const at = ports.clock.now();
    const slots = yield* ports.store.listSlots(siteId, { signal: lost });
    const shown = slots.find(({ name }) => name === slot);
    const over: AuditDraft = { actor, action: "preview.expired", siteId, subject: preview.id, at };
    if (shown !== undefined) {
      const revisions = yield* movesOfClosing(ports, preview, slots);
      const change = { siteId, slot, expect: shown.publication, value: null, fencingToken, revisions, at } as const;
      yield* ports.store.compareAndSetSlot({ ...change, audit: over });
      ports.emit(over);
    }
    return ok(yield* ports.store.closePreview({ previewId: preview.id, now: at }));
  });
}

/** The revision leaves `in_preview` with its last open preview. */
function movesOfClosing(
  ports: HostingPorts,
  preview: Preview,
  slots: readonly Slot[],
): ResultAsync<readonly RevisionMove[], StoreError> {
  return flow(async function* () {
    const { revisionId } = preview;
    const others = slots.some(
      ({ name, revisionId: shown }) => name !== "live" && name !== previewSlot(preview.id) && shown === revisionId,
    );
    if (others) return ok([]);
    const revision = await ports.store.getRevision(revisionId);
    if (revision.isErr()) return hasCode(revision.error, "REVISION_NOT_FOUND") ? ok([]) : err(revision.error);
    // A state without this step (it was rejected meanwhile) stays as it is.
    const { state: from } = revision.value;
    const to = moveRevision(revision.value, "close_preview").unwrapOr(from);
    return ok(to === from ? [] : [{ revisionId, from, to }]);
  });
}
