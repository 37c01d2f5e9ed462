import type { BlobStore, BlobStoreError } from "../ports/blob-store.ts";
import type { CallOptions } from "../ports/call-options.ts";
import { flow, ok, type ResultAsync } from "../result/index.ts";
import type { FreePaths } from "./free-paths.ts";
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
 * Names in which build tools put a hash of the content, of the kinds that a page loads later than itself: scripts, styles,
 * fonts, WebAssembly. Such a name never means other bytes, so keeping it is safe. Pictures and documents are not kept:
 * whoever takes one away may want it gone.
 */
const hashedAsset = /[.\-_~]([A-Za-z0-9_-]{8,64})\.(?:m?js|css|wasm|woff2?|ttf|otf)$/;

/** Whether a path is named after its content. */
export function isHashedAsset(path: string): boolean {
  const hash = hashedAsset.exec(path)?.[1];
  // Words have no digits (`jquery.validate.min.js`, `main-navigation.css`), hashes of this length nearly always do.
  return hash !== undefined && /\d/.test(hash) && /[A-Za-z]/.test(hash);
}

/**
 * The assets of the release before that the new content no longer has: whoever has a page of that release open still asks
 * for them. Nothing of a preview gets in, for `before` is what the very slot has shown.
 */
export function keepAssets(
  { blobs, before, graceMs, now, freePaths }: KeepAssetsRequest,
  { signal }: CallOptions,
): ResultAsync<readonly ReleaseFile[], BlobStoreError> {
  return flow(async function* () {
    if (graceMs <= 0 || before === undefined) return ok([]);
    const nowSeconds = Math.floor(now.getTime() / 1000);
    const untilSeconds = nowSeconds + Math.ceil(graceMs / 1000);
    const gone = before.files
      .filter(({ path, coding }) => coding === undefined && isHashedAsset(path))
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
