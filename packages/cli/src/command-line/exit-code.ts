import { type ErrorCode, isHostingError } from "@hostelry/core";

/** 0: done. 1: refused by the world. 2: wrong usage, or the machine could not read or write. 130: interrupted. */
export type ExitCode = 0 | 1 | 2 | 130;

/** Failures of this machine or of what was typed, not answers of the world. */
const unusable: readonly ErrorCode[] = [
  "ADAPTER_FAILED",
  "ADAPTER_INCOMPATIBLE",
  "ADAPTER_TIMEOUT",
  "ARCHIVE_UNREADABLE",
  "INVALID_INPUT",
  "STORAGE_DENIED",
  "STORAGE_FULL",
  "STORAGE_READ_ONLY",
];

/** The exit code for a failure. One that nobody expected is 2 as well: nothing has been refused. */
export function exitCodeOf(error: unknown): ExitCode {
  if (!isHostingError(error)) return 2;
  if (error.code === "ABORTED") return 130;
  return unusable.includes(error.code) ? 2 : 1;
}
