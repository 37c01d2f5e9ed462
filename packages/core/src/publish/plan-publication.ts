import type { Manifest } from "../archive/manifest.ts";
import { type HostingError, type HostingErrorOf, hostingError } from "../errors/index.ts";
import type { CallOptions } from "../ports/call-options.ts";
import type { HostingPorts } from "../ports/hosting-ports.ts";
import type { Target, TargetError } from "../ports/target.ts";
import { err, flow, ok, type ResultAsync } from "../result/index.ts";
import { loadManifest } from "../revision/load-manifest.ts";
import type { RevisionId } from "../revision/revision.ts";
import type { SiteId } from "../site/site.ts";
import { askAll } from "./ask-targets.ts";
import { prepareRelease } from "./prepare-release.ts";
import {
  type BeforePublication,
  type PublishError,
  type PublishOptions,
  type PublishOutcome,
  publishRevision,
} from "./publish-revision.ts";
import { isContentFile, type ReleaseId, type ReleaseManifest, releaseIdOf } from "./release.ts";
import { readSlot, releaseManifestOf } from "./release-records.ts";
import { weighingBlobs } from "./weighing-blobs.ts";

/** What publishing would send to one target. */
export interface TargetPlan {
  readonly target: string;
  /** What it shows now; `null`: nothing. */
  readonly shows: ReleaseId | null;
  /** Blobs it lacks: of the content, of its compressed files, and of the assets that are kept from before. */
  readonly missingFiles: number;
  readonly missingBytes: number;
  /** Set when the target could not be asked; then the numbers are those of the whole content. */
  readonly problem?: HostingError | undefined;
}

/** What `publish` would do. Nothing has been done. */
export interface PublishPlan {
  readonly siteId: SiteId;
  readonly revisionId: RevisionId;
  /** Live now. */
  readonly current: RevisionId | null;
  readonly outcome: "publish" | "unchanged";
  /** Paths, compared with what is live on record. */
  readonly added: readonly string[];
  readonly changed: readonly string[];
  readonly removed: readonly string[];
  readonly targets: readonly TargetPlan[];
  /** The publication that the plan stands on; `applyPlan` is refused when it is no longer the live one. */
  readonly basis: number | null;
}

/**
 * Shows what publishing a revision would do, by asking the record and every target. Changes nothing. With `precompress`, new text
 * is compressed to know what it would weigh, which takes as long as when it is published.
 */
export function planPublication(
  ports: HostingPorts,
  revisionId: RevisionId,
  options: CallOptions = {},
): ResultAsync<PublishPlan, PublishError> {
  const { signal = new AbortController().signal } = options;
  return flow(async function* () {
    const revision = yield* ports.store.getRevision(revisionId, { signal });
    const manifest = yield* loadManifest(ports, revision, { signal });
    const site = yield* ports.store.getSite(revision.siteId, { signal });
    const current = yield* readSlot(ports, site.id, "live", { signal });
    const before = yield* releaseManifestOf(ports, current, { signal });
    const release = releaseIdOf(Number.MAX_SAFE_INTEGER, manifest.digest);
    // What would be laid out, with the compressed files and the assets of before: made, weighed and forgotten.
    const weighing = { ...ports, blobs: weighingBlobs(ports.blobs) };
    const content = { manifest, release, before, now: ports.clock.now(), laterThanSeconds: 0 };
    const wanted = yield* prepareRelease(weighing, content, { signal });
    const asked = await askAll(ports, ports.targetsOf(site), signal, (target, own) =>
      ask(target, wanted, site.id, own),
    );
    const targets = asked.map(({ target, result }) =>
      result?.isOk() ? result.value : unanswered(target, wanted, result?.isErr() ? result.error : undefined),
    );
    const same = current?.manifestDigest === manifest.digest && targets.every(({ shows }) => shows === current.release);
    return ok({
      siteId: site.id,
      revisionId,
      current: current?.revisionId ?? null,
      outcome: same ? ("unchanged" as const) : ("publish" as const),
      ...compare(before, manifest),
      targets,
      basis: current?.publication ?? null,
    });
  });
}

/**
 * Publishes what a plan showed, or refuses with `PLAN_STALE` when another publication is live than when it was made.
 */
export function applyPlan(
  ports: HostingPorts,
  plan: PublishPlan,
  options: Omit<PublishOptions, "expectCurrent" | "siteId"> = {},
  before?: BeforePublication,
): ResultAsync<PublishOutcome, PublishError | HostingErrorOf<"PLAN_STALE">> {
  const { signal } = options;
  return flow(async function* () {
    const { siteId, revisionId, basis, current } = plan;
    const live = yield* readSlot(ports, siteId, "live", { signal });
    if ((live?.publication ?? null) !== basis) return err(stale(plan, live?.publication ?? null));
    const expectPublication = basis;
    const expected = { ...options, siteId, expectCurrent: current, expectPublication };
    const outcome = await publishRevision(ports, revisionId, expected, before);
    if (outcome.isErr() && outcome.error.code === "PUBLISH_CONFLICT") return err(stale(plan, null, outcome.error));
    return outcome;
  });
}

function stale(plan: PublishPlan, live: number | null, cause?: unknown): HostingErrorOf<"PLAN_STALE"> {
  const changed = live === null ? "what is live" : `live publication: ${plan.basis ?? "none"} → ${live}`;
  return hostingError(
    "PLAN_STALE",
    "The site has changed since the plan was made.",
    { siteId: plan.siteId, changed },
    { cause },
  );
}

function ask(
  target: Target,
  manifest: ReleaseManifest,
  siteId: SiteId,
  signal: AbortSignal,
): ResultAsync<TargetPlan, TargetError> {
  return flow(async function* () {
    const seen = yield* target.observe(siteId, { signal });
    const missing = yield* target.missing({ siteId, manifest }, { signal });
    return ok({ target: target.name, shows: seen.slots.get("live") ?? null, ...weigh(manifest, new Set(missing)) });
  });
}

function unanswered(target: Target, manifest: ReleaseManifest, problem: HostingError | undefined): TargetPlan {
  const all = new Set(manifest.files.map(({ sha256 }) => sha256));
  return { target: target.name, shows: null, ...weigh(manifest, all), problem };
}

function weigh(
  manifest: ReleaseManifest,
  missing: ReadonlySet<string>,
): { missingFiles: number; missingBytes: number } {
  const sizes = new Map<string, number>();
  for (const { sha256, size } of manifest.files) if (missing.has(sha256)) sizes.set(sha256, size);
  let missingBytes = 0;
  for (const size of sizes.values()) missingBytes += size;
  return { missingFiles: sizes.size, missingBytes };
}

function compare(
  before: ReleaseManifest | undefined,
  after: Manifest,
): { added: readonly string[]; changed: readonly string[]; removed: readonly string[] } {
  const old = new Map(before?.files.filter(isContentFile).map(({ path, sha256 }) => [path, sha256]));
  const added: string[] = [];
  const changed: string[] = [];
  for (const { path, sha256 } of after.files) {
    const was = old.get(path);
    if (was === undefined) added.push(path);
    else if (was !== sha256) changed.push(path);
    old.delete(path);
  }
  return { added, changed, removed: [...old.keys()] };
}
