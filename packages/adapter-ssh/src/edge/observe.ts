import type { SiteId, TargetObservation } from "@hostelry/core/adapter";
import { dockOf } from "./dock.ts";
import { type EdgeParts, look, type Tracked, unreadableAnswer } from "./edge-parts.ts";
import { assertSiteId } from "./layout/request-checks.ts";
import { readObservation } from "./observation.ts";

/** Looks at what a site shows and holds. */
export async function observe(parts: EdgeParts, siteId: SiteId, { signal }: Tracked): Promise<TargetObservation> {
  assertSiteId(siteId);
  const answer = await look(
    parts,
    { operation: "observe", siteId },
    { words: ["observe", siteId, dockOf(parts, siteId)], signal },
  );
  const observation = readObservation(answer);
  if (observation === undefined) throw unreadableAnswer(parts, "observe", new Error(answer.lines.join("; ")));
  return observation;
}
