import type { StageAndActivateOptions, StageAndActivateOutcome, StageAndActivateRequest } from "@hostelry/core/adapter";
import { activate, flippedBy, flipWords } from "./activate.ts";
import type { EdgeParts, Tracked } from "./edge-parts.ts";
import { stage } from "./staging/stage.ts";

/**
 * Lays a release out and flips to it, with one way there and back. Where that is not safe, or the release was there, by two requests: a
 * session that has been silent for long is tried with the staging alone, which can be asked again.
 */
export async function stageAndActivate(
  parts: EdgeParts,
  request: StageAndActivateRequest,
  tracked: Tracked,
  { onProgress, onFlip }: Pick<StageAndActivateOptions, "onFlip" | "onProgress">,
): Promise<StageAndActivateOutcome> {
  const { siteId, slot, guard, samples, fencingToken, manifest } = request;
  const flip = { siteId, slot, guard, samples, release: manifest.release };
  const once = { told: false };
  const tellOnce = (): void => {
    if (!once.told) onFlip?.();
    once.told = true;
  };
  const { words, lines } = flipWords(parts, flip);
  const { outcome, flipped } = await stage(parts, request, tracked, onProgress, {
    words: [slot, ...words],
    lines,
    onFlip: tellOnce,
  });
  if (flipped !== undefined) return { staged: outcome, activated: flippedBy(parts, flipped, flip) };
  tracked.signal?.throwIfAborted();
  tellOnce();
  return { staged: outcome, activated: await activate(parts, { ...flip, fencingToken }, tracked) };
}
