import { hostingError } from "../errors/index.ts";
import type { ReleaseFile } from "./release.ts";

// In a pattern with the flag u, a surrogate that is half of a pair is not matched by itself.
const loneSurrogate = /\p{Surrogate}/u;

/** What most paths are: no segment begins with a dot, and nothing else is special. `false` says nothing. */
const plainPath = /^[\w-][\w.-]*(?:\/[\w-][\w.-]*)*$/;

/** Whether a path names something below a release: relative, no segment empty, `.` or `..`, and sayable in UTF-8. */
export function isReleasePath(path: string): boolean {
  if (plainPath.test(path)) return true;
  if (path === "" || path.includes("\0") || loneSurrogate.test(path)) return false;
  return path.split("/").every((segment) => segment !== "" && segment !== "." && segment !== "..");
}

// Ids become file names and keys. Core's are stricter; this only keeps every path where it belongs.
const idPattern = /^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/;

/** Whether an id can be one segment of a path, as it is. */
export function isPathSafeId(id: string): boolean {
  return idPattern.test(id);
}

/**
 * Refuses paths that would leave a release's directory, and lists of files that no directory can hold. Manifests come
 * validated; this is a target's last look before it writes.
 *
 * @throws HostingError `INVALID_INPUT`, naming the path.
 */
export function assertReleasePaths(files: readonly Pick<ReleaseFile, "path">[]): void {
  const seen = new Set<string>();
  for (const { path } of files) {
    if (!isReleasePath(path)) throw unusable(path, "is not a relative path");
    if (seen.has(path)) throw unusable(path, "is there twice");
    seen.add(path);
  }
  for (const directory of releaseDirectories(files)) {
    if (seen.has(directory)) throw unusable(directory, "is a file and a directory");
  }
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

function unusable(path: string, what: string): Error {
  const problem = `${JSON.stringify(path)} ${what}`;
  return hostingError("INVALID_INPUT", `manifest can't be used: ${problem}.`, { field: "manifest", problem });
}
