import type { AdapterError, CallOptions, HostingErrorOf, ResultAsync } from "@hostelry/core/adapter";
import type { S3Dialect } from "../dialect/s3-dialect.ts";

/** What an object has besides its bytes and its name. */
export interface ObjectHeaders {
  readonly contentType?: string | undefined;
  readonly cacheControl?: string | undefined;
  readonly contentEncoding?: string | undefined;
  /** Where a store that serves by itself sends whoever asks for this object (`x-amz-website-redirect-location`). Only written. */
  readonly redirectTo?: string | undefined;
  /** User metadata; names in lower case, values in ASCII. */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

/** An object, without its bytes. */
export interface ObjectFacts extends ObjectHeaders {
  readonly key: string;
  /** The entity tag without quotes, in every dialect. Equal bytes have equal tags. */
  readonly etag: string;
  /** Bytes of the whole object, also when a part was asked for. */
  readonly size: number;
  /** By the store's clock, in whole seconds. */
  readonly lastModified: Date;
  readonly metadata: Readonly<Record<string, string>>;
}

/** An object with its bytes, or with the part of them that was asked for. */
export interface ObjectContent extends ObjectFacts {
  /**
   * To be iterated once, or ended with `discard`. A connection that breaks half-way is resumed where it broke, of the same
   * version of the object. Throws an {@link AdapterError} when that does not help; ends the connection when left early.
   */
  readonly body: AsyncIterable<Uint8Array>;
  /** Frees the connection of a body that nobody is going to read. May be called twice. */
  discard(): void;
}

/** What a read found. */
export type ReadOutcome<F> =
  | ({ readonly outcome: "found" } & F)
  | { readonly outcome: "absent" }
  /** `ifNoneMatch` was the object's tag. */
  | { readonly outcome: "unmodified" };

/** Which part, and under which condition. */
export interface GetOptions extends CallOptions {
  /** First byte, and the byte after the last one; beyond the end is cut to it, and a range without bytes has none. */
  readonly range?: { readonly start?: number | undefined; readonly end?: number | undefined } | undefined;
  /** A tag of an earlier read: `unmodified` when it is still that one. */
  readonly ifNoneMatch?: string | undefined;
}

/** A condition on what is under the key, decided by the store in the very act of writing. Needs the dialect's word that it keeps it. */
export type WriteCondition =
  | { readonly ifAbsent: true; readonly ifMatch?: undefined }
  /** The tag, without quotes, that the object must still have. */
  | { readonly ifMatch: string; readonly ifAbsent?: undefined };

/** How to write. */
export interface PutOptions extends CallOptions, ObjectHeaders {
  readonly condition?: WriteCondition | undefined;
  /** SHA-256 of the body in hex, when it is known: it is sent with the signature, and the store checks the bytes against it. Default: computed. */
  readonly sha256?: string | undefined;
}

/**
 * What a write did. `conflict`: the condition did not hold, in whatever words the store says that (409, 412, or 404 for a tag
 * of something that is gone). `mayHaveHappened` is true when an earlier attempt of the same call got no answer and what
 * is there now is somebody else's: ours may have been there in between.
 */
export type PutOutcome =
  | { readonly outcome: "written"; readonly etag: string }
  | { readonly outcome: "conflict"; readonly mayHaveHappened: boolean };

/** Bytes that may be more than fit in memory. */
export interface UploadInput {
  readonly bytes: Uint8Array | AsyncIterable<Uint8Array>;
  /** Number of bytes, when known; others are a `BLOB_MISMATCH`. */
  readonly size?: number | undefined;
  /** SHA-256 in hex, when known; another one is a `BLOB_MISMATCH`, and nothing is written. */
  readonly sha256?: string | undefined;
}

/** What an upload wrote, with the SHA-256 of what came through. */
export type UploadOutcome =
  | { readonly outcome: "written"; readonly etag: string; readonly sha256: string; readonly size: number }
  | {
      readonly outcome: "conflict";
      readonly mayHaveHappened: boolean;
      readonly sha256: string;
      readonly size: number;
    };

/** What became of bytes that were received. */
export type Received<T> =
  | { readonly kind: "small"; readonly value: T }
  | { readonly kind: "large"; readonly outcome: UploadOutcome };

/** How to copy inside the store. */
export interface CopyOptions extends CallOptions {
  /** Headers of the copy instead of those of the original. Default: the original's. Needed to copy an object onto itself. */
  readonly replace?: ObjectHeaders | undefined;
}

/** What a copy did. `absent`: there is no original. */
export type CopyOutcome = { readonly outcome: "copied"; readonly etag: string } | { readonly outcome: "absent" };

/** Which objects to list. */
export interface ListOptions extends CallOptions {
  /** Only keys behind this one; a whole key, with the prefix. */
  readonly after?: string | undefined;
  /** At most this many objects and folders; 1 to 1000, default 1000. */
  readonly limit?: number | undefined;
  /** Keys that have this behind the prefix are told as one folder, e.g. `/`. */
  readonly delimiter?: string | undefined;
}

/** An object as a listing names it. */
export interface ListedObject {
  readonly key: string;
  readonly etag: string;
  readonly size: number;
  /** As exact as the store says it: some to the millisecond, some to the second. */
  readonly lastModified: Date;
}

/** Objects in the order of their keys' UTF-8 bytes. */
export interface ObjectPage {
  readonly objects: readonly ListedObject[];
  /** Common prefixes, with the delimiter at their end. */
  readonly folders: readonly string[];
  /** Give as `after` for the next page; absent on the last one. */
  readonly next?: string | undefined;
  /** The store's clock when it answered, in whole seconds. */
  readonly at: Date;
}

/** What a store answers that is not the method's own. */
export type ObjectStoreError = AdapterError;

/**
 * One bucket of an S3-compatible store, in whatever dialect it speaks. What may be repeated is repeated inside, a few times and with
 * growing pauses, when the store throttles, fails or drops the connection; a conditional write that got no answer is resolved by
 * reading back the nonce that every such write carries in its metadata.
 *
 * Keys are given whole and are any text of 1 to 1024 UTF-8 bytes.
 */
export interface ObjectClient {
  /** For error messages. */
  readonly name: string;
  /** Says which bucket of which place this is, without secrets; equal for clients of the same bucket. */
  readonly place: string;

  /** One sentence for people: which bucket, and what the store does and does not do. */
  describe(options?: CallOptions): ResultAsync<string, ObjectStoreError>;

  /** What the store does and how it says so: as given, or asked of the store once and remembered. */
  dialect(options?: CallOptions): ResultAsync<S3Dialect, ObjectStoreError>;

  get(key: string, options?: GetOptions): ResultAsync<ReadOutcome<ObjectContent>, ObjectStoreError>;
  head(key: string, options?: CallOptions): ResultAsync<ReadOutcome<ObjectFacts>, ObjectStoreError>;

  /** Writes bytes that are in memory. Reading the key afterwards gives them, or something newer. */
  put(key: string, body: Uint8Array, options?: PutOptions): ResultAsync<PutOutcome, ObjectStoreError>;

  /**
   * Writes bytes of any number: a small body by one request, a large one in parts, some of them side by side, within the client's budget
   * of memory. Nothing is readable under the key before the last byte was checked. What was sent of an upload that fails is taken back.
   */
  upload(key: string, input: UploadInput, options?: PutOptions): ResultAsync<UploadOutcome, UploadError>;

  /**
   * As `upload`, but bytes that fit into one request are handed to `small` with their SHA-256 in hex, and what it makes of them is the answer;
   * memory is held for them until then. What it throws is the error.
   */
  receive<T>(
    key: string,
    input: UploadInput,
    small: (bytes: Uint8Array, sha256: string) => Promise<T>,
    options?: PutOptions,
  ): ResultAsync<Received<T>, UploadError>;

  /** Copies inside the bucket, without the bytes coming here. */
  copy(from: string, to: string, options?: CopyOptions): ResultAsync<CopyOutcome, ObjectStoreError>;

  /** Removes objects. Those that are not there are removed already. Any number; some may be gone when it fails. */
  deleteMany(keys: readonly string[], options?: CallOptions): ResultAsync<void, ObjectStoreError>;

  /**
   * Removes one object by a request that the store refuses when its time is over, by the store's own clock: `false` then. Needs
   * `expiresSignedUrls` of the dialect. Not repeated when there is no answer.
   */
  deleteUntil(key: string, options: DeleteUntilOptions): ResultAsync<boolean, ObjectStoreError>;

  /** Uploads in parts that were begun below a prefix and not ended, by whomever; at most a thousand. */
  unfinishedUploads(prefix: string, options?: CallOptions): ResultAsync<readonly UnfinishedUpload[], ObjectStoreError>;

  /** Gives such an upload up, and frees its parts. */
  giveUp(upload: UnfinishedUpload, options?: CallOptions): ResultAsync<void, ObjectStoreError>;

  /** Lists one page. Never loops: a store that answers the same page again is an error. */
  list(prefix: string, options?: ListOptions): ResultAsync<ObjectPage, ObjectStoreError>;

  /** A URL that gives the object to whoever has it, until it expires. Sends no request. */
  presignGet(key: string, options: PresignOptions): ResultAsync<string, ObjectStoreError>;
}

/** Errors of {@link ObjectClient.upload}. */
export type UploadError = ObjectStoreError | HostingErrorOf<"BLOB_MISMATCH">;

/** Until when a removal may be done. */
export interface DeleteUntilOptions extends CallOptions {
  /** The moment that `expiresInSeconds` counts from; by the store's clock, so take it from one of its answers. */
  readonly signedAt: Date;
  /** At least 1. */
  readonly expiresInSeconds: number;
}

/** An upload in parts that was begun and not ended. */
export interface UnfinishedUpload {
  readonly key: string;
  readonly uploadId: string;
  readonly begunAt: Date;
}

/** For how long a URL is good, and what its answer says of itself. */
export interface PresignOptions extends CallOptions {
  /** 1 to 604,800 seconds (7 days); credentials that end earlier end the URL with them. */
  readonly expiresInSeconds: number;
  /** `Content-Type` of the answer instead of the object's. */
  readonly contentType?: string | undefined;
  /** `Content-Disposition` of the answer, e.g. `attachment`. */
  readonly contentDisposition?: string | undefined;
}
