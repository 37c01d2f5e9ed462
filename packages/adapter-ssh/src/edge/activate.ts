import { type ActivateOutcome, type ActivateRequest, isReleaseId, type ProbeSample } from "@hostelry/core/adapter";
import { assertShown, dockWords } from "./dock.ts";
import { change, type EdgeParts, look, type Tracked, unreadableAnswer } from "./edge-parts.ts";
import { assertGuard, assertSiteId, assertSlot, assertToken, invalidInput } from "./layout/request-checks.ts";
import { type Answer, lineOf } from "./node/answer.ts";
import { readObservation } from "./observation.ts";
import { readProbe, sampleLines } from "./probe.ts";

/** What a flip is, apart from when. */
export type FlipRequest = Omit<ActivateRequest, "fencingToken">;

/** Points a slot to a release, or to nothing, and looks at what that shows. */
export async function activate(parts: EdgeParts, request: ActivateRequest, tracked: Tracked): Promise<ActivateOutcome> {
  const { siteId, slot, release, fencingToken } = request;
  assertToken(fencingToken);
  if (release !== null && !isReleaseId(release)) throw invalidInput("release", "it is not the name of a release");
  const { words: rest, lines: followedBy } = flipWords(parts, request);
  const about = { operation: "activate", siteId, fencingToken, release: release ?? undefined };
  const words = ["activate", siteId, String(fencingToken), slot, release ?? "-", ...rest];
  const { signal } = tracked;
  return flippedBy(parts, await change(parts, about, tracked, { words, followedBy, signal }), request);
}

/** The words of a flip after slot and release, and the lines that follow them. Refuses what can't be asked for. */
export function flipWords(
  parts: EdgeParts,
  { siteId, slot, guard, samples }: FlipRequest,
): { readonly words: readonly string[]; readonly lines: readonly string[] } {
  assertSiteId(siteId);
  assertSlot(slot);
  assertShown(parts, slot);
  if (guard !== undefined) assertGuard(guard);
  const guarded = [guard?.tokenHash ?? "-", guard === undefined ? "-" : guard.expiresAt.toISOString()];
  const count = samples === undefined ? "-" : String(samples.length);
  return { words: [...guarded, count, ...dockWords(parts, siteId)], lines: linesOfSamples(samples) };
}

/** What the node said of a flip that was done. Has the tree of the next release made. */
export function flippedBy(parts: EdgeParts, answer: Answer, request: FlipRequest): ActivateOutcome {
  const { siteId, slot, release, samples } = request;
  const before = lineOf(answer, "activated");
  if (before === undefined || !(before === "-" || isReleaseId(before)))
    throw unreadableAnswer(parts, "activate", new Error(answer.lines.join("; ")));
  const previous = before === "-" ? null : before;
  if (slot === "live" && release !== null && parts.prepares) {
    parts.behind(() => look(parts, { operation: "prepare", siteId }, { words: ["prepare", siteId, release] }));
  }
  return {
    previous,
    changed: previous !== release,
    probe: samples === undefined ? undefined : readProbe(answer, samples),
    observed: readObservation(answer),
  };
}

function linesOfSamples(samples: readonly ProbeSample[] | undefined): readonly string[] {
  return samples === undefined ? [] : sampleLines(samples);
}
