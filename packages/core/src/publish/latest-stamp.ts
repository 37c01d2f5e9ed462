import type { BlobStoreError } from "../ports/blob-store.ts";
import type { CallOptions } from "../ports/call-options.ts";
import type { HostingPorts } from "../ports/hosting-ports.ts";
import type { StoreError } from "../ports/store/index.ts";
import { flow, ok, type ResultAsync } from "../result/index.ts";
import type { SiteId } from "../site/site.ts";
import type { ReleaseManifest } from "./release.ts";
import { manifestOfPublication } from "./release-records.ts";
import { stampOf } from "./stamp-times.ts";

/**
 * The latest time that any publication of a site has given to a file, in seconds since 1970; 0 when there was none. Also
 * one that failed or was taken back counts: for a moment visitors may have seen its files, and remember their validators.
 * `before`, the release that the slot shows, is not read again when it is the latest.
 */
export function latestStamp(
  ports: HostingPorts,
  siteId: SiteId,
  before: ReleaseManifest | undefined,
  options: CallOptions,
): ResultAsync<number, BlobStoreError | StoreError> {
  return flow(async function* () {
    const page = yield* ports.store.listPublications({ siteId, limit: 1 }, options);
    const [latest] = page.items;
    if (latest === undefined) return ok(0);
    if (latest.release === before?.release) return ok(stampOf(before));
    const manifest = yield* await manifestOfPublication(ports, latest, options);
    // Stamps are never earlier than the publication's start.
    const started = Math.floor(latest.startedAt.getTime() / 1000);
    return ok(Math.max(started, manifest === undefined ? 0 : stampOf(manifest)));
  });
}
