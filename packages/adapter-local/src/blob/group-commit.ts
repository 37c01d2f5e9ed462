import { dirname } from "node:path";
import type { Durability } from "../file-system/durability.ts";
import type { FileSystem } from "../file-system/file-system.ts";
import { makeDirectory } from "../file-system/make-directory.ts";
import { systemCode } from "../file-system/system-error.ts";

/** A written temporary file on its way to its name. Without `temporary`, a name that only has to become durable. */
export interface NameRequest {
  readonly temporary?: string | undefined;
  readonly path: string;
  readonly signal?: AbortSignal | undefined;
}

/** Gives names to files: durable bytes first, then the name, then the durable name. */
export interface GroupCommit {
  /** Resolves when the bytes and the name are durable. Rejects with nothing named, or with the name's durability unknown. */
  name(request: NameRequest): Promise<void>;
  /** Makes entries of these directories durable with the next group as well. */
  alsoFlush(directories: readonly string[]): void;
}

interface Waiting extends NameRequest {
  readonly resolve: () => void;
  readonly reject: (cause: unknown) => void;
}

/**
 * Puts that run at the same time share flushes: whoever comes while one is under way goes with the next. A flush makes
 * this group's bytes durable and the names of the group before, so a steady stream costs one flush for each group.
 */
export function groupCommit(fileSystem: FileSystem, durability: Durability): GroupCommit {
  let waiting: Waiting[] = [];
  let changed = new Set<string>();
  let running = false;

  const run = async (): Promise<void> => {
    let named: Waiting[] = [];
    while (waiting.length > 0 || named.length > 0) {
      const group = waiting;
      waiting = [];
      const paths = [...group.flatMap(({ temporary }) => temporary ?? []), ...changed];
      changed = new Set();
      try {
        await durability.flush(paths);
      } catch (cause) {
        for (const { reject } of [...group, ...named]) reject(cause);
        named = [];
        continue;
      }
      for (const { resolve } of named) resolve();
      named = group.filter((request) => giveName(fileSystem, request, changed));
    }
    running = false;
  };

  return {
    name: (request) =>
      new Promise((resolve, reject) => {
        waiting.push({ ...request, resolve, reject });
        if (running) return;
        running = true;
        // In the next microtask, so that puts begun in the same turn make one group.
        queueMicrotask(() => void run());
      }),
    alsoFlush(directories) {
      for (const directory of directories) changed.add(directory);
    },
  };
}

/** Renames into place; `false` when it was refused and told so. */
function giveName(fileSystem: FileSystem, request: Waiting, changed: Set<string>): boolean {
  const { temporary, path, signal } = request;
  const directory = dirname(path);
  try {
    if (temporary !== undefined) {
      signal?.throwIfAborted();
      try {
        fileSystem.renameSync(temporary, path);
      } catch (cause) {
        if (systemCode(cause) !== "ENOENT") throw cause;
        for (const parent of makeDirectory(fileSystem, directory, 0o700)) changed.add(parent);
        fileSystem.renameSync(temporary, path);
      }
    }
    changed.add(directory);
    return true;
  } catch (cause) {
    request.reject(cause);
    return false;
  }
}
