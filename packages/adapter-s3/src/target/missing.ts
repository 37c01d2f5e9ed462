import type { ReleaseManifest } from "@hostelry/core/adapter";
import { sharedStock } from "./shared-stock.ts";
import { readDocument } from "./site-pointer.ts";
import { findStock } from "./stock.ts";
import { hasSharedBlobs, type SiteCall, type TargetParts } from "./target-parts.ts";

/** Which blobs of a manifest `stage` would have to be sent. */
export async function missing(
  parts: TargetParts,
  call: SiteCall,
  manifest: ReleaseManifest,
): Promise<readonly string[]> {
  const document = await readDocument(parts, call);
  if (document.releases.has(manifest.release)) return [];
  const { places, shared } = hasSharedBlobs(parts)
    ? await sharedStock(parts, call, document, manifest, undefined)
    : await findStock(parts, call, document, manifest);
  const hashes = new Set(manifest.files.map(({ sha256 }) => sha256));
  return [...hashes].filter((sha256) => !places.has(sha256) && shared?.has(sha256) !== true);
}
