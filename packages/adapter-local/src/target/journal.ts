import type { FileSystem } from "../file-system/file-system.ts";
import { succeeds, unlessAbsent } from "../file-system/system-error.ts";
import { writeNow } from "../file-system/write-file.ts";
import type { SiteLayout } from "../site/site-layout.ts";

/** When the journal has grown to this, it becomes `journal.1`, in exchange for the one before. */
const maxBytes = 1024 * 1024;

/** What is about to change. */
export type JournalEntry =
  | { readonly change: "slot"; readonly slot: string; readonly from: string | null; readonly to: string | null }
  | { readonly change: "serving-state"; readonly from: string; readonly to: string }
  | { readonly change: "discard"; readonly release: string };

/**
 * Adds a line of JSON, before the change. It is for people who want to know what happened, nothing is decided by it: a
 * line tells the intention, the pointers tell what became of it. So a full disk does not keep anybody from going back
 * to an earlier release or from making room; the line is then missing or cut.
 */
export function writeJournal(
  fileSystem: FileSystem,
  layout: SiteLayout,
  fencingToken: number,
  entry: JournalEntry,
): void {
  succeeds(() => addLine(fileSystem, layout, fencingToken, entry), "ENOSPC", "EDQUOT");
}

function addLine(fileSystem: FileSystem, layout: SiteLayout, fencingToken: number, entry: JournalEntry): void {
  const line = new TextEncoder().encode(
    `${JSON.stringify({ at: new Date().toISOString(), fencingToken, ...entry })}\n`,
  );
  const fd = fileSystem.openSync(layout.journal, "a", 0o644);
  let size: number;
  try {
    writeNow(fileSystem, fd, line);
    size = fileSystem.fstatSync(fd).size;
  } finally {
    fileSystem.closeSync(fd);
  }
  if (size >= maxBytes) unlessAbsent(() => fileSystem.renameSync(layout.journal, `${layout.journal}.1`));
}
