import type { AuditDraft } from "../audit/audit-entry.ts";
import { type HostingErrorOf, hostingError } from "../errors/index.ts";
import { newId } from "../identity/identity.ts";
import type { ActingOptions, WorkOptions } from "../ports/call-options.ts";
import type { HostingPorts } from "../ports/hosting-ports.ts";
import { type HeldLease, holdLease } from "../publish/hold-lease.ts";
import type { PublishError } from "../publish/publish-revision.ts";
import { publishSlot } from "../publish/publish-slot.ts";
import { recoverPublications } from "../publish/recover-publications.ts";
import { previewSlot } from "../publish/slot.ts";
import { targetsOf } from "../publish/targets-of.ts";
import { err, flow, ok, type Result, type ResultAsync } from "../result/index.ts";
import { loadManifest } from "../revision/load-manifest.ts";
import type { RevisionId } from "../revision/revision.ts";
import { closePreviewSlot } from "./close-preview.ts";
import type { Preview, PreviewId } from "./preview.ts";
import { hashPreviewToken, newPreviewToken } from "./preview-token.ts";

/** Errors of `previews.open`. */
export type OpenPreviewError = PublishError | HostingErrorOf<"INVALID_INPUT">;

/** Options of `previews.open`. */
export interface OpenPreviewOptions extends ActingOptions, WorkOptions {
  /** Life in milliseconds: 1 second to 30 days; default 24 hours. */
  readonly ttlMs?: number | undefined;
  /** The link works once. Needs the control plane to let the visitor in: a target can't count. Default false. */
  readonly singleUse?: boolean | undefined;
  /** How long to wait for another publication of the site to end, in milliseconds; default 60,000. */
  readonly waitMs?: number | undefined;
}

/** A preview that is open, with the only copy of its token. */
export interface OpenedPreview {
  readonly preview: Preview;
  /** Send it to whoever may look. It is stored nowhere and can't be shown again. */
  readonly token: string;
}

const defaultTtlMs = 24 * 60 * 60 * 1000;
const longestTtlMs = 30 * defaultTtlMs;
const shortestTtlMs = 1000;

/**
 * Shows a validated revision to whoever holds the token, on the same targets and by the same steps as publishing. Every
 * call opens another preview with a token of its own. Fails as publishing does, and then leaves no preview open.
 */
export function openPreview(
  ports: HostingPorts,
  revisionId: RevisionId,
  options: OpenPreviewOptions = {},
): ResultAsync<OpenedPreview, OpenPreviewError> {
  const { signal, actor = "system", waitMs } = options;
  return flow(async function* () {
    const ttlMs = yield* checkTtl(options.ttlMs ?? defaultTtlMs);
    const revision = yield* ports.store.getRevision(revisionId, { signal });
    yield* loadManifest(ports, revision, { signal });
    // Before anything is written: where nothing can show it there shall be no record of it.
    yield* targetsOf(ports, yield* ports.store.getSite(revision.siteId, { signal }), "previews");
    const token = newPreviewToken(ports.random);
    const at = ports.clock.now();
    const preview: Preview = {
      id: newId("preview", ports.random) as PreviewId,
      siteId: revision.siteId,
      revisionId,
      tokenHash: hashPreviewToken(token),
      createdAt: at,
      expiresAt: new Date(at.getTime() + ttlMs),
      singleUse: options.singleUse ?? false,
    };
    const { id: subject, siteId, expiresAt } = preview;
    const after = { revisionId, expiresAt: expiresAt.toISOString() };
    const audit: AuditDraft = { actor, action: "preview.opened", siteId, subject, at, after };
    const written = yield* createRecord(ports, preview, audit, options);
    ports.emit(audit);
    const shown = await holdLease(ports, siteId, { signal, waitMs }, (held) => show(ports, held, written, options));
    if (shown.isOk()) return ok({ preview: written, token });
    // Nobody has the token; close the record as well, without the caller's signal. Failing that, it expires.
    void (await ports.store.closePreview({ previewId: written.id, now: ports.clock.now() }));
    return err(shown.error);
  });
}

function createRecord(
  ports: HostingPorts,
  preview: Preview,
  audit: AuditDraft,
  options: ActingOptions,
): ResultAsync<Preview, OpenPreviewError> {
  return ports.store.createPreview({ preview, audit }, { signal: options.signal });
}

function show(
  ports: HostingPorts,
  held: HeldLease,
  preview: Preview,
  options: OpenPreviewOptions,
): ResultAsync<void, OpenPreviewError> {
  return flow(async function* () {
    const { signal } = held;
    const site = yield* ports.store.getSite(preview.siteId, { signal });
    const targets = ports.targetsOf(site);
    yield* recoverPublications(ports, held, targets);
    const revision = yield* ports.store.getRevision(preview.revisionId, { signal });
    const manifest = yield* loadManifest(ports, revision, { signal });
    const able = yield* targetsOf(ports, site, "previews");
    const { tokenHash, expiresAt, singleUse } = preview;
    const published = await publishSlot(ports, held, {
      revision,
      manifest,
      slot: previewSlot(preview.id),
      guard: { tokenHash: singleUse ? null : tokenHash, expiresAt },
      targets: able,
      current: undefined,
      actor: options.actor ?? "system",
      onProgress: options.onProgress,
    });
    if (published.isOk()) return ok(undefined);
    // Should it show somewhere all the same, take it away; recovery does so too.
    void (await closePreviewSlot(ports, held, preview, "system"));
    return err(published.error);
  });
}

function checkTtl(ttlMs: number): Result<number, HostingErrorOf<"INVALID_INPUT">> {
  if (Number.isFinite(ttlMs) && ttlMs >= shortestTtlMs && ttlMs <= longestTtlMs) return ok(ttlMs);
  const problem = `must be from ${shortestTtlMs} to ${longestTtlMs} milliseconds`;
  return err(hostingError("INVALID_INPUT", `The life of a preview ${problem}.`, { field: "ttlMs", problem }));
}
