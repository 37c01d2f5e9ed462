import { type FencedRequest, isReleaseId, type ReleaseId } from "@hostelry/core/adapter";
import { change, type EdgeParts, type Tracked } from "./edge-parts.ts";
import { assertSiteId, assertToken, invalidInput } from "./layout/request-checks.ts";
import { linesOf } from "./node/answer.ts";

/** Takes releases away, and what ended publications left. */
export async function discard(
  parts: EdgeParts,
  request: FencedRequest & { readonly releases: readonly ReleaseId[] },
  tracked: Tracked,
): Promise<{ readonly discarded: readonly ReleaseId[] }> {
  const { siteId, fencingToken } = request;
  const releases = [...new Set(request.releases)];
  assertSiteId(siteId);
  assertToken(fencingToken);
  for (const release of releases) {
    if (!isReleaseId(release))
      throw invalidInput("releases", `${JSON.stringify(release)} is not the name of a release`);
    parts.known.forget(siteId, release);
  }
  const about = { operation: "discard", siteId, fencingToken };
  const words = ["discard", siteId, String(fencingToken), ...releases];
  const answer = await change(parts, about, tracked, { words, signal: tracked.signal });
  return { discarded: linesOf(answer, "discarded").filter(isReleaseId) };
}
