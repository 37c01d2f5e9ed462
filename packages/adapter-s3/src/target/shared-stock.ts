import { type BlobStore, hasCode, type ReleaseManifest, unwrap } from "@hostelry/core/adapter";
import type { SiteDocument } from "./site-document.ts";
import type { Stock } from "./stock.ts";
import { storedRelease } from "./stored-release.ts";
import type { SiteCall, TargetParts } from "./target-parts.ts";

/**
 * Tells which blobs a shared store has. It is not asked about those of the live release, if the caller has said which one that is:
 * whoever collects garbage there knows what is live.
 */
export async function sharedStock(
  parts: TargetParts & { readonly sharedBlobs: BlobStore },
  call: SiteCall,
  document: SiteDocument,
  { files }: ReleaseManifest,
  before: ReleaseManifest | undefined,
): Promise<Stock> {
  const known = await liveHashes(parts, call, document, before);
  const sizes = new Map(files.map(({ sha256, size }) => [sha256, size]));
  const unknown = [...sizes.keys()].filter((sha256) => !known.has(sha256));
  const found =
    unknown.length === 0 ? new Map() : await unwrap(parts.sharedBlobs.has(unknown, { signal: call.signal }));
  const there = unknown.filter((sha256) => found.get(sha256) === sizes.get(sha256));
  return { places: new Map(), releases: new Map(), shared: new Set([...known, ...there]) };
}

async function liveHashes(
  parts: TargetParts,
  call: SiteCall,
  { slots, releases }: SiteDocument,
  before: ReleaseManifest | undefined,
): Promise<ReadonlySet<string>> {
  const live = slots.get("live")?.release;
  const registered = live === undefined ? undefined : releases.get(live);
  if (before === undefined || registered === undefined || before.release !== live) return new Set();
  if (registered.manifestDigest !== before.manifestDigest) return new Set();
  try {
    const { manifest, places } = await storedRelease(parts, call.keys.stages, [live, registered], call.signal);
    return new Set(manifest.files.map(({ sha256 }) => sha256).filter((sha256) => !places.has(sha256)));
  } catch (cause) {
    if (hasCode(cause, "RELEASE_CORRUPT")) return new Set();
    throw cause;
  }
}
