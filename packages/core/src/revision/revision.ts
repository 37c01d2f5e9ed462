import type { ArchiveReport } from "../archive/report.ts";
import type { SiteId } from "../site/site.ts";

/** A revision's id: `rev-` and twenty lower-case letters and digits. */
export type RevisionId = string & { readonly __brand: "RevisionId" };

/** Where a revision is in its life. The table of moves is `revision-machine.ts`. */
export type RevisionState = "uploaded" | "validated" | "in_preview" | "published" | "retired" | "rejected";

/** What was uploaded: kept in the blob store under its own hash, and not served by anything. */
export interface UploadedArchive {
  /** SHA-256 of the upload, lower-case hex. */
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
}

/** A numbered, immutable snapshot of a site's content. */
export interface Revision {
  readonly id: RevisionId;
  readonly siteId: SiteId;
  /** 1, 2, 3 … per site, without gap or repeat: the `r3` that people say. */
  readonly number: number;
  readonly state: RevisionState;
  readonly archive: UploadedArchive;
  readonly createdAt: Date;
  /** What the inspection said; absent before the first validation. */
  readonly report?: ArchiveReport | undefined;
  /** Identity of the content, and the name of the manifest's blob; set when validation succeeded. */
  readonly manifestDigest?: string | undefined;
}
