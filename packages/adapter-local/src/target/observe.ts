import type { SiteId, TargetObservation } from "@hostelry/core/adapter";
import { readServingState } from "../site/serving-markers.ts";
import { namesIn, readSlots, siteContents, strayGuards } from "../site/site-contents.ts";
import { siteLayout } from "../site/site-layout.ts";
import { highestToken } from "./fence.ts";
import type { TargetParts } from "./target-parts.ts";

/** Looks at what a site shows and holds. */
export function observe(parts: TargetParts, siteId: SiteId): TargetObservation {
  const { fileSystem, name } = parts;
  const layout = siteLayout(parts.root, siteId);
  const slots = readSlots(fileSystem, layout, name);
  const { releases, torn, strayManifests } = siteContents(fileSystem, layout);
  const begun = [layout.staging, layout.pending, layout.trash].flatMap((directory) => namesIn(fileSystem, directory));
  return {
    fence: highestToken(fileSystem, layout),
    slots,
    releases,
    servingState: readServingState(fileSystem, layout),
    leftovers: begun.length + torn.length + strayManifests.length + strayGuards(fileSystem, layout, slots).length,
  };
}
