import type { AuditDraft } from "../audit/audit-entry.ts";
import { type HostingErrorOf, hasCode, hostingError } from "../errors/index.ts";
import { type Attempt, onlyAttempt } from "../idempotency/attempt.ts";
import type { ActingOptions, WorkOptions } from "../ports/call-options.ts";
import type { HostingPorts } from "../ports/hosting-ports.ts";
import { fleetPolicyOf } from "../publish/fleet-policy-of.ts";
import { type HeldLease, holdLease } from "../publish/hold-lease.ts";
import type { PublishError } from "../publish/publish-revision.ts";
import { publishSlot } from "../publish/publish-slot.ts";
import { recoverPublications } from "../publish/recover-publications.ts";
import { readSlot } from "../publish/release-records.ts";
import { previewSlot } from "../publish/slot.ts";
import { targetsOf } from "../publish/targets-of.ts";
import { err, flow, ok, type Result, type ResultAsync } from "../result/index.ts";
import { loadManifest } from "../revision/load-manifest.ts";
import type { RevisionId } from "../revision/revision.ts";
import type { SiteId } from "../site/site.ts";
import { closePreviewSlot } from "./close-preview.ts";
import type { Preview, PreviewId } from "./preview.ts";
import { hashPreviewToken } from "./preview-token.ts";

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
  attempt: Attempt = onlyAttempt(ports),
): ResultAsync<OpenedPreview, OpenPreviewError> {
  const { signal, waitMs } = options;
  return flow(async function* () {
    const ttlMs = yield* checkTtl(options.ttlMs ?? defaultTtlMs);
    const revision = yield* ports.store.getRevision(revisionId, { signal });
    yield* loadManifest(ports, revision, { signal });
    // Before anything is written: where nothing can show it there shall be no record of it.
    yield* targetsOf(ports, yield* ports.store.getSite(revision.siteId, { signal }), "previews");
    const { siteId } = revision;
    const opened = yield* draw(ports, attempt, { siteId, revisionId, ttlMs }, options);
    const { id: previewId } = opened.preview;
    const shown = await holdLease(ports, siteId, { signal, waitMs }, (held) =>
      show(ports, held, opened.preview, options),
    );
    if (shown.isOk()) return ok(opened);
    // Nobody has the token; close the record as well, without the caller's signal. Failing that, it expires.
    void (await ports.store.closePreview({ previewId, now: ports.clock.now() }));
    return err(shown.error);
  });
}

/**
 * The record of the preview: the open one that an earlier attempt left, or else a new one. Previews of earlier attempts
 * that were closed, because they could not be shown, stay closed.
 */
function draw(
  ports: HostingPorts,
  attempt: Attempt,
  wanted: { readonly siteId: SiteId; readonly revisionId: RevisionId; readonly ttlMs: number },
  options: OpenPreviewOptions,
): ResultAsync<OpenedPreview, OpenPreviewError> {
  const { signal, singleUse = false } = options;
  return flow(async function* () {
    for (let index = 0; ; index += 1) {
      const id = attempt.id("preview", index) as PreviewId;
      const tokens = attempt.tokens(index);
      const found = attempt.resumed ? await ports.store.getPreview(id, { signal }) : undefined;
      if (found?.isOk()) {
        const token = tokens.find((each) => hashPreviewToken(each) === found.value.tokenHash);
        if (token !== undefined && isOpen(found.value, ports.clock.now())) return ok({ preview: found.value, token });
        continue;
      }
      if (found?.isErr() && !hasCode(found.error, "PREVIEW_NOT_FOUND")) return err(found.error);
      const [token] = tokens;
      if (token === undefined) throw new TypeError("A preview is drawn without a token.");
      const { siteId, revisionId, ttlMs } = wanted;
      const createdAt = ports.clock.now();
      const expiresAt = new Date(createdAt.getTime() + ttlMs);
      const tokenHash = hashPreviewToken(token);
      const preview: Preview = { id, siteId, revisionId, tokenHash, createdAt, expiresAt, singleUse };
      return ok({ preview: yield* createRecord(ports, preview, options), token });
    }
  });
}

function isOpen({ closedAt, revokedAt, expiresAt }: Preview, now: Date): boolean {
  return closedAt === undefined && revokedAt === undefined && expiresAt > now;
}

function createRecord(
  ports: HostingPorts,
  preview: Preview,
  options: ActingOptions,
): ResultAsync<Preview, OpenPreviewError> {
  const { actor = "system", signal } = options;
  return flow(async function* () {
    const { id: subject, siteId, revisionId, createdAt: at, expiresAt } = preview;
    const after = { revisionId, expiresAt: expiresAt.toISOString() };
    const audit: AuditDraft = { actor, action: "preview.opened", siteId, subject, at, after };
    const written = yield* ports.store.createPreview({ preview, audit }, { signal });
    ports.emit(audit);
    return ok(written);
  });
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
    const policy = fleetPolicyOf(ports, site);
    yield* recoverPublications(ports, held, targets, policy);
    // By an earlier attempt, or by recovery of it.
    if ((yield* readSlot(ports, site.id, previewSlot(preview.id), { signal })) !== undefined) return ok(undefined);
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
      policy,
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
