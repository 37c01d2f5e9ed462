import type { ReleaseId, ReleaseManifest, SiteId } from "@hostelry/core/adapter";
import { digestOfTexts, manifestTexts } from "./layout/manifest-lines.ts";

/** A release that a node is believed to hold. What it really holds is compared by digest, on the node. */
export interface KnownRelease {
  readonly manifest: ReleaseManifest;
  /** Digest of the stored manifest; computed when it is asked for. */
  readonly digest: string;
}

/** Makes the facts about a release that a node stores. */
export function knownRelease(manifest: ReleaseManifest): KnownRelease {
  let digest: string | undefined;
  return {
    manifest,
    get digest() {
      digest ??= digestOfTexts(manifestTexts(manifest));
      return digest;
    },
  };
}

/** What is remembered of a node's releases, so that it need not be asked. */
export interface KnownReleases {
  of(siteId: SiteId): readonly KnownRelease[];
  remember(siteId: SiteId, release: KnownRelease): void;
  forget(siteId: SiteId, release: ReleaseId): void;
}

/** Files of a release are about 300 bytes each in memory. */
const maxFiles = 100_000;
const maxReleasesOfSite = 3;

/** A memory of the releases used last, bounded by their number of files. */
export function knownReleases(): KnownReleases {
  /** Sites in the order of their last use, each with its releases in the order of theirs. */
  const sites = new Map<SiteId, Map<ReleaseId, KnownRelease>>();
  let fileCount = 0;

  const forget = (siteId: SiteId, release: ReleaseId): void => {
    const releases = sites.get(siteId);
    const known = releases?.get(release);
    if (releases === undefined || known === undefined) return;
    fileCount -= known.manifest.files.length;
    releases.delete(release);
    if (releases.size === 0) sites.delete(siteId);
  };

  const makeRoom = (): void => {
    for (const [siteId, releases] of sites) {
      for (const release of releases.keys()) {
        if (fileCount <= maxFiles) return;
        forget(siteId, release);
      }
    }
  };

  return {
    of: (siteId) => [...(sites.get(siteId)?.values() ?? [])].toReversed(),
    remember: (siteId, known) => {
      const { release } = known.manifest;
      forget(siteId, release);
      const releases = sites.get(siteId) ?? new Map<ReleaseId, KnownRelease>();
      sites.delete(siteId);
      sites.set(siteId, releases.set(release, known));
      fileCount += known.manifest.files.length;
      for (const oldest of releases.keys()) if (releases.size > maxReleasesOfSite) forget(siteId, oldest);
      makeRoom();
    },
    forget,
  };
}
