import { hostingError, isReleaseId, type ReleaseId } from "@hostelry/core/adapter";
import type { FileSystem } from "../file-system/file-system.ts";
import { systemCode } from "../file-system/system-error.ts";
import type { PointerPlace } from "./site-layout.ts";

/**
 * The release that a pointer shows, `null` when there is no pointer. Anything but a link of ours in its place is
 * `TARGET_LAYOUT_INVALID`: it was made by somebody else, and what it is for is not ours to guess.
 */
export function readPointer(fileSystem: FileSystem, place: PointerPlace, target: string): ReleaseId | null {
  let link: string;
  try {
    link = fileSystem.readlinkSync(place.path);
  } catch (cause) {
    const code = systemCode(cause);
    if (code === "ENOENT") return null;
    if (code === "EINVAL" || code === "ENOTDIR")
      throw layoutInvalid(target, place.path, "there is something that is not a link");
    throw cause;
  }
  const release = link.slice(link.lastIndexOf("/") + 1);
  if (isReleaseId(release) && place.linkTo(release) === link) return release;
  throw layoutInvalid(target, place.path, "there is a link that points elsewhere");
}

/** The error for something in a place of ours that we did not make. */
export function layoutInvalid(
  target: string,
  path: string,
  problem: string,
): ReturnType<typeof hostingError<"TARGET_LAYOUT_INVALID">> {
  return hostingError("TARGET_LAYOUT_INVALID", `${path} can't be used: ${problem}.`, { target, path, problem });
}
