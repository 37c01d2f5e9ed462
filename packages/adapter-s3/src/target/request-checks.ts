import {
  type HostingErrorOf,
  hostingError,
  isPathSafeId,
  isReleaseId,
  type ReleaseId,
  type SiteId,
  type SlotName,
} from "@hostelry/core/adapter";

/** Refuses anything but `live` and `preview/<id>`. */
export function assertSlot(slot: SlotName): void {
  if (slot === "live") return;
  if (!slot.startsWith("preview/") || !isPathSafeId(slot.slice("preview/".length)))
    throw invalidInput("slot", "it must be live or preview/<id>");
}

/** Refuses anything but a whole number from 1. */
export function assertToken(token: number): void {
  if (!Number.isSafeInteger(token) || token < 1) throw invalidInput("fencingToken", "it must be a whole number from 1");
}

/** Refuses what is not a release's name. */
export function assertRelease(field: string, release: string): asserts release is ReleaseId {
  if (!isReleaseId(release)) throw invalidInput(field, `${JSON.stringify(release)} is not the name of a release`);
}

/** The error for a caller's field. */
export function invalidInput(field: string, problem: string): HostingErrorOf<"INVALID_INPUT"> {
  return hostingError("INVALID_INPUT", `${field} can't be used: ${problem}.`, { field, problem });
}

/** The error for a release that is not there. */
export function releaseNotFound(target: string, siteId: SiteId, release: string): HostingErrorOf<"RELEASE_NOT_FOUND"> {
  const message = `${target} has no release ${release} of ${siteId}.`;
  return hostingError("RELEASE_NOT_FOUND", message, { target, siteId, release });
}

/** The error for a release whose objects are not as they were written. */
export function releaseCorrupt(
  target: string,
  release: string,
  paths: readonly string[],
  cause?: unknown,
): HostingErrorOf<"RELEASE_CORRUPT"> {
  const message = `${paths[0] ?? "A part"} of release ${release} is not as it was laid out.`;
  return hostingError("RELEASE_CORRUPT", message, { target, release, paths }, { cause });
}
