import { type FencedRequest, isReleaseId, type ReleaseId } from "@hostelry/core/adapter";
import { removeTree } from "../file-system/remove-tree.ts";
import { unlessAbsent } from "../file-system/system-error.ts";
import { timeSlices } from "../file-system/time-slices.ts";
import { namesIn, readSlots, siteContents, strayGuards } from "../site/site-contents.ts";
import { guardPath, invalidInput, manifestPath, siteLayout } from "../site/site-layout.ts";
import { readGuard } from "../site/stored-guard.ts";
import { takeFence, tokenOf } from "./fence.ts";
import { fencedChanges } from "./fenced-change.ts";
import { writeJournal } from "./journal.ts";
import type { TargetParts } from "./target-parts.ts";
import type { Tracked } from "./tracked.ts";

/**
 * Takes releases away, and what ended publications left. A release goes to the trash by one rename, which a later holder
 * can refuse, and is deleted from there, which hurts nobody.
 */
export async function discard(
  parts: TargetParts,
  request: FencedRequest & { readonly releases: readonly ReleaseId[] },
  tracked: Tracked,
): Promise<{ readonly discarded: readonly ReleaseId[] }> {
  const { fileSystem, durability, name: target } = parts;
  const { siteId, fencingToken } = request;
  const layout = siteLayout(parts.root, siteId);
  for (const release of request.releases) {
    if (!isReleaseId(release))
      throw invalidInput("releases", `${JSON.stringify(release)} is not the name of a release`);
  }
  const slices = timeSlices(tracked.signal);
  const fence = takeFence(parts, layout, siteId, fencingToken);
  const changes = fencedChanges(parts, layout, fence);
  const isShown = (release: ReleaseId): boolean =>
    [...readSlots(fileSystem, layout, target).values()].includes(release);

  const removeRelease = (release: ReleaseId): boolean => {
    // The directory first: without it, what is left of the release is a left-over.
    const removed = changes.remove(`${layout.releases}/${release}`);
    changes.remove(manifestPath(layout, release));
    unlessAbsent(() => fileSystem.unlinkSync(`${layout.damaged}/${release}`));
    if (removed) tracked.state = "changed";
    return removed;
  };

  // First what needs no fence: a release in the making is nobody's business but its maker's, who comes too late now. On a
  // full disk this makes the room that the renames below may need.
  for (const name of namesIn(fileSystem, layout.staging)) {
    if (tokenOf(name) < fencingToken) await removeTree(fileSystem, `${layout.staging}/${name}`, slices);
  }
  await emptyTrash();

  const discarded: ReleaseId[] = [];
  for (const release of new Set(request.releases)) {
    if (slices.over()) await slices.next();
    // Looked at right before, with nothing waited for in between.
    if (isShown(release)) {
      // By a later holder, perhaps: then this one is told, instead of being left to believe that all is as it knew it.
      fence.check();
      continue;
    }
    const isThere = fileSystem.lstatSync(`${layout.releases}/${release}`, { throwIfNoEntry: false }) !== undefined;
    if (isThere) writeJournal(fileSystem, layout, fencingToken, { change: "discard", release });
    if (removeRelease(release)) discarded.push(release);
  }

  const { torn, strayManifests } = siteContents(fileSystem, layout);
  for (const release of torn) if (!isShown(release)) removeRelease(release);
  // A publication with our token may be between its manifest and its release.
  if (namesIn(fileSystem, layout.staging).length === 0) {
    for (const release of strayManifests) changes.remove(manifestPath(layout, release));
  }
  for (const slot of strayGuards(fileSystem, layout, readSlots(fileSystem, layout, target))) {
    const stored = readGuard(fileSystem, layout, slot);
    if (stored === undefined || stored.fencingToken < fencingToken) changes.remove(guardPath(layout, slot));
  }
  // Before the deleting: a power cut must not bring a name back whose files are half gone.
  await durability.flush([layout.releases, layout.manifests, ...fence.madeIn]);
  await emptyTrash();
  return { discarded };

  async function emptyTrash(): Promise<void> {
    for (const name of namesIn(fileSystem, layout.trash))
      await removeTree(fileSystem, `${layout.trash}/${name}`, slices);
  }
}
