import { randomBytes } from "node:crypto";
import { hostingError, type SiteId } from "@hostelry/core/adapter";
import type { FileSystem } from "../file-system/file-system.ts";
import { makeDirectory } from "../file-system/make-directory.ts";
import { succeeds, systemCode, unlessAbsent } from "../file-system/system-error.ts";
import { namesIn } from "../site/site-contents.ts";
import { invalidInput, type SiteLayout, siteDirectories } from "../site/site-layout.ts";
import type { TargetParts } from "./target-parts.ts";

const tokenPattern = /^[1-9][0-9]{0,15}$/;

/** The highest token a site has seen; 0 when none. */
export function highestToken(fileSystem: FileSystem, layout: SiteLayout): number {
  let highest = 0;
  for (const name of namesIn(fileSystem, layout.fence)) {
    if (tokenPattern.test(name)) highest = Math.max(highest, Number(name));
  }
  return highest;
}

/** The token in the name of something pending or staged, `<token>-<nonce>…`; 0 for a name that is not ours. */
export function tokenOf(name: string): number {
  const [token = ""] = name.split("-", 1);
  return tokenPattern.test(token) ? Number(token) : 0;
}

/** A site held for one token. */
export interface Fence {
  readonly token: number;
  /** A name for something pending or staged; never given twice. */
  newName(): string;
  /** Throws `FENCED` when a higher token has come meanwhile. */
  check(): void;
  /** Directories that were made on the way, for making them durable. */
  readonly madeIn: readonly string[];
}

/**
 * Takes a site for a token. After it, no change of a lower token can become visible any more, wherever its owner was
 * paused; the argument is in docs/explanation/fencing-without-locks.md. The order of the steps is that argument:
 *
 * 1. leave a marker for the token; if a higher one is there, stop;
 * 2. take away everything that lower tokens have prepared.
 */
export function takeFence(parts: TargetParts, layout: SiteLayout, siteId: SiteId, token: number): Fence {
  const { fileSystem, name: target } = parts;
  if (!Number.isSafeInteger(token) || token < 1) throw invalidInput("fencingToken", "it must be a whole number from 1");

  const check = (): void => {
    const current = highestToken(fileSystem, layout);
    if (current <= token) return;
    const sentence = `${target} has seen publication ${current} of ${siteId}; ${token} comes too late.`;
    throw hostingError("FENCED", sentence, { target, siteId, offered: token, current });
  };

  const madeIn: string[] = [];
  if (!leaveMarker(fileSystem, `${layout.fence}/${token}`)) {
    for (const directory of siteDirectories(layout)) madeIn.push(...makeDirectory(fileSystem, directory, 0o755));
    leaveMarker(fileSystem, `${layout.fence}/${token}`);
  }
  check();
  sweepPending(fileSystem, layout, token);
  // Markers below the highest have no say. Theirs owners, should they come back, leave one again and see ours.
  for (const name of namesIn(fileSystem, layout.fence)) {
    if (tokenOf(name) < token) unlessAbsent(() => fileSystem.unlinkSync(`${layout.fence}/${name}`));
  }
  return { token, check, madeIn, newName: () => `${token}-${randomBytes(8).toString("hex")}` };
}

/** `false` when the site has no directory for it yet. */
function leaveMarker(fileSystem: FileSystem, path: string): boolean {
  try {
    fileSystem.closeSync(fileSystem.openSync(path, "wx", 0o644));
    return true;
  } catch (cause) {
    const code = systemCode(cause);
    if (code === "EEXIST") return true;
    if (code === "ENOENT") return false;
    throw cause;
  }
}

/** Takes away what lower tokens have prepared: their renames find nothing to rename, or nowhere to rename it to. */
function sweepPending(fileSystem: FileSystem, layout: SiteLayout, token: number): void {
  for (const name of namesIn(fileSystem, layout.pending)) {
    if (tokenOf(name) >= token) continue;
    const path = `${layout.pending}/${name}`;
    if (name.endsWith(".removal")) sweepRemoval(fileSystem, layout, path);
    else unlessAbsent(() => fileSystem.unlinkSync(path));
  }
}

/**
 * A removal's directory must be gone for good, not just moved: a rename that has looked its destination up, and not yet
 * locked it, would still follow a moved directory; a removed one refuses it (rename(2): ENOENT).
 */
function sweepRemoval(fileSystem: FileSystem, layout: SiteLayout, path: string): void {
  for (;;) {
    for (const child of namesIn(fileSystem, path)) {
      const away = `${layout.trash}/${randomBytes(8).toString("hex")}`;
      unlessAbsent(() => fileSystem.renameSync(`${path}/${child}`, away));
    }
    if (succeeds(() => unlessAbsent(() => fileSystem.rmdirSync(path)), "ENOTEMPTY", "EEXIST")) return;
  }
}
