import { type FencedRequest, type ServingState, servingStates } from "@hostelry/core/adapter";
import { dockWords } from "./dock.ts";
import { change, type EdgeParts, type Tracked } from "./edge-parts.ts";
import { assertSiteId, assertToken, invalidInput } from "./layout/request-checks.ts";
import { lineOf } from "./node/answer.ts";

/** Sets and takes away markers. */
export async function setServingState(
  parts: EdgeParts,
  request: FencedRequest & { readonly state: ServingState },
  tracked: Tracked,
): Promise<{ readonly changed: boolean }> {
  const { siteId, fencingToken, state } = request;
  assertSiteId(siteId);
  assertToken(fencingToken);
  if (!servingStates.includes(state)) throw invalidInput("state", `it must be one of ${servingStates.join(", ")}`);
  const about = { operation: "setServingState", siteId, fencingToken };
  const words = ["set-state", siteId, String(fencingToken), state, ...dockWords(parts, siteId)];
  const answer = await change(parts, about, tracked, { words, signal: tracked.signal });
  return { changed: lineOf(answer, "state") !== state };
}
