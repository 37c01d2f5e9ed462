import type { TargetObservation } from "@hostelry/core/adapter";
import { listFolders } from "./list-objects.ts";
import type { SiteDocument } from "./site-document.ts";
import { readDocument } from "./site-pointer.ts";
import { releasesInOrder } from "./stored-release.ts";
import type { SiteCall, TargetParts } from "./target-parts.ts";

/** Looks at what a site shows and holds: the pointer, and the names of stagings and trees. */
export async function observe(parts: TargetParts, call: SiteCall): Promise<TargetObservation> {
  const folders = await foldersOf(parts, call);
  // The pointer last: what it has taken in meanwhile is no left-over.
  return observationOf(call, await readDocument(parts, call), folders);
}

/** Names of what is there beside the pointer. */
export interface SiteFolders {
  readonly stages: readonly string[];
  readonly trees: readonly string[];
}

/** Lists a site's folders. */
export async function foldersOf({ bucket }: TargetParts, { keys, signal }: SiteCall): Promise<SiteFolders> {
  const [stages, trees] = await Promise.all([
    listFolders(bucket, keys.stages, signal),
    listFolders(bucket, keys.trees, signal),
  ]);
  return { stages, trees };
}

/** What a pointer says of folders that were listed before it was read. */
export function observationOf(
  { keys }: SiteCall,
  document: SiteDocument,
  { stages, trees }: SiteFolders,
): TargetObservation {
  const shown = new Set([...document.releases.values()].map(({ tree }) => tree));
  const strays = [
    ...stages.filter((stageId) => !document.stages.has(stageId)),
    // A staging's own tree is one left-over with it.
    ...trees.filter((stageId) => !shown.has(keys.tree(stageId)) && !stages.includes(stageId)),
  ];
  return {
    fence: document.fence,
    slots: new Map([...document.slots].map(([slot, { release }]) => [slot, release])),
    releases: releasesInOrder(document).map(([release]) => release),
    servingState: document.servingState,
    leftovers: strays.length + (document.unswept ? 1 : 0),
  };
}
