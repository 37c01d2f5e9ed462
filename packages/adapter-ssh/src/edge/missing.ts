import type { ReleaseManifest, SiteId } from "@hostelry/core/adapter";
import type { EdgeParts, Tracked } from "./edge-parts.ts";
import { heldReleases, readHeldRelease } from "./held-releases.ts";
import { assertSiteId } from "./layout/request-checks.ts";

/** Which blobs of a manifest no release of the site has, by the manifests that the node keeps. */
export async function missing(
  parts: EdgeParts,
  request: { readonly siteId: SiteId; readonly manifest: ReleaseManifest },
  { signal }: Tracked,
): Promise<readonly string[]> {
  const { siteId, manifest } = request;
  assertSiteId(siteId);
  const lacking = new Set(manifest.files.map(({ sha256 }) => sha256));
  for (const held of (await heldReleases(parts, siteId, signal)).toReversed()) {
    if (lacking.size === 0) break;
    if (held.damaged) continue;
    const known = await readHeldRelease(parts, siteId, held, signal);
    for (const { sha256 } of known.manifest.files) lacking.delete(sha256);
  }
  return [...lacking];
}
