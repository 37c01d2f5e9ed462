import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * Makes a directory and the ones above it that are missing; one that is there stays as it is. Not Node's recursive
 * `mkdir`: on a read-only file system that says ENOENT, and the reason is lost.
 */
export async function makeDirectory(path: string, mode: number): Promise<void> {
  try {
    await mkdir(path, { mode });
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    if (code === "EEXIST") return;
    if (code !== "ENOENT" || dirname(path) === path) throw cause;
    await makeDirectory(dirname(path), mode);
    await makeDirectory(path, mode);
  }
}
