import { type ActivateOutcome, type ActivateRequest, isReleaseId } from "@hostelry/core/adapter";
import { assertShown, dockWords } from "./dock.ts";
import { change, type EdgeParts, look, type Tracked, unreadableAnswer } from "./edge-parts.ts";
import { assertGuard, assertSiteId, assertSlot, assertToken, invalidInput } from "./layout/request-checks.ts";
import { lineOf } from "./node/answer.ts";
import { readObservation } from "./observation.ts";
import { readProbe, sampleLines } from "./probe.ts";

/** Points a slot to a release, or to nothing, and looks at what that shows. */
export async function activate(parts: EdgeParts, request: ActivateRequest, tracked: Tracked): Promise<ActivateOutcome> {
  const { siteId, slot, release, fencingToken, guard, samples } = request;
  assertSiteId(siteId);
  assertSlot(slot);
  assertShown(parts, slot);
  assertToken(fencingToken);
  if (release !== null && !isReleaseId(release)) throw invalidInput("release", "it is not the name of a release");
  if (guard !== undefined) assertGuard(guard);
  const about = { operation: "activate", siteId, fencingToken, release: release ?? undefined };
  const words = [
    ...["activate", siteId, String(fencingToken), slot, release ?? "-"],
    ...[guard?.tokenHash ?? "-", guard === undefined ? "-" : guard.expiresAt.toISOString()],
    samples === undefined ? "-" : String(samples.length),
    ...dockWords(parts, siteId),
  ];
  const followedBy = samples === undefined ? [] : sampleLines(samples);
  const { signal } = tracked;
  const answer = await change(parts, about, tracked, { words, followedBy, signal });
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
