import type { Finding } from "./finding.ts";
import type { Manifest } from "./manifest.ts";

/** What an archive turned out to be, by its content; names and media types are never believed. */
export type ArchiveFormat = "zip" | "tar" | "tar.gz" | "directory" | "unknown";

/** Figures of the inspected site. Zero where the inspection did not get that far. */
export interface ArchiveStats {
  /** Files to be published. */
  readonly files: number;
  /** Bytes of these files. */
  readonly bytes: number;
  /** Bytes of the archive; of a directory, of all files in it. */
  readonly archiveBytes: number;
  readonly hasIndexHtml: boolean;
  /** The folder that was around everything and was taken off; empty when there was none. */
  readonly root: string;
}

/** What the inspection says. JSON-safe. */
export interface ArchiveReport {
  /** No finding is an error. */
  readonly ok: boolean;
  readonly format: ArchiveFormat;
  /** Errors first; the first one decided. */
  readonly findings: readonly Finding[];
  readonly stats: ArchiveStats;
  /**
   * SHA-256 of the bytes of the archive, lower-case hex; for a directory the digest of the manifest. Empty when the
   * bytes were not read to their end: larger than the policy allows, or a rejected directory.
   */
  readonly sha256: string;
  /** What the policy left out, directories with a trailing slash. */
  readonly stripped: readonly string[];
}

/** The outcome of an inspection: a rejected archive is an outcome, not an error. */
export interface Inspection {
  readonly ok: boolean;
  readonly report: ArchiveReport;
  /** The canonical tree; there only if `ok`. Nothing after the gate needs the archive again. */
  readonly manifest?: Manifest;
}
