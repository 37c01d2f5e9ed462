import { isPathSafeId, isReleaseId, publicationOfRelease, type ReleaseId, type SlotName } from "@hostelry/core/adapter";
import type { FileSystem } from "../file-system/file-system.ts";
import { unlessAbsent } from "../file-system/system-error.ts";
import { readPointer } from "./pointer.ts";
import { pointerPlace, type SiteLayout } from "./site-layout.ts";

/** What a site's directories hold, by name. */
export interface SiteContents {
  /** Directories that are whole releases: they have a manifest. Oldest publication first. */
  readonly releases: readonly ReleaseId[];
  /** Directories named like a release, without a manifest. */
  readonly torn: readonly ReleaseId[];
  /** Manifests without a directory. */
  readonly strayManifests: readonly ReleaseId[];
}

/** Names in a directory; none when it is not there. */
export function namesIn(fileSystem: FileSystem, directory: string): readonly string[] {
  return unlessAbsent(() => fileSystem.readdirSync(directory)) ?? [];
}

/** Looks at releases and manifests. */
export function siteContents(fileSystem: FileSystem, layout: SiteLayout): SiteContents {
  // Directories before manifests: a manifest is there before its release, so one that is whole is never called torn.
  const directories = namesIn(fileSystem, layout.releases).filter(isReleaseId);
  const manifests = new Set(
    namesIn(fileSystem, layout.manifests)
      .map((name) => name.replace(/\.json$/, ""))
      .filter(isReleaseId),
  );
  const present = new Set(directories);
  return {
    releases: directories.filter((release) => manifests.has(release)).sort(byPublication),
    torn: directories.filter((release) => !manifests.has(release)),
    strayManifests: [...manifests].filter((release) => !present.has(release)),
  };
}

/** Every slot that is not empty, and what it shows. */
export function readSlots(
  fileSystem: FileSystem,
  layout: SiteLayout,
  target: string,
): ReadonlyMap<SlotName, ReleaseId> {
  const slots = new Map<SlotName, ReleaseId>();
  const look = (slot: SlotName): void => {
    const release = readPointer(fileSystem, pointerPlace(layout, slot), target);
    if (release !== null) slots.set(slot, release);
  };
  look("live");
  for (const id of namesIn(fileSystem, layout.previews)) if (isPathSafeId(id)) look(`preview/${id}`);
  return slots;
}

/** Guards whose preview has no pointer: a preview that was opened or closed half-way. */
export function strayGuards(
  fileSystem: FileSystem,
  layout: SiteLayout,
  slots: ReadonlyMap<SlotName, ReleaseId>,
): readonly SlotName[] {
  return namesIn(fileSystem, layout.guards)
    .map((name): SlotName => `preview/${name.replace(/\.json$/, "")}`)
    .filter((slot) => isPathSafeId(slot.slice("preview/".length)) && !slots.has(slot));
}

function byPublication(left: ReleaseId, right: ReleaseId): number {
  return publicationOfRelease(left) - publicationOfRelease(right) || (left < right ? -1 : 1);
}
