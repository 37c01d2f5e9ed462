import { randomBytes } from "node:crypto";
import { systemCode, unlessAbsent } from "../file-system/system-error.ts";
import { writeWhole } from "../file-system/write-file.ts";
import { layoutInvalid } from "../site/pointer.ts";
import type { SiteLayout } from "../site/site-layout.ts";
import type { Fence } from "./fence.ts";
import type { TargetParts } from "./target-parts.ts";

/**
 * The only ways in which something visible changes: each is one rename(2) whose source, or whose destination directory,
 * lies in `.hostelry/pending/` and is taken away by the next holder of the site before it does anything.
 */
export interface FencedChanges {
  /** Puts a link in a place, in exchange for the one that is there. */
  putLink(link: string, place: string): void;
  /** Puts a small file in a place, in exchange for the one that is there. */
  putFile(bytes: Uint8Array, place: string): void;
  /** Takes away a link, a file or a whole directory; a directory is deleted later. `false` when it was not there. */
  remove(place: string): boolean;
}

/** Changes of a site under a fence. */
export function fencedChanges(parts: TargetParts, layout: SiteLayout, fence: Fence): FencedChanges {
  const { fileSystem, name: target } = parts;

  /** Renames what was prepared; what has gone missing in between was taken by a later holder. */
  const commit = (prepared: string, place: string): void => {
    try {
      fence.check();
      fileSystem.renameSync(prepared, place);
    } catch (cause) {
      unlessAbsent(() => fileSystem.unlinkSync(prepared));
      const code = systemCode(cause);
      if (code === "ENOENT") fence.check();
      if (code === "EISDIR") throw layoutInvalid(target, place, "there is a directory");
      throw cause;
    }
  };

  return {
    putLink(link, place) {
      const prepared = `${layout.pending}/${fence.newName()}.link`;
      fileSystem.symlinkSync(link, prepared);
      commit(prepared, place);
    },

    putFile(bytes, place) {
      const prepared = `${layout.pending}/${fence.newName()}.file`;
      try {
        writeWhole(fileSystem, prepared, bytes, 0o644);
        fileSystem.chmodSync(prepared, 0o644);
      } catch (cause) {
        unlessAbsent(() => fileSystem.unlinkSync(prepared));
        if (systemCode(cause) === "ENOENT") fence.check();
        throw cause;
      }
      commit(prepared, place);
    },

    remove(place) {
      const facts = fileSystem.lstatSync(place, { throwIfNoEntry: false });
      if (facts === undefined) return false;
      const removal = `${layout.pending}/${fence.newName()}.removal`;
      fileSystem.mkdirSync(removal);
      try {
        fence.check();
        fileSystem.renameSync(place, `${removal}/it`);
        // What is one name is deleted at once; a directory waits in the trash for somebody with time.
        if (facts.isDirectory())
          fileSystem.renameSync(`${removal}/it`, `${layout.trash}/${randomBytes(8).toString("hex")}`);
        else unlessAbsent(() => fileSystem.unlinkSync(`${removal}/it`));
        return true;
      } catch (cause) {
        if (systemCode(cause) !== "ENOENT") throw cause;
        fence.check();
        // Still ours, so it was the thing itself that has gone.
        return false;
      } finally {
        unlessAbsent(() => fileSystem.rmdirSync(removal));
      }
    },
  };
}
