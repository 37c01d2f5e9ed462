import type { BlobStore } from "@hostelry/core/adapter";
import type { CaseDraft, Harness, UnderTest } from "../conformance-case.ts";

/** A blob store for one case. */
export interface BlobStoreUnderTest extends UnderTest<BlobStore> {
  /** The names of all blobs, read without the adapter, so that it can't lie to its own test. */
  names(): Promise<readonly string[]>;
  /** Changes a byte of a blob at rest, without the adapter. Harnesses that can't declare `without: ["damage"]`. */
  damage?(sha256: string): Promise<void>;
  /**
   * Makes a blob look as if it had last been put this much earlier, without the adapter. Needed when
   * `capabilities.collectable`; harnesses that can't declare `without: ["age"]`.
   */
  age?(sha256: string, milliseconds: number): Promise<void>;
}

/** How to make blob stores for {@link blobStoreConformance}. */
export type BlobStoreHarness = Harness<BlobStore, BlobStoreUnderTest>;

/** A case of the blob store's suite before it knows its harness. */
export type BlobStoreCase = CaseDraft<BlobStoreUnderTest>;
