/** The archive gate: untrusted bytes in, typed findings or one canonical tree out. */
export { type ArchivePolicy, archivePolicy, defaultArchivePolicy, type ForbidRule } from "./archive-policy.ts";
export type { BlobSink } from "./data/blob-intake.ts";
export type { Finding, FindingSeverity } from "./finding.ts";
export { type FindingCode, findingCodes } from "./finding-code.ts";
export { type InspectError, type InspectOptions, inspectArchive } from "./inspect-archive.ts";
export {
  decodeManifest,
  encodeManifest,
  type Manifest,
  type ManifestFile,
  manifestOf,
} from "./manifest.ts";
export type { ArchiveFormat, ArchiveReport, ArchiveStats, Inspection } from "./report.ts";
export type { ArchiveSource, RandomAccessSource } from "./source/archive-source.ts";
