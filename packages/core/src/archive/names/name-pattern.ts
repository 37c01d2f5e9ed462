import { foldName } from "./fold-name.ts";

/** A list of patterns, each with something that it stands for. */
export interface NamePatterns<T> {
  /** What the first pattern that matches stands for. `foldedSegment`: one segment of a path, see {@link foldName}. */
  find(foldedSegment: string, isDirectory: boolean): T | undefined;
}

interface Compiled<T> {
  readonly order: number;
  readonly directoriesOnly: boolean;
  readonly expression: RegExp | undefined;
  readonly value: T;
}

const special = /[\\^$.|?+()[\]{}]/g;

/**
 * Compiles patterns: `*` stands for any characters, case does not count, a trailing `/` means directories only. Names
 * without `*` are looked up, so long lists cost no more than short ones.
 */
export function namePatterns<T>(patterns: Iterable<readonly [pattern: string, value: T]>): NamePatterns<T> {
  const exact = new Map<string, Compiled<T>[]>();
  const wild: Compiled<T>[] = [];
  let order = 0;
  for (const [pattern, value] of patterns) {
    const directoriesOnly = pattern.endsWith("/");
    const folded = foldName(directoriesOnly ? pattern.slice(0, -1) : pattern);
    const source = folded.replace(special, "\\$&").replaceAll("*", ".*");
    const expression = folded.includes("*") ? new RegExp(`^${source}$`, "su") : undefined;
    const compiled = { order, directoriesOnly, expression, value };
    if (expression !== undefined) wild.push(compiled);
    else exact.set(folded, [...(exact.get(folded) ?? []), compiled]);
    order += 1;
  }
  return {
    find: (segment, isDirectory) => {
      const fits = (one: Compiled<T>): boolean => isDirectory || !one.directoriesOnly;
      const named = exact.get(segment)?.find(fits);
      const other = wild.find((one) => fits(one) && one.expression?.test(segment) === true);
      if (named === undefined || other === undefined) return (named ?? other)?.value;
      return named.order < other.order ? named.value : other.value;
    },
  };
}
