import type { FencedRequest, ReleaseId } from "@hostelry/core/adapter";
import { changeSite } from "./change-site.ts";
import { assertRelease } from "./request-checks.ts";
import { sweep } from "./sweep.ts";
import type { SiteCall, TargetParts } from "./target-parts.ts";

/** Takes releases out of the pointer, and then removes what nothing reaches any more. */
export async function discard(
  parts: TargetParts,
  call: SiteCall,
  { fencingToken, releases: unwanted }: FencedRequest & { readonly releases: readonly ReleaseId[] },
): Promise<{ readonly discarded: readonly ReleaseId[] }> {
  for (const release of unwanted) assertRelease("releases", release);
  const taken = await changeSite(parts, call, fencingToken, (document) => {
    const shown = new Set([...document.slots.values()].map(({ release }) => release));
    const releases = new Map(document.releases);
    const discarded = [...new Set(unwanted)].filter((release) => !shown.has(release) && releases.delete(release));
    if (discarded.length === 0) return { value: discarded };
    return { value: discarded, next: { ...document, releases, unswept: true } };
  });
  const swept = await sweep(parts, call, taken.document, fencingToken);
  if (taken.document.unswept && swept !== undefined) {
    await changeSite(parts, call, fencingToken, (document) => {
      const stages = new Map([...document.stages].filter(([stageId]) => !swept.emptied.has(stageId)));
      const known = [...document.damaged, ...swept.damaged];
      const damaged = new Set(known.filter((blob) => stages.has(blob.split("/", 1)[0] ?? "")));
      return { value: undefined, next: { ...document, stages, damaged, unswept: false } };
    });
  }
  return { discarded: taken.value };
}
