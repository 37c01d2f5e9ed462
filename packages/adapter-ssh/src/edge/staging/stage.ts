import { setMaxListeners } from "node:events";
import {
  assertReleasePaths,
  hostingError,
  isReleaseId,
  type ProgressListener,
  type ReleaseFile,
  type StageOutcome,
  type StageRequest,
} from "@hostelry/core/adapter";
import type { EdgeParts, Tracked } from "../edge-parts.ts";
import { failedState, granted } from "../edge-parts.ts";
import { heldReleases, readHeldRelease } from "../held-releases.ts";
import { type KnownRelease, knownRelease } from "../known-releases.ts";
import { assertSiteId, assertToken, invalidInput } from "../layout/request-checks.ts";
import type { Answer } from "../node/answer.ts";
import { blame } from "./blame.ts";
import { type FlipToSend, sendRelease } from "./send-release.ts";
import { type StagePlan, stagePlan } from "./stage-plan.ts";

/** What laying out came to. */
export interface StagedRelease {
  readonly outcome: StageOutcome;
  /** What the node said of the flip, if it was done in the same go. */
  readonly flipped?: Answer | undefined;
}

/** Lays a release out on the node: begins with a release that it holds, and sends what that lacks; flips to it, if that is asked for and safe. */
export async function stage(
  parts: EdgeParts,
  request: StageRequest,
  tracked: Tracked,
  onProgress: ProgressListener | undefined,
  flip?: FlipToSend,
): Promise<StagedRelease> {
  const { siteId, manifest, fencingToken } = request;
  const { signal } = tracked;
  assertSiteId(siteId);
  assertToken(fencingToken);
  if (!isReleaseId(manifest.release)) throw invalidInput("manifest", "its release has no release's name");
  assertReleasePaths(manifest.files);
  if (signal !== undefined) setMaxListeners(0, signal);

  const wanted = knownRelease(manifest);
  const tell = progress(manifest.files.length, onProgress);
  // First what is remembered or on record, then what the node says it has, then nothing at all.
  const guesses = [
    async () => remembered(parts, request) ?? (await newestHeld(parts, request, signal)),
    () => newestHeld(parts, request, signal),
    async () => [],
  ];
  for (const guess of guesses) {
    const plan = stagePlan(wanted, await guess());
    const staged = await attempt(parts, request, plan, tracked, tell, flip);
    if (staged !== "base-refused") {
      parts.known.remember(siteId, wanted);
      return staged;
    }
    if (plan.base !== undefined) parts.known.forget(siteId, plan.base.manifest.release);
  }
  throw new Error("a stage that begins with nothing was refused its base");
}

async function attempt(
  parts: EdgeParts,
  request: StageRequest,
  plan: StagePlan,
  tracked: Tracked,
  tell: (done: number) => void,
  flip: FlipToSend | undefined,
): Promise<StagedRelease | "base-refused"> {
  const { siteId, manifest, fencingToken } = request;
  const about = { operation: "stage", siteId, fencingToken, release: manifest.release };
  let sentFiles = 0;
  let sentBytes = 0;
  const reused = manifest.files.length - plan.sent.length - plan.secondNames.length;
  const onBegin = (): void => {
    [sentFiles, sentBytes] = [0, 0];
    tell(reused);
  };
  const onFile = (file: ReleaseFile): void => {
    sentFiles += 1;
    sentBytes += file.size;
    tell(reused + sentFiles);
  };
  const tracking = flip && {
    ...flip,
    onFlip: (): void => {
      tracked.state = "unknown";
      flip.onFlip();
    },
  };
  const answer = await sendRelease(parts, { request, plan, signal: tracked.signal, onBegin, onFile, flip: tracking });
  tracked.state = "unchanged";
  const { end } = answer;
  if (answer.held !== undefined) {
    await assertSame(parts, request, plan.release, answer.held, tracked);
    return { outcome: { sentFiles: 0, sentBytes: 0, reusedFiles: 0 } };
  }
  if (end.kind === "refused" && end.code === "BASE") return "base-refused";
  // Copies are hashed as what is sent is: bytes of an earlier release may be damaged that nobody has looked at yet.
  if (end.kind === "refused" && end.code === "CONTENT" && plan.copied.length > 0) return "base-refused";
  if (end.kind === "refused" && end.code === "CONTENT") throw await blame(parts, request, plan, tracked);
  granted(parts, about, failedState(answer), answer);
  tell(manifest.files.length);
  const outcome = {
    sentFiles: sentFiles + plan.secondNames.length,
    sentBytes,
    reusedFiles: manifest.files.length - sentFiles - plan.secondNames.length,
  };
  return { outcome, flipped: answer.flips ? answer : undefined };
}

/** A release of that name was there: the same content is what was wanted, other content can't be. */
async function assertSame(
  parts: EdgeParts,
  { siteId, manifest }: StageRequest,
  wanted: KnownRelease,
  digest: string,
  { signal }: Tracked,
): Promise<void> {
  const { release } = manifest;
  if (digest === wanted.digest) return;
  const held = await readHeldRelease(parts, siteId, { release, digest }, signal);
  if (held.manifest.manifestDigest === manifest.manifestDigest) return;
  const path = `sites/${siteId}/releases/${release}`;
  const problem = `release ${release} is there with other content`;
  const details = { target: parts.name, path, problem };
  throw hostingError("TARGET_LAYOUT_INVALID", `${path} can't be used: ${problem}.`, details);
}

function remembered(parts: EdgeParts, { siteId, before }: StageRequest): readonly KnownRelease[] | undefined {
  const known = parts.known.of(siteId);
  if (known.length > 0) return known;
  if (before === undefined) return undefined;
  return before === null ? [] : [knownRelease(before)];
}

async function newestHeld(
  parts: EdgeParts,
  { siteId }: StageRequest,
  signal: AbortSignal | undefined,
): Promise<readonly KnownRelease[]> {
  const newest = (await heldReleases(parts, siteId, signal)).findLast(({ damaged }) => !damaged);
  return newest === undefined ? [] : [await readHeldRelease(parts, siteId, newest, signal)];
}

function progress(total: number, onProgress: ProgressListener | undefined): (done: number) => void {
  let last = -1;
  return (done) => {
    // Now and then is enough: a listener is called for each hundredth.
    if (done === last || (done < total && done - last < total / 100)) return;
    last = done;
    onProgress?.({ step: "stage", done, total, unit: "files" });
  };
}
