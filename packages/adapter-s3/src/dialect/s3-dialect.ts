/**
 * What one S3-compatible store does, and how it says so. Found out by a look at the store when it is not given. It is data: keep it, print it,
 * give it again to save the requests.
 */
export interface S3Dialect {
  /** `If-None-Match: *`: of several writers of one key exactly one wins. */
  readonly createOnce: boolean;
  /**
   * `If-Match` on writes: of several writers who read the same tag exactly one wins. Some stores compare the header with their tag
   * letter by letter and never match the quotes that HTTP demands. `false`: the store takes no notice, or refuses always.
   */
  readonly replaceIfMatch: "quoted" | "unquoted" | false;
  /** `If-Match` on `DELETE` is kept. */
  readonly deleteIfMatch: boolean;
  /** Bytes that do not have the SHA-256 that was signed with them are refused. */
  readonly checksSha256: boolean;
  /** A signed URL is refused when its time is over, by the store's own clock. */
  readonly expiresSignedUrls: boolean;
  /** An object can be copied onto itself with new headers, which makes it as new as one that was written. */
  readonly renewsByCopy: boolean;
}
