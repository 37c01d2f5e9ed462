/** How a fake store behaves where real ones differ. */
export interface FakeS3Dialect {
  /** Whether `If-None-Match: *` on a write is kept, or taken no notice of. */
  readonly createOnce: boolean;
  /**
   * How a tag in `If-Match` on a write is compared: `either` with or without quotes, `unquoted` letter by letter with the bare tag, so that one in
   * quotes never matches; `ignored`: not at all; `refused`: the header is answered with 501.
   */
  readonly ifMatch: "either" | "unquoted" | "ignored" | "refused";
  /** Status of a write that lost by its tag. */
  readonly lostReplacement: 409 | 412;
  /** Status of a write with a tag when there is nothing under the key. */
  readonly nothingToMatch: 404 | 412;
  /** Whether `If-Match` on `DELETE` is kept, or taken no notice of. */
  readonly deleteIfMatch: boolean;
  /** Whether bytes that do not have the SHA-256 they were signed with are refused. */
  readonly checksSha256: boolean;
  /** Whether a signed URL ends. */
  readonly expiresSignedUrls: boolean;
  /** Whether an object can be copied onto itself. */
  readonly renewsByCopy: boolean;
  /** Whether listings tell milliseconds, or whole seconds. */
  readonly exactTimes: boolean;
  /** Whether one request can remove many objects. */
  readonly deletesMany: boolean;
  /** Whether the end of an upload in parts says the object's tag. */
  readonly tellsTagOfParts: boolean;
}

const aws: FakeS3Dialect = {
  createOnce: true,
  ifMatch: "either",
  lostReplacement: 412,
  nothingToMatch: 404,
  deleteIfMatch: true,
  checksSha256: true,
  expiresSignedUrls: true,
  renewsByCopy: true,
  exactTimes: false,
  deletesMany: true,
  tellsTagOfParts: true,
};

/** Dialects with names: those of Amazon, of two generations of Ceph, and of stores that lack something. */
export const fakeS3Dialects: Readonly<
  Record<"aws" | "ceph-20" | "ceph-18" | "without-conditions" | "create-only" | "minimal", FakeS3Dialect>
> = {
  aws,
  "ceph-20": { ...aws, lostReplacement: 409, exactTimes: true },
  "ceph-18": {
    ...aws,
    ifMatch: "unquoted",
    nothingToMatch: 412,
    deleteIfMatch: false,
    exactTimes: true,
  },
  /** Takes no notice of conditions at all: every writer wins. */
  "without-conditions": { ...aws, createOnce: false, ifMatch: "ignored", deleteIfMatch: false },
  /** Creates once, and does not know replacing by tag. */
  "create-only": { ...aws, ifMatch: "refused", deleteIfMatch: false },
  /** Has what every store has, and no more. */
  minimal: {
    ...aws,
    createOnce: false,
    ifMatch: "ignored",
    deleteIfMatch: false,
    checksSha256: false,
    renewsByCopy: false,
    deletesMany: false,
    tellsTagOfParts: false,
  },
};

/** Names of {@link fakeS3Dialects}. */
export type FakeS3DialectName = keyof typeof fakeS3Dialects;
