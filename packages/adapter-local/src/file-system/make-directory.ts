import { dirname } from "node:path";
import type { FileSystem } from "./file-system.ts";
import { systemCode } from "./system-error.ts";

/**
 * Makes a directory with exactly this mode, whatever the process's umask, and the ones above it that are missing. One
 * that is there stays as it is.
 *
 * @returns the directories whose entries have changed, for making them durable; none when it was there.
 */
export function makeDirectory(fileSystem: FileSystem, path: string, mode: number): readonly string[] {
  try {
    fileSystem.mkdirSync(path);
  } catch (cause) {
    const code = systemCode(cause);
    if (code === "EEXIST") return [];
    if (code !== "ENOENT" || dirname(path) === path) throw cause;
    return [...makeDirectory(fileSystem, dirname(path), mode), ...makeDirectory(fileSystem, path, mode)];
  }
  fileSystem.chmodSync(path, mode);
  return [dirname(path)];
}
