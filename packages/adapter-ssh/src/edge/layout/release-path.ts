import { type HostingErrorOf, hostingError, type ReleaseFile, type SlotName } from "@hostelry/core/adapter";

/** Refuses paths that would leave a release's directory, and lists of files that no directory can hold. */
export function assertReleasePaths(files: readonly Pick<ReleaseFile, "path">[]): void {
  const seen = new Set<string>();
  for (const { path } of files) {
    if (!isReleasePath(path)) throw invalidInput("manifest", `${JSON.stringify(path)} is not a relative path`);
    if (seen.has(path)) throw invalidInput("manifest", `${JSON.stringify(path)} is there twice`);
    seen.add(path);
  }
  for (const directory of directoriesOf(files)) {
    if (seen.has(directory)) throw invalidInput("manifest", `${JSON.stringify(directory)} is a file and a directory`);
  }
}

// In a pattern with the flag u, a surrogate that is half of a pair is not matched by itself.
const loneSurrogate = /\p{Surrogate}/u;

/** Whether a path names something below a release: relative, no segment empty, `.` or `..`, and sayable in UTF-8. */
export function isReleasePath(path: string): boolean {
  if (path === "" || path.includes("\0") || loneSurrogate.test(path)) return false;
  return path.split("/").every((segment) => segment !== "" && segment !== "." && segment !== "..");
}

/** Every directory that the files are in, parents before children. */
export function directoriesOf(files: readonly Pick<ReleaseFile, "path">[]): ReadonlySet<string> {
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

// Ids become file names. Core's are stricter; this only keeps every path where it belongs.
const idPattern = /^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/;

/** Refuses an id that is no file name. */
export function assertSiteId(siteId: string): void {
  if (!idPattern.test(siteId)) throw invalidInput("siteId", "it must be letters, digits, hyphens and underscores");
}

/** Refuses anything but `live` and `preview/<id>`. */
export function assertSlot(slot: SlotName): void {
  if (slot === "live") return;
  if (!slot.startsWith("preview/") || !idPattern.test(slot.slice("preview/".length)))
    throw invalidInput("slot", "it must be live or preview/<id>");
}

/** Refuses anything but a whole number from 1. */
export function assertToken(token: number): void {
  if (!Number.isSafeInteger(token) || token < 1) throw invalidInput("fencingToken", "it must be a whole number from 1");
}

/** The error for a caller's field. */
export function invalidInput(field: string, problem: string): HostingErrorOf<"INVALID_INPUT"> {
  return hostingError("INVALID_INPUT", `${field} can't be used: ${problem}.`, { field, problem });
}
