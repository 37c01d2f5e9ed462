import type { Durability } from "../file-system/durability.ts";
import type { FileSystem } from "../file-system/file-system.ts";

/** What every operation of a directory target works with. */
export interface TargetParts {
  /** The target's name, for errors. */
  readonly name: string;
  /** Absolute; `sites/` is below it. */
  readonly root: string;
  readonly fileSystem: FileSystem;
  readonly durability: Durability;
}
