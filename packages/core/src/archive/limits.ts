import type { ArchivePolicy } from "./archive-policy.ts";
import type { FindingLog } from "./finding.ts";

/** Counts what the entries declare and says, once each, what is over the policy. */
export interface LimitJudge {
  /** Adds a file. `packedSize` is known for ZIP only. */
  file(name: string, size: number, packedSize?: number): void;
  /** Looks at the number of entries of every kind. `false` when there are too many. */
  entries(count: number): boolean;
  /** Looks at the number of directories. `false` when there are too many. */
  directories(count: number): boolean;
  /** Looks at all files against the whole archive. `false` when it unpacks to far more than it holds. */
  whole(archiveBytes: number): boolean;
  /** There are too many entries or directories: looking at each of them further is what a bomb wants. */
  readonly crowded: boolean;
  /** Unpacked bytes of all files so far. */
  readonly totalBytes: number;
}

const megabytes = (bytes: number): string => `${(bytes / 1_048_576).toFixed(1)} MiB`;

/** @param policy its limits are applied. */
export function limitJudge(policy: ArchivePolicy, log: FindingLog): LimitJudge {
  const said = new Set<string>();
  const once = (key: string, say: () => void): false => {
    if (!said.has(key)) say();
    said.add(key);
    return false;
  };
  const swollen = (size: number, packed: number): boolean =>
    size > policy.ratioFloorBytes && size > packed * policy.maxRatio;
  let totalBytes = 0;
  return {
    get crowded() {
      return said.has("entries") || said.has("directories");
    },
    get totalBytes() {
      return totalBytes;
    },
    file: (name, size, packedSize) => {
      totalBytes += size;
      if (size > policy.maxFileBytes) {
        const message = `The file has ${megabytes(size)}; at most ${megabytes(policy.maxFileBytes)} are allowed.`;
        log.error("FILE_TOO_LARGE", message, name);
      }
      if (packedSize !== undefined && swollen(size, packedSize)) {
        log.error(
          "RATIO",
          `The file unpacks to ${megabytes(size)}, more than ${policy.maxRatio} times its size.`,
          name,
        );
      }
      if (totalBytes > policy.maxTotalBytes) {
        once("total", () =>
          log.error("TOTAL_TOO_LARGE", `The files have more than ${megabytes(policy.maxTotalBytes)} in sum.`),
        );
      }
    },
    entries: (count) => {
      if (count <= policy.maxEntries) return true;
      return once("entries", () => log.error("TOO_MANY_ENTRIES", `There are more than ${policy.maxEntries} entries.`));
    },
    directories: (count) => {
      if (count <= policy.maxDirectories) return true;
      return once("directories", () =>
        log.error("TOO_MANY_DIRS", `There are more than ${policy.maxDirectories} directories.`),
      );
    },
    whole: (archiveBytes) => {
      if (!swollen(totalBytes, archiveBytes)) return true;
      return once("ratio", () =>
        log.error(
          "RATIO",
          `The archive unpacks to ${megabytes(totalBytes)}, more than ${policy.maxRatio} times its size.`,
        ),
      );
    },
  };
}
