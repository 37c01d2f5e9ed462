import type { ServingState } from "@hostelry/core/adapter";
import type { FileSystem } from "../file-system/file-system.ts";
import type { SiteLayout } from "./site-layout.ts";

/**
 * The state that the markers say. A marker is set exactly when `[ -f marker ]`, and so nginx's `-f`, says so: also one
 * that an operator made with `touch`. Both set (a change that was cut off half-way) means suspended.
 */
export function readServingState(fileSystem: FileSystem, layout: SiteLayout): ServingState {
  if (isMarkerSet(fileSystem, layout.suspended)) return "suspended";
  return isMarkerSet(fileSystem, layout.maintenance) ? "maintenance" : "live";
}

/** Whether a marker is set. */
export function isMarkerSet(fileSystem: FileSystem, path: string): boolean {
  return fileSystem.statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}
