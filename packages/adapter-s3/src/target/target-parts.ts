import type { BlobStore, FailureState, ReleaseMemory, SiteId } from "@hostelry/core/adapter";
import type { StoredRelease } from "./release-record.ts";
import type { RememberedPointers } from "./remembered-pointers.ts";
import type { SiteBucket } from "./site-bucket.ts";
import type { SiteKeys } from "./site-keys.ts";
import type { TreeOptions } from "./tree/tree-options.ts";

/** What every operation of an S3 target works with. */
export interface TargetParts {
  /** The target's name, for errors. */
  readonly name: string;
  readonly bucket: SiteBucket;
  readonly prefix: string;
  /** Whether the pointer is written under a condition. */
  readonly fencing: boolean;
  /** Where bytes are when they are not the target's own; it removes nothing there. */
  readonly sharedBlobs: BlobStore | undefined;
  /** Where a shared blob is in the same bucket, if it is there. */
  readonly sharedKey: ((sha256: string) => string) | undefined;
  readonly tree: TreeOptions | undefined;
  readonly records: ReleaseMemory<StoredRelease>;
  /** Sites' pointers as this target wrote them last: good for a first try under a condition, and for nothing else. */
  readonly remembered: RememberedPointers;
  /** Does one thing after the other for each site. */
  inTurn<T>(siteId: SiteId, work: () => Promise<T>): Promise<T>;
}

/** One call under way. */
export interface SiteCall {
  readonly siteId: SiteId;
  readonly keys: SiteKeys;
  readonly signal: AbortSignal | undefined;
  /** What is known of what it changes, for the error when it fails. */
  state: FailureState;
}

/** Whether bytes are in a shared blob store. */
export function hasSharedBlobs(parts: TargetParts): parts is TargetParts & { readonly sharedBlobs: BlobStore } {
  return parts.sharedBlobs !== undefined;
}

/** Whether releases are laid out as trees of paths as well. */
export function hasTree(parts: TargetParts): parts is TargetParts & { readonly tree: TreeOptions } {
  return parts.tree !== undefined;
}
