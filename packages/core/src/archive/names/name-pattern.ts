import { foldName } from "./fold-name.ts";

/** Tests one segment of a path, given in the folded form of {@link foldName}. */
export interface NamePattern {
  /** The pattern as it was written. */
  readonly source: string;
  matches(foldedSegment: string, isDirectory: boolean): boolean;
}

const special = /[\\^$.|?+()[\]{}]/g;

/** Compiles a pattern: `*` stands for any characters, case does not count, a trailing `/` means directories only. */
export function namePattern(source: string): NamePattern {
  const directoriesOnly = source.endsWith("/");
  const folded = foldName(directoriesOnly ? source.slice(0, -1) : source);
  const accepts = (isDirectory: boolean): boolean => isDirectory || !directoriesOnly;
  if (!folded.includes("*")) {
    return { source, matches: (segment, isDirectory) => segment === folded && accepts(isDirectory) };
  }
  const expression = new RegExp(`^${folded.replace(special, "\\$&").replaceAll("*", ".*")}$`, "su");
  return { source, matches: (segment, isDirectory) => accepts(isDirectory) && expression.test(segment) };
}
