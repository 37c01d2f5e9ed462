import {
  isReleaseId,
  publicationOfRelease,
  type ReleaseId,
  type ServingState,
  type SlotName,
  servingStates,
  type TargetObservation,
} from "@hostelry/core/adapter";
import { type Answer, lineOf, linesOf } from "./node/answer.ts";

/** Reads what the script says of a site: `release …` lines, then `observed FENCE STATE LEFTOVERS SLOT=RELEASE…`. */
export function readObservation(answer: Answer): TargetObservation | undefined {
  const [fence, state, leftovers, ...pairs] = (lineOf(answer, "observed") ?? "").split(" ");
  const servingState = servingStates.find((known): known is ServingState => known === state);
  if (servingState === undefined) return undefined;
  const slots = new Map<SlotName, ReleaseId>();
  for (const pair of pairs) {
    const [slot = "", release = ""] = pair.split("=");
    if (isReleaseId(release)) slots.set(slot as SlotName, release);
  }
  const releases = linesOf(answer, "release").filter(isReleaseId);
  return {
    fence: Number(fence),
    slots,
    releases: [...releases].sort(byPublication),
    servingState,
    leftovers: Number(leftovers),
  };
}

function byPublication(left: ReleaseId, right: ReleaseId): number {
  return publicationOfRelease(left) - publicationOfRelease(right) || (left < right ? -1 : 1);
}
