import { userInfo } from "node:os";
import { directoryBlobStore, directoryTarget } from "@hostelry/adapter-local";
import {
  type CertificateStore,
  createHosting,
  type DomainStore,
  type Hosting,
  type Target,
  unwrap,
} from "@hostelry/core";
import { pgStorage } from "@hostelry/storage-pg";
import type { CommandContext } from "../command-line/command.ts";
import type { ExitCode } from "../command-line/exit-code.ts";
import { precompressOf } from "../command-line/precompress.ts";
import { type MeantNodes, meantNodes } from "../nodes/nodes-option.ts";
import { type OpenNodes, openNodes } from "../nodes/open-nodes.ts";
import { stateDirectory } from "./state-directory.ts";

/** Who does it, for the audit record. */
function actorOf(env: CommandContext["env"]): string {
  return `cli:${env["USER"] ?? env["LOGNAME"] ?? userInfo().username}`;
}

/** What a command works with while the state is open. */
export interface OpenState {
  readonly hosting: Hosting;
  /** Who may use which name. */
  readonly domainStore: DomainStore;
  readonly certificateStore: CertificateStore;
  /** Goes into every acting call. */
  readonly acting: { readonly actor: string; readonly signal: AbortSignal };
  /** Where sites are served, if not on this machine; those that `--node` names. */
  readonly fleet?: (OpenNodes & { readonly meant: MeantNodes }) | undefined;
}

/**
 * Opens the embedded state, and makes the nodes ready that the command line names, does the work, and closes all of it again
 * in any case. One process at a time; another one that has it is `STATE_DIRECTORY_IN_USE`.
 */
export async function withHosting(
  context: CommandContext,
  work: (state: OpenState) => Promise<ExitCode>,
): Promise<ExitCode> {
  // Before anything is opened: what can't be meant is said at once.
  const meant = await meantNodes(context);
  const fleet = meant === undefined ? undefined : { ...(await openNodes(meant.chosen, context.env)), meant };
  const targets = fleet?.nodes.map(({ target }) => target) ?? [directoryTarget(stateDirectory(context).www)];
  try {
    return await withTargets(context, targets, (state) => work({ ...state, fleet }));
  } finally {
    await fleet?.close();
  }
}

/** The same for work on the records and blobs alone: where sites are served is not asked. */
export function withRecords(context: CommandContext, work: (state: OpenState) => Promise<ExitCode>): Promise<ExitCode> {
  return withTargets(context, [], work);
}

async function withTargets(
  context: CommandContext,
  targets: readonly Target[],
  work: (state: OpenState) => Promise<ExitCode>,
): Promise<ExitCode> {
  const { signal } = context;
  const place = stateDirectory(context);
  const publishing = { precompress: precompressOf(context.args) };
  const store = await unwrap(pgStorage.embedded(place.records, { signal }));
  try {
    const hosting = createHosting({ store, blobs: directoryBlobStore(place.blobs), targets, publishing });
    return await work({
      hosting,
      domainStore: store.domains,
      certificateStore: store.certificates,
      acting: { actor: actorOf(context.env), signal },
    });
  } finally {
    await unwrap(store.close());
  }
}
