import type { Manifest } from "../archive/manifest.ts";
import { mediaTypeOf } from "./media-type.ts";
import type { ReleaseFile, ReleaseId, ReleaseManifest } from "./release.ts";

/**
 * Makes a release out of content: every file gets its content type and its modification time.
 *
 * Web servers make validators out of time and size. A path whose bytes are those of the release before keeps its time,
 * so caches stay good; changed bytes get a time that is later than any before, also on a rollback, so that nobody is
 * told "not modified" wrongly, not even a client that only sends If-Modified-Since (RFC 9110 §13.1.3).
 */
export function stampTimes(
  manifest: Manifest,
  release: ReleaseId,
  before: ReleaseManifest | undefined,
  now: Date,
): ReleaseManifest {
  const earlier = new Map(before?.files.map((file) => [file.path, file]));
  const nowSeconds = Math.floor(now.getTime() / 1000);
  const files = manifest.files.map((file): ReleaseFile => {
    const known = earlier.get(file.path);
    const same = known !== undefined && known.sha256 === file.sha256;
    const mtimeSeconds = same ? known.mtimeSeconds : Math.max(nowSeconds, (known?.mtimeSeconds ?? -1) + 1);
    return { ...file, mtimeSeconds, mediaType: mediaTypeOf(file.path) };
  });
  return { release, manifestDigest: manifest.digest, files };
}
