import type { Manifest } from "../archive/manifest.ts";
import { compareUtf8 } from "../archive/names/compare-utf8.ts";
import type { BlobStoreError } from "../ports/blob-store.ts";
import type { CallOptions } from "../ports/call-options.ts";
import type { HostingPorts } from "../ports/hosting-ports.ts";
import { flow, ok, type ResultAsync } from "../result/index.ts";
import { readSiteRules } from "../routing/read-site-rules.ts";
import { isWithoutRules } from "../routing/site-rules.ts";
import { compressFiles } from "./compress-files.ts";
import { freePaths } from "./free-paths.ts";
import { keepAssets } from "./keep-assets.ts";
import type { ReleaseFile, ReleaseId, ReleaseManifest } from "./release.ts";
import { stampTimes } from "./stamp-times.ts";

/** What becomes a release. */
export interface ReleaseContent {
  readonly manifest: Manifest;
  readonly release: ReleaseId;
  /** What the slot shows now, if anything. */
  readonly before: ReleaseManifest | undefined;
  readonly now: Date;
  /** Every time that is given to a file is later than this; see `latestStamp`. */
  readonly laterThanSeconds: number;
  /** Paths that get this publication's time although their bytes are those of before; `all` of them. Default: none. */
  readonly restamp?: ReadonlySet<string> | "all" | undefined;
}

const nothing: ReadonlySet<string> = new Set();

/**
 * Makes a release out of content: every file with its type and time, the compressed files beside it, assets that pages of
 * the release before still ask for, and the site's rules. All of it is frozen with the release.
 */
export function prepareRelease(
  ports: HostingPorts,
  { manifest, release, before, now, laterThanSeconds, restamp = nothing }: ReleaseContent,
  options: CallOptions,
): ResultAsync<ReleaseManifest, BlobStoreError> {
  return flow(async function* () {
    const { blobs, publishing } = ports;
    const stamped = stampTimes(manifest, release, before, now, laterThanSeconds);
    const free = freePaths(manifest.files);
    const { rules } = yield* readSiteRules(blobs, manifest, options);
    const kept = yield* keepAssets({ blobs, before, graceMs: publishing.assetGraceMs, now, freePaths: free }, options);
    const plain = kept.length === 0 ? stamped.files : [...stamped.files, ...kept];
    const { precompress: codings } = publishing;
    const compressed = yield* compressFiles({ blobs, files: plain, codings, before, freePaths: free }, options);
    const added = kept.length + compressed.length > 0;
    const all = added ? [...plain, ...compressed].sort((one, two) => compareUtf8(one.path, two.path)) : stamped.files;
    const { stampSeconds: mtimeSeconds } = stamped;
    const isRestamped = restamp === "all" ? () => true : ({ path }: ReleaseFile) => restamp.has(path);
    const files = restamp === nothing ? all : all.map((file) => (isRestamped(file) ? { ...file, mtimeSeconds } : file));
    return ok({ ...stamped, files, ...(isWithoutRules(rules) ? {} : { rules }) });
  });
}
