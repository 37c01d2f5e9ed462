import { join, resolve } from "node:path";
import type { CommandContext } from "../command-line/command.ts";

/** Where the embedded state lies. */
export interface StateDirectory {
  readonly root: string;
  /** PGlite's files. */
  readonly records: string;
  /** The blob store. */
  readonly blobs: string;
  /** The publish target: all that serving reads. */
  readonly www: string;
}

/** The state directory that a command line names: `--state`, else `HOSTELRY_STATE`, else `./.hostelry`. */
export function stateDirectory({ args, env }: Pick<CommandContext, "args" | "env">): StateDirectory {
  const root = resolve(args.text("state") ?? (env["HOSTELRY_STATE"] || ".hostelry"));
  return { root, records: join(root, "records"), blobs: join(root, "blobs"), www: join(root, "www") };
}
