import type { BigIntStats, Dirent } from "node:fs";
import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { EntryJudge } from "../entry-judge.ts";
import type { FindingLog } from "../finding.ts";
import { decodeUtf8 } from "../names/decode-utf8.ts";
import type { ContentRules } from "../site/content-rules.ts";
import { systemReason, throwIfAborted, unreadable } from "../source/unreadable.ts";

/** A file that was met. */
export interface FoundFile {
  /** Canonical. */
  readonly path: string;
  /** As on disk, relative to the root. */
  readonly name: string;
  readonly seen: BigIntStats;
}

/** A directory with what was seen of it before it was read; it must look the same in the end. */
export interface FoundDirectory {
  readonly name: string;
  readonly seen: BigIntStats;
}

/** Everything below a root. */
export interface Walked {
  readonly files: readonly FoundFile[];
  readonly directories: readonly FoundDirectory[];
}

/** What a walk works with. */
export interface WalkContext {
  readonly root: string;
  readonly judge: EntryJudge;
  readonly rules: ContentRules;
  readonly log: FindingLog;
  readonly signal: AbortSignal | undefined;
}

const setIds = 0o6000n;

/** Lists a tree without following a link. What the policy strips or forbids is not descended into. */
export async function walk(context: WalkContext): Promise<Walked> {
  const { root, judge, rules, log, signal } = context;
  const files: FoundFile[] = [];
  const directories: FoundDirectory[] = [];
  let count = 0;
  const failed =
    (name: string) =>
    (cause: unknown): never => {
      throw unreadable(join(root, name), systemReason(cause), cause);
    };

  const visit = async (name: string): Promise<void> => {
    throwIfAborted(signal);
    directories.push({ name, seen: await lstat(join(root, name), { bigint: true }).catch(failed(name)) });
    const entries: Dirent<Buffer>[] = await readdir(join(root, name), {
      withFileTypes: true,
      encoding: "buffer",
    }).catch(failed(name));
    entries.sort((left, right) => Buffer.compare(left.name, right.name));
    for (const entry of entries) {
      count += 1;
      if (!judge.limits.entries(count)) return;
      const own = decodeUtf8(entry.name);
      const shown = `${name === "" ? "" : `${name}/`}${own ?? entry.name.toString("latin1")}`;
      if (own === undefined) log.error("NAME_ENCODING", "The name is not valid UTF-8.", shown);
      else await meet(shown);
    }
  };

  const meet = async (name: string): Promise<void> => {
    const seen = await lstat(join(root, name), { bigint: true }).catch(failed(name));
    if (seen.isSymbolicLink()) return log.error("SYMLINK", "The entry is a link; links are not followed.", name);
    if (!seen.isDirectory() && !seen.isFile()) {
      return log.error("SPECIAL_FILE", "The entry is a device, a pipe or a socket.", name);
    }
    if (seen.isFile() && (seen.mode & setIds) !== 0n) {
      return log.error("MODE_SETUID", "The file is marked to run with the rights of its owner or group.", name);
    }
    const kind = seen.isFile() ? "file" : "directory";
    const path = judge.judge({ name, size: kind === "file" ? Number(seen.size) : 0 }, () => kind);
    if (path === undefined) return;
    const verdict = rules(path, kind === "directory");
    if (verdict.strip || verdict.forbidden !== undefined) return;
    if (kind === "directory") await visit(name);
    else files.push({ path, name, seen });
  };

  await visit("");
  return { files, directories };
}
