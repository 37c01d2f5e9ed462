/** Something that goes wrong with one request. */
export type FakeS3Fault =
  /** 503 `SlowDown`, and nothing was done. */
  | { readonly kind: "throttle"; readonly retryAfterSeconds?: number | undefined }
  /** An answer of the store's own, and nothing was done. */
  | { readonly kind: "refuse"; readonly status: number; readonly code: string }
  /** 500 although what was asked was done. */
  | { readonly kind: "fail-after" }
  /** The connection ends, and nothing was done. */
  | { readonly kind: "drop-before" }
  /** The connection ends, and what was asked was done. */
  | { readonly kind: "drop-after" }
  /** No answer at all, and nothing was done. */
  | { readonly kind: "silence" }
  /** What was asked is done at once, and the answer is held back. */
  | { readonly kind: "hold-answer"; readonly until: Promise<unknown> }
  /** The connection ends after so many bytes of the answer's body. */
  | { readonly kind: "truncate"; readonly afterBytes: number }
  /** A bit of the answer's body is another. */
  | { readonly kind: "damage" }
  /** A bit of the request's body is another, as if it had been damaged on the way. */
  | { readonly kind: "damage-request" }
  /** A conditional write loses, whatever is there. */
  | { readonly kind: "lose-condition" }
  /** A copy, or the end of an upload in parts, answers 200 with an error inside, and nothing was done. */
  | { readonly kind: "error-inside" }
  /** A listing gives the first page again, with the token it was asked with. */
  | { readonly kind: "repeat-page" }
  /** A listing gives nothing, says that there is more, and gives the token that it always gives. */
  | { readonly kind: "empty-page"; readonly token: string };

/** A request as a hook and the log see it. */
export interface FakeS3Request {
  readonly method: string;
  /** Undefined for requests to the bucket itself. */
  readonly key: string | undefined;
  readonly query: URLSearchParams;
  /** In lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Bytes of the body. */
  readonly bytes: number;
  /** Counted from 1 since the store was started. */
  readonly number: number;
}
