import type { ReleaseFile } from "@hostelry/core/adapter";
import { invalidInput } from "./site-layout.ts";

/**
 * Refuses paths that would leave a release's directory, and lists of files that no directory can hold. Manifests come
 * validated; this is the last look before the disk.
 */
export function assertReleasePaths(files: readonly Pick<ReleaseFile, "path">[]): void {
  const seen = new Set<string>();
  for (const { path } of files) {
    if (!isReleasePath(path)) throw invalidInput("manifest", `${JSON.stringify(path)} is not a relative path`);
    if (seen.has(path)) throw invalidInput("manifest", `${JSON.stringify(path)} is there twice`);
    seen.add(path);
  }
  for (const directory of releaseDirectories(files)) {
    if (seen.has(directory)) throw invalidInput("manifest", `${JSON.stringify(directory)} is a file and a directory`);
  }
}

/** Whether a path names something below a release: relative, and no segment empty, `.` or `..`. */
export function isReleasePath(path: string): boolean {
  if (path === "" || path.includes("\0")) return false;
  return path.split("/").every((segment) => segment !== "" && segment !== "." && segment !== "..");
}

/** Every directory that the files are in, parents before children. */
export function releaseDirectories(files: readonly Pick<ReleaseFile, "path">[]): ReadonlySet<string> {
  const directories = new Set<string>();
  for (const { path } of files) addParents(path, directories);
  return directories;
}

function addParents(path: string, directories: Set<string>): void {
  const slash = path.lastIndexOf("/");
  if (slash === -1) return;
  const parent = path.slice(0, slash);
  if (directories.has(parent)) return;
  addParents(parent, directories);
  directories.add(parent);
}
