import type { ReleaseManifest, SiteId } from "@hostelry/core/adapter";
import { timeSlices } from "../file-system/time-slices.ts";
import { siteLayout } from "../site/site-layout.ts";
import { findLinkSources, isAsStaged } from "./link-sources.ts";
import type { TargetParts } from "./target-parts.ts";
import type { Tracked } from "./tracked.ts";

/** Which blobs of a manifest no release of the site has. */
export async function missing(
  parts: TargetParts,
  request: { readonly siteId: SiteId; readonly manifest: ReleaseManifest },
  { signal }: Tracked,
): Promise<readonly string[]> {
  const slices = timeSlices(signal);
  const layout = siteLayout(parts.root, request.siteId);
  const sources = await findLinkSources(parts, layout, request.manifest, slices);
  const lacking = new Set<string>();
  for (const file of request.manifest.files) {
    if (slices.over()) await slices.next();
    const source = sources.same(file) ?? sources.sameBytes(file);
    if (source === undefined || !isAsStaged(parts, source)) lacking.add(file.sha256);
  }
  return [...lacking];
}
