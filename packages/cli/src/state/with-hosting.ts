import { userInfo } from "node:os";
import { directoryBlobStore, directoryTarget } from "@hostelry/adapter-local";
import { createHosting, type Hosting, unwrap } from "@hostelry/core";
import { pgStorage } from "@hostelry/storage-pg";
import type { CommandContext } from "../command-line/command.ts";
import type { ExitCode } from "../command-line/exit-code.ts";
import { stateDirectory } from "./state-directory.ts";

/** Who does it, for the audit record. */
function actorOf(env: CommandContext["env"]): string {
  return `cli:${env["USER"] ?? env["LOGNAME"] ?? userInfo().username}`;
}

/** What a command works with while the state is open. */
export interface OpenState {
  readonly hosting: Hosting;
  /** Goes into every acting call. */
  readonly acting: { readonly actor: string; readonly signal: AbortSignal };
}

/**
 * Opens the embedded state, does the work, and closes it again in any case. One process at a time; another one that has it
 * is `STATE_DIRECTORY_IN_USE`.
 */
export async function withHosting(
  context: CommandContext,
  work: (state: OpenState) => Promise<ExitCode>,
): Promise<ExitCode> {
  const { signal } = context;
  const place = stateDirectory(context);
  const store = await unwrap(pgStorage.embedded(place.records, { signal }));
  try {
    const blobs = directoryBlobStore(place.blobs);
    const hosting = createHosting({ store, blobs, targets: [directoryTarget(place.www)] });
    return await work({ hosting, acting: { actor: actorOf(context.env), signal } });
  } finally {
    await unwrap(store.close());
  }
}
