import { type FencedRequest, type ServingState, servingStates } from "@hostelry/core/adapter";
import { layoutInvalid } from "../site/pointer.ts";
import { isMarkerSet, readServingState } from "../site/serving-markers.ts";
import { invalidInput, siteLayout } from "../site/site-layout.ts";
import { takeFence } from "./fence.ts";
import { fencedChanges } from "./fenced-change.ts";
import { writeJournal } from "./journal.ts";
import type { TargetParts } from "./target-parts.ts";
import type { Tracked } from "./tracked.ts";

/** Sets and takes away markers. The new one is set before the old one goes, so visitors never get past in between. */
export async function setServingState(
  parts: TargetParts,
  request: FencedRequest & { readonly state: ServingState },
  tracked: Tracked,
): Promise<{ readonly changed: boolean }> {
  const { fileSystem, durability, name: target } = parts;
  const { siteId, fencingToken, state } = request;
  const layout = siteLayout(parts.root, siteId);
  if (!servingStates.includes(state)) throw invalidInput("state", `it must be one of ${servingStates.join(", ")}`);
  const fence = takeFence(parts, layout, siteId, fencingToken);
  const changes = fencedChanges(parts, layout, fence);
  const markers = { maintenance: layout.maintenance, suspended: layout.suspended } as const;
  for (const path of Object.values(markers)) {
    const facts = fileSystem.lstatSync(path, { throwIfNoEntry: false });
    if (facts?.isDirectory() === true) throw layoutInvalid(target, path, "there is a directory");
  }

  const before = readServingState(fileSystem, layout);
  const unwanted = Object.entries(markers).filter(
    ([marker, path]) => marker !== state && isMarkerSet(fileSystem, path),
  );
  const wanted = state === "live" ? undefined : markers[state];
  const isWantedSet = wanted === undefined || isMarkerSet(fileSystem, wanted);
  if (!isWantedSet || unwanted.length > 0) {
    writeJournal(fileSystem, layout, fencingToken, { change: "serving-state", from: before, to: state });
    tracked.signal?.throwIfAborted();
    if (wanted !== undefined && !isWantedSet) {
      changes.putFile(new Uint8Array(), wanted);
      tracked.state = "unknown";
    }
    for (const [, path] of unwanted) {
      changes.remove(path);
      tracked.state = "unknown";
    }
    tracked.state = "changed";
  }
  await durability.flush([layout.root, ...fence.madeIn]);
  return { changed: before !== state };
}
