import type { SiteDocument } from "./site-document.ts";

/** A site's document, and the version of the object it was read from or written to. */
export interface Pointer {
  readonly document: SiteDocument;
  /** `undefined`: there is no object yet. */
  readonly etag: string | undefined;
}
