import type { ArchivePolicy } from "./archive-policy.ts";
import type { BlobIntake } from "./data/blob-intake.ts";
import type { VerifiedFile } from "./data/verify-entries.ts";
import type { FindingLog } from "./finding.ts";
import type { RuleTap } from "./site/rule-tap.ts";
import type { SiteTree } from "./site/site-tree.ts";
import type { ArchiveDigest } from "./source/archive-digest.ts";
import type { ByteSource } from "./source/byte-source.ts";

/** What the readers of all formats work with. */
export interface InspectionContext {
  readonly policy: ArchivePolicy;
  readonly log: FindingLog;
  readonly intake: BlobIntake | undefined;
  /** Keeps the files that hold rules, which are judged when all is read. */
  readonly tap: RuleTap;
  readonly signal: AbortSignal | undefined;
  /** Told how many bytes of the archive are done. */
  readonly onBytes: (done: number, total: number) => void;
  /** As the caller wished; `undefined` leaves it to the size of the archive. */
  readonly workers: number | undefined;
}

/** The same for formats that are one row of bytes. */
export interface ByteContext extends InspectionContext {
  readonly source: ByteSource;
  readonly digest: ArchiveDigest;
}

/** What a reader found; without `tree` it did not get as far. */
export interface ReadTree {
  readonly tree?: SiteTree | undefined;
  /** Checked and hashed files, paths as in the archive. Complete only if nothing was rejected. */
  readonly files: readonly VerifiedFile[];
}
