import type { Manifest, ManifestFile } from "../archive/manifest.ts";
import { filesByPath } from "./files-by-path.ts";
import { mayBeHashed } from "./hashed-asset.ts";
import { mediaTypeOf } from "./media-type.ts";
import { isContentFile, type ReleaseFile, type ReleaseId, type ReleaseManifest } from "./release.ts";

/**
 * Makes a release out of content: every file gets its content type and its modification time.
 *
 * Web servers make validators out of time and size. A path whose bytes are those of the release before keeps its time,
 * so caches stay good; changed bytes get a time that is later than any before, also on a rollback, so that nobody is
 * told "not modified" wrongly, not even a client that only sends If-Modified-Since (RFC 9110 §13.1.3). "Any before" are all
 * times that publications of the site have given so far (`laterThanSeconds`): a path may have been away for a release, and a
 * publication that was taken back may have been seen.
 */
export function stampTimes(
  manifest: Manifest,
  release: ReleaseId,
  before: ReleaseManifest | undefined,
  now: Date,
  laterThanSeconds = 0,
): ReleaseManifest & { readonly stampSeconds: number } {
  const earlier = filesByPath(before?.files ?? []);
  const floor = before === undefined ? laterThanSeconds : Math.max(laterThanSeconds, stampOf(before));
  const stampSeconds = Math.max(Math.floor(now.getTime() / 1000), floor + 1);
  const files = manifest.files.map((file): ReleaseFile => {
    const known = earlier.get(file.path);
    const same = known !== undefined && known.sha256 === file.sha256;
    const mtimeSeconds = same ? known.mtimeSeconds : stampSeconds;
    const { path, sha256, size, mode } = file;
    const mediaType = mediaTypeOf(path);
    if (same && isLaidOutAs(known, file, mediaType)) return known;
    // Property by property: a copy with properties added to it takes twice the memory, ten thousand times.
    const stamped = { path, sha256, size, mode, mtimeSeconds, mediaType };
    return known !== undefined && isReused(file, known) ? { ...stamped, pathReused: true } : stamped;
  });
  return { release, manifestDigest: manifest.digest, stampSeconds, files };
}

/** Whether a file of before is, in all that is known of it, what this one becomes: then it is taken as it is. */
function isLaidOutAs(known: ReleaseFile, { size, mode }: ManifestFile, mediaType: string): boolean {
  const isPlain = known.pathReused === undefined && isContentFile(known);
  return isPlain && known.size === size && known.mode === mode && known.mediaType === mediaType;
}

/** Only worth a note where somebody could take the path for a name of its content. */
function isReused(file: ManifestFile, known: ReleaseFile): boolean {
  return (known.pathReused === true || known.sha256 !== file.sha256) && mayBeHashed(file.path);
}

/** The time that a release's publication has given, or the latest of its files' where that was not written down. */
export function stampOf({ stampSeconds = 0, files }: ReleaseManifest): number {
  return files.reduce((latest, { mtimeSeconds }) => Math.max(latest, mtimeSeconds), stampSeconds);
}
