/** Where a panel has a site's document root, and what may be replaced there. */
export interface DocumentRoot {
  /** Absolute; of letters, digits, `.`, `_` and `-` between slashes. */
  readonly path: string;
  /**
   * What the first release may take the place of, besides nothing: a directory with nothing in it but an index page that has this word in it,
   * which is how panels greet; or `everything`. It is moved to `.hostelry/replaced`, never deleted.
   */
  readonly replaces: { readonly word: string } | "everything";
}
