import { type HostingErrorOf, hostingError } from "../../errors/index.ts";

/** The archive could not be read; what was read of it says nothing. */
export function unreadable(source: string, reason: string, cause?: unknown): HostingErrorOf<"ARCHIVE_UNREADABLE"> {
  return hostingError("ARCHIVE_UNREADABLE", `${source} could not be read: ${reason}.`, { source, reason }, { cause });
}

/** The caller's signal fired. */
export function inspectionAborted(cause?: unknown): HostingErrorOf<"ABORTED"> {
  return hostingError("ABORTED", "The inspection was ended by its caller.", { operation: "inspectArchive" }, { cause });
}

/** Throws `ABORTED` if the signal has fired. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw inspectionAborted(signal.reason);
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EACCES: "access was denied",
  EPERM: "access was denied",
  EISDIR: "it is a directory",
  ENOTDIR: "a part of the path is not a directory",
  EMFILE: "too many files are open",
  EIO: "the disk reports an error",
};

/** A sentence part for a Node system error; its code where we have no words. */
export function systemReason(cause: unknown): string {
  const code = typeof cause === "object" && cause !== null && "code" in cause ? String(cause.code) : "unknown error";
  return reasons[code] ?? code;
}
