import {
  adapterError,
  attempt,
  type BlobStore,
  type CallOptions,
  isHashedAsset,
  mostManifestBytes,
  type ResultAsync,
  releaseMemory,
  type SiteId,
  type Target,
  type TargetError,
} from "@hostelry/core/adapter";
import { activate } from "./activate.ts";
import { describeTarget, type S3TargetDescription } from "./describe-target.ts";
import { discard } from "./discard.ts";
import { missing } from "./missing.ts";
import { observe } from "./observe.ts";
import { probe } from "./probe.ts";
import { rememberedPointers } from "./remembered-pointers.ts";
import { setServingState } from "./set-serving-state.ts";
import type { SiteBucket } from "./site-bucket.ts";
import { siteKeys } from "./site-keys.ts";
import { turns } from "./site-turns.ts";
import { stage } from "./stage.ts";
import type { SiteCall, TargetParts } from "./target-parts.ts";
import type { S3TreeOptions, TreeOptions } from "./tree/tree-options.ts";
import { verify } from "./verify.ts";

/** Options of {@link s3Target}. */
export interface S3TargetOptions {
  /** Unique among a site's targets. Default: the bucket's name. */
  readonly name?: string | undefined;
  /** What every key begins with; `""` or a text that ends in a slash. Default `""`. */
  readonly prefix?: string | undefined;
  /**
   * A blob store to keep the bytes in instead of in a place of the target's own: most often the one that is the hosting's. In the same
   * bucket, nothing is sent at all when a site is published. The target removes nothing there; whoever collects garbage does.
   */
  readonly blobs?: BlobStore | undefined;
  /**
   * `false` for a store without conditional writes. Then nothing but the lease keeps two publishers of a site apart. Default true: a
   * store that has none is refused at the first change.
   */
  readonly fencing?: boolean | undefined;
  /** Lay every release out as a tree of paths as well, for stores that serve by themselves. Default false. */
  readonly tree?: boolean | S3TreeOptions | undefined;
  /**
   * Memory for what was read of releases, of all sites together, in bytes; default 16 MiB, some 35,000 files. The longest unused go first, and
   * are read again when they are needed; one is always kept.
   */
  readonly maxManifestBytes?: number | undefined;
}

/** A publish target in a bucket. */
export interface S3Target extends Target {
  /** Says in words and data what this store allows. Asks it once; changes nothing but a temporary object of the asking. */
  describe(options?: CallOptions): ResultAsync<S3TargetDescription, TargetError>;
}

/**
 * Publishes into a bucket of any S3-compatible store. A site's releases, slots and serving state are in one object,
 * `sites/<siteId>/site.json`; one conditional write of it is the flip, and decides every race
 * (docs/explanation/publishing-to-s3.md). `s3Content` is its serving side. The layout is in docs/reference/s3-target.md. Any number of
 * processes may use one bucket. Nothing is written before the first `stage`.
 */
export function s3Target(bucket: SiteBucket, options: S3TargetOptions = {}): S3Target {
  const {
    name = bucket.name,
    prefix = "",
    blobs,
    fencing = true,
    tree,
    maxManifestBytes = mostManifestBytes,
  } = options;
  if (prefix !== "" && !prefix.endsWith("/"))
    throw new TypeError(`prefix must end in a slash, not ${JSON.stringify(prefix)}`);
  const parts: TargetParts = {
    name,
    bucket,
    prefix,
    fencing,
    sharedBlobs: blobs,
    sharedKey: blobs === undefined ? undefined : keyInBucket(blobs, bucket),
    tree: treeOptions(tree),
    records: releaseMemory(maxManifestBytes),
    remembered: rememberedPointers(),
    inTurn: turns<SiteId>(),
  };

  /** Inside, everything throws: the store's errors and ours. This is where they become results. */
  const run = <T>(
    operation: string,
    siteId: SiteId,
    { signal }: CallOptions,
    work: (call: SiteCall) => Promise<T>,
  ): ResultAsync<T, TargetError> => {
    const known: { call?: SiteCall } = {};
    const start = (): Promise<T> => {
      signal?.throwIfAborted();
      known.call = { siteId, keys: siteKeys(prefix, siteId), signal, state: "unchanged" };
      return work(known.call);
    };
    return attempt(start, (cause) => {
      const state = known.call?.state ?? "unchanged";
      return adapterError(cause, { adapter: name, operation, state, signal });
    });
  };

  return {
    spec: "target/1",
    name,
    capabilities: { fencing, previews: true, servingState: true, verify: true },
    observe: (siteId, call = {}) => run("observe", siteId, call, (site) => observe(parts, site)),
    missing: ({ siteId, manifest }, call = {}) =>
      run("missing", siteId, call, (site) => missing(parts, site, manifest)),
    stage: (request, call = {}) =>
      run("stage", request.siteId, call, (site) => stage(parts, site, request, call.onProgress)),
    activate: (request, call = {}) => run("activate", request.siteId, call, (site) => activate(parts, site, request)),
    probe: (request, call = {}) => run("probe", request.siteId, call, (site) => probe(parts, site, request)),
    setServingState: (request, call = {}) =>
      run("setServingState", request.siteId, call, (site) => setServingState(parts, site, request)),
    discard: (request, call = {}) => run("discard", request.siteId, call, (site) => discard(parts, site, request)),
    verify: (request, call = {}) =>
      run("verify", request.siteId, call, (site) => verify(parts, site, request, call.onProgress)),
    describe: (call = {}) => describeTarget(parts, call),
  };
}

/** Where a blob store keeps its blobs, if it is one of ours in the same bucket. */
function keyInBucket(blobs: BlobStore, bucket: SiteBucket): ((sha256: string) => string) | undefined {
  const { bucket: own, key } = blobs as Partial<{ bucket: SiteBucket; key: (sha256: string) => string }>;
  return own !== undefined && key !== undefined && own.place === bucket.place ? key : undefined;
}

function treeOptions(tree: boolean | S3TreeOptions | undefined): TreeOptions | undefined {
  if (tree === undefined || tree === false) return undefined;
  const { redirects = false, directoryIndexes = false, cacheControl = defaultCacheControl } = tree === true ? {} : tree;
  return { redirects, directoryIndexes, cacheControl };
}

function defaultCacheControl(path: string): string {
  return isHashedAsset(path) ? "public, max-age=31536000, immutable" : "public, max-age=0, must-revalidate";
}
