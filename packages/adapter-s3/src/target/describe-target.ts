import { type CallOptions, flow, ok, type ResultAsync, type TargetError } from "@hostelry/core/adapter";
import type { S3Dialect } from "../dialect/s3-dialect.ts";
import type { TargetParts } from "./target-parts.ts";

/** What there is to know about publishing to a store. */
export interface S3TargetDescription {
  /** Which bucket of which place. */
  readonly place: string;
  readonly prefix: string;
  readonly dialect: S3Dialect;
  /** Who keeps two publishers of one site apart: the store itself, or the lease alone. */
  readonly publishersKeptApartBy: "conditional writes" | "lease";
  /** Where the bytes are. */
  readonly blobs: "own" | "shared" | "shared, same bucket";
  /** Releases are laid out as trees of paths as well. */
  readonly tree: boolean;
  /** What an operator should know, a sentence each. */
  readonly notes: readonly string[];
}

const leaseOnly =
  "The lease alone keeps two publishers of a site apart: one that was paused for longer than its lease can undo what a later one did.";
const unused =
  "The store has conditional writes, and this target does not use them; leave `fencing` out to be safe from paused publishers.";
const refused = "The store has no conditional writes: every change is refused unless `fencing` is `false`.";

/** Describes a target. */
export function describeTarget(
  parts: TargetParts,
  { signal }: CallOptions,
): ResultAsync<S3TargetDescription, TargetError> {
  return flow(async function* () {
    const { bucket, prefix, fencing, sharedBlobs, sharedKey, tree } = parts;
    const dialect = yield* bucket.dialect({ signal });
    const hasConditions = dialect.createOnce && dialect.replaceIfMatch !== false;
    const notes = fencing ? (hasConditions ? [] : [refused]) : [leaseOnly, ...(hasConditions ? [unused] : [])];
    return ok({
      place: bucket.place,
      prefix,
      dialect,
      publishersKeptApartBy: fencing ? ("conditional writes" as const) : ("lease" as const),
      blobs:
        sharedBlobs === undefined
          ? ("own" as const)
          : sharedKey
            ? ("shared, same bucket" as const)
            : ("shared" as const),
      tree: tree !== undefined,
      notes,
    });
  });
}
