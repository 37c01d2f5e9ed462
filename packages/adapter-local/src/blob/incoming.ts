import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import type { FileSystem } from "../file-system/file-system.ts";
import { unlessAbsent } from "../file-system/system-error.ts";

/** After this long without a write a temporary file is dead, whoever made it. */
const staleAfterMs = 60 * 60 * 1000;
const namePattern = /^(.+)~([0-9]+)~[0-9a-f]+-[0-9]+$/;

/** Temporary files: bytes on their way to a name. */
export interface Incoming {
  /** A path that was never used before. */
  path(): string;
  /** Removes what dead processes left; the second and later calls do nothing. */
  sweepOnce(): void;
}

/** Names say which process of which host makes the file, so that the files of dead ones are known at once. */
export function incomingFiles(fileSystem: FileSystem, directory: string): Incoming {
  const host = hostname().replace(/[^A-Za-z0-9.-]/g, "_") || "host";
  const prefix = `${host}~${process.pid}~${randomBytes(6).toString("hex")}`;
  let count = 0;
  let swept = false;

  const isDead = (name: string, path: string): boolean => {
    const [, madeOn, pid] = namePattern.exec(name) ?? [];
    // A process is only looked up on its own host: a container has its own host name and its own numbers.
    if (madeOn === host && pid !== undefined && !isAlive(Number(pid))) return true;
    const facts = fileSystem.lstatSync(path, { throwIfNoEntry: false });
    return facts?.isFile() === true && Date.now() - facts.mtimeMs > staleAfterMs;
  };

  return {
    path: () => `${directory}/${prefix}-${++count}`,
    sweepOnce() {
      if (swept) return;
      swept = true;
      for (const name of unlessAbsent(() => fileSystem.readdirSync(directory)) ?? []) {
        const path = `${directory}/${name}`;
        if (isDead(name, path)) unlessAbsent(() => fileSystem.unlinkSync(path));
      }
    },
  };
}

function isAlive(pid: number): boolean {
  try {
    // Signal 0 only asks. EPERM: alive, and another user's.
    process.kill(pid, 0);
    return true;
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code !== "ESRCH";
  }
}
