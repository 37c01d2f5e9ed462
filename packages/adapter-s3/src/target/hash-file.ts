import { hasCode, type ReleaseFile } from "@hostelry/core/adapter";
import { hashChunks, hashObject } from "./read-object.ts";
import type { StoredRelease } from "./release-record.ts";
import type { SiteCall, TargetParts } from "./target-parts.ts";

/** SHA-256 of the bytes that are there for a file of a release; `undefined` when there are none. */
export async function hashFile(
  parts: TargetParts,
  { keys, signal }: SiteCall,
  stored: StoredRelease,
  { sha256 }: ReleaseFile,
): Promise<string | undefined> {
  const place = stored.places.get(sha256);
  if (place !== undefined) return hashObject(parts.bucket, keys.blob(place.stage, sha256), signal);
  if (parts.sharedBlobs === undefined) return undefined;
  const read = await parts.sharedBlobs.read(sha256, { signal, unchecked: true });
  if (read.isErr()) {
    if (hasCode(read.error, "BLOB_NOT_FOUND")) return undefined;
    throw read.error;
  }
  try {
    return await hashChunks(read.value);
  } catch (cause) {
    // The store has found by itself that the bytes are others; which ones makes no difference.
    if (hasCode(cause, "BLOB_MISMATCH")) return "";
    throw cause;
  }
}
