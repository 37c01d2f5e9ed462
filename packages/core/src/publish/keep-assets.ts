import type { BlobStore, BlobStoreError } from "../ports/blob-store.ts";
import type { CallOptions } from "../ports/call-options.ts";
import { flow, ok, type ResultAsync } from "../result/index.ts";
import type { FreePaths } from "./free-paths.ts";
import { hashedAssets } from "./hashed-asset.ts";
import type { ReleaseFile, ReleaseManifest } from "./release.ts";

/** What keeping assets needs to know. */
export interface KeepAssetsRequest {
  readonly blobs: Pick<BlobStore, "has">;
  /** What is shown now. */
  readonly before: ReleaseManifest | undefined;
  /** How long an asset that is gone stays reachable. 0: not at all. */
  readonly graceMs: number;
  readonly now: Date;
  readonly freePaths: FreePaths;
}

/**
 * The files of the release before that are named after their content and that the new content no longer has: whoever has a
 * page of that release open still asks for them. Never one whose path has had two contents: its name does not say what is
 * in it, whatever it looks like. Nothing of a preview gets in, for `before` is what the very slot has shown.
 */
export function keepAssets(
  { blobs, before, graceMs, now, freePaths }: KeepAssetsRequest,
  { signal }: CallOptions,
): ResultAsync<readonly ReleaseFile[], BlobStoreError> {
  return flow(async function* () {
    if (graceMs <= 0 || before === undefined) return ok([]);
    const nowSeconds = Math.floor(now.getTime() / 1000);
    const untilSeconds = nowSeconds + Math.ceil(graceMs / 1000);
    const missing = before.files.filter(({ path, coding }) => coding === undefined && !freePaths.has(path));
    if (missing.length === 0) return ok([]);
    const isHashed = hashedAssets(before.files.flatMap(({ path, coding }) => (coding === undefined ? [path] : [])));
    const gone = missing
      .filter(({ path, pathReused }) => pathReused !== true && isHashed(path))
      .filter(({ keptUntilSeconds = untilSeconds }) => keptUntilSeconds > nowSeconds)
      .filter(({ path }) => freePaths.take(path));
    if (gone.length === 0) return ok([]);
    const there = yield* blobs.has([...new Set(gone.map(({ sha256 }) => sha256))], { signal });
    return ok(
      gone
        .filter(({ sha256 }) => there.has(sha256))
        .map((file) => ({ ...file, keptUntilSeconds: file.keptUntilSeconds ?? untilSeconds })),
    );
  });
}
