import { manifestMemoryBytes, publicationOfRelease, type ReleaseId, type ReleaseMemory } from "@hostelry/core/adapter";
import { hashBytes, readObject } from "./read-object.ts";
import { decodeReleaseRecord, type StoredRelease } from "./release-record.ts";
import { releaseCorrupt } from "./request-checks.ts";
import type { SiteBucket } from "./site-bucket.ts";
import type { RegisteredRelease, SiteDocument } from "./site-document.ts";

/** Where records are read from. */
export interface RecordSource {
  /** For errors. */
  readonly name: string;
  readonly bucket: SiteBucket;
  readonly records: ReleaseMemory<StoredRelease>;
}

/** Reads a release's record. One that is gone or has other bytes than the pointer says is `RELEASE_CORRUPT`. */
export async function storedRelease(
  { name, bucket, records }: RecordSource,
  stages: string,
  [release, registered]: readonly [ReleaseId, RegisteredRelease],
  signal: AbortSignal | undefined,
): Promise<StoredRelease> {
  const { record, recordSha256 } = registered;
  const known = records.get(recordName(stages, registered));
  if (known !== undefined) return known;
  const read = await readObject(bucket, `${stages}${record}`, signal);
  if (read === undefined || hashBytes(read.bytes) !== recordSha256) throw releaseCorrupt(name, release, [record]);
  const stored = decodeReleaseRecord(read.bytes);
  if (stored === undefined || stored.manifest.release !== release) throw releaseCorrupt(name, release, [record]);
  records.set(recordName(stages, registered), stored, storedMemoryBytes(stored));
  return stored;
}

/** A place: an object, its tag, and its entry by hash. */
const placeBytes = 140;

/** About how many bytes of memory a record takes that was read. */
export function storedMemoryBytes({ manifest, places }: StoredRelease): number {
  return manifestMemoryBytes(manifest) + places.size * placeBytes;
}

/** By what a record is remembered: where it is, and what it says. */
export function recordName(
  stages: string,
  { record, recordSha256 }: Pick<RegisteredRelease, "record" | "recordSha256">,
): string {
  return `${stages}${record} ${recordSha256}`;
}

/** A site's whole releases, the oldest publication first. */
export function releasesInOrder({ releases }: SiteDocument): readonly (readonly [ReleaseId, RegisteredRelease])[] {
  return [...releases].sort(([left], [right]) => publicationOfRelease(left) - publicationOfRelease(right));
}
