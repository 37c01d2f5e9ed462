import { randomBytes } from "node:crypto";
import type { FileFacts, FileSystem } from "../file-system/file-system.ts";
import { makeDirectory } from "../file-system/make-directory.ts";
import { succeeds, systemCode, unlessAbsent } from "../file-system/system-error.ts";
import { assertBlobName, type BlobLayout, isBlobName } from "./blob-layout.ts";

/**
 * Removes blobs that nobody has put for a while, though others may be putting them at this moment.
 *
 * POSIX has no "unlink if old". So a blob is first moved aside, to a name that only this remover knows, and judged there:
 * a put that came before the move has left its time on the file, one that comes after finds nothing and writes the blob
 * anew. Readers look aside as well, so a blob that is put back was never gone.
 */
export interface LeavingBlobs {
  /** Removes a blob unless it was put after this time; tells whether it did. */
  removeUnlessPutAfter(sha256: string, time: Date): boolean;
  /** Puts back what other removers have aside: they are dead, or will find it gone and leave it. */
  putBack(): void;
}

/** @param fileSystem what it works through. */
export function leavingBlobs(fileSystem: FileSystem, layout: BlobLayout): LeavingBlobs {
  const own = randomBytes(6).toString("hex");
  let count = 0;

  const moveAside = (sha256: string): string | undefined => {
    const aside = `${layout.leaving}/${sha256}~${own}-${++count}`;
    const move = (): boolean => succeeds(() => fileSystem.renameSync(layout.pathOf(sha256), aside), "ENOENT");
    if (move()) return aside;
    // Either the blob is gone or this is the first removal here.
    makeDirectory(fileSystem, layout.leaving, 0o700);
    return move() ? aside : undefined;
  };

  return {
    removeUnlessPutAfter(sha256, time) {
      const isOld = (path: string): boolean | undefined => {
        const facts = fileSystem.lstatSync(path, { throwIfNoEntry: false });
        return facts === undefined ? undefined : putAtOf(facts) <= time;
      };
      if (isOld(layout.pathOf(sha256)) !== true) return false;
      const aside = moveAside(sha256);
      if (aside === undefined) return false;
      switch (isOld(aside)) {
        case true:
          return succeeds(() => fileSystem.unlinkSync(aside), "ENOENT");
        case false:
          // Over a newer file of the same bytes, should there be one: both were put just now.
          unlessAbsent(() => fileSystem.renameSync(aside, layout.pathOf(sha256)));
          return false;
        case undefined:
          return false;
      }
    },

    putBack() {
      for (const name of unlessAbsent(() => fileSystem.readdirSync(layout.leaving)) ?? []) {
        const [sha256 = "", holder = ""] = name.split("~");
        if (!isBlobName(sha256) || holder.startsWith(`${own}-`)) continue;
        const aside = `${layout.leaving}/${name}`;
        // Never over a file that is there: it may have been put later than this one.
        unlessAbsent(() => succeeds(() => fileSystem.linkSync(aside, layout.pathOf(sha256)), "EEXIST"));
        unlessAbsent(() => fileSystem.unlinkSync(aside));
      }
    },
  };
}

/** When a blob was last put: its file's modification time, to the millisecond. */
export function putAtOf({ mtimeMs }: FileFacts): Date {
  return new Date(Math.floor(mtimeMs));
}

/**
 * Does something with a blob's file, also while a remover has it aside.
 *
 * @throws what `act` throws; with `ENOENT` when the blob is nowhere.
 */
export function withBlobFile<T>(
  fileSystem: FileSystem,
  layout: BlobLayout,
  sha256: string,
  act: (path: string) => T,
): T {
  assertBlobName(sha256);
  const path = layout.pathOf(sha256);
  try {
    return act(path);
  } catch (cause) {
    if (systemCode(cause) !== "ENOENT") throw cause;
  }
  const aside = unlessAbsent(() => fileSystem.readdirSync(layout.leaving))?.find((name) => name.startsWith(sha256));
  if (aside !== undefined) {
    try {
      return act(`${layout.leaving}/${aside}`);
    } catch (cause) {
      if (systemCode(cause) !== "ENOENT") throw cause;
    }
  }
  // Put back between the two looks, or not there at all.
  return act(path);
}
