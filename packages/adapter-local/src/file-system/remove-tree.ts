import type { FileSystem } from "./file-system.ts";
import { succeeds, unlessAbsent } from "./system-error.ts";
import type { TimeSlices } from "./time-slices.ts";

/**
 * Removes a file, a link (never what it points to) or a directory with everything in it. What is gone already, or goes
 * meanwhile, is fine: several may remove the same tree.
 */
export async function removeTree(fileSystem: FileSystem, path: string, slices: TimeSlices): Promise<void> {
  const facts = fileSystem.lstatSync(path, { throwIfNoEntry: false });
  if (facts === undefined) return;
  if (!facts.isDirectory()) {
    unlessAbsent(() => fileSystem.unlinkSync(path));
    return;
  }
  // A directory that another process still fills refuses `rmdir`: look again until it is empty.
  for (;;) {
    const entries = unlessAbsent(() => fileSystem.readdirSync(path, { withFileTypes: true }));
    if (entries === undefined) return;
    for (const entry of entries) {
      if (slices.over()) await slices.next();
      const child = `${path}/${entry.name}`;
      if (entry.isDirectory()) await removeTree(fileSystem, child, slices);
      else unlessAbsent(() => fileSystem.unlinkSync(child));
    }
    const isGone = succeeds(() => unlessAbsent(() => fileSystem.rmdirSync(path)), "ENOTEMPTY", "EEXIST");
    if (isGone) return;
    await slices.next();
  }
}
