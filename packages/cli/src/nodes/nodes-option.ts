import { access } from "node:fs/promises";
import { join } from "node:path";
import type { CommandContext, CommandOptions } from "../command-line/command.ts";
import { UsageError } from "../command-line/usage-error.ts";
import { stateDirectory } from "../state/state-directory.ts";
import type { NodeEntry } from "./node-entry.ts";
import { readNodesFile } from "./read-nodes-file.ts";

/** By which commands are told where sites are served. */
export const nodesOption: CommandOptions = {
  nodes: {
    type: "string",
    value: "FILE",
    help: "serve on these nodes (default HOSTELRY_NODES, or nodes.json in the state directory; else www/ there)",
  },
};

/** By which commands are told of a part of the nodes. */
export const nodeOption: CommandOptions = {
  node: { type: "string", value: "NAME", multiple: true, help: "only this node of the nodes file; may be repeated" },
};

/** The nodes that a command line means. */
export interface MeantNodes {
  /** All of the nodes file. */
  readonly all: readonly NodeEntry[];
  /** Those that `--node` names; all of them without it. */
  readonly chosen: readonly NodeEntry[];
}

/**
 * Reads the nodes file that the command line or the environment names, or the one in the state directory if there is one;
 * `undefined`: there are no nodes, sites are served on this machine.
 *
 * @throws `INVALID_INPUT`; `UsageError` for a node that the file does not have.
 */
export async function meantNodes(context: Pick<CommandContext, "args" | "env">): Promise<MeantNodes | undefined> {
  const { args, env } = context;
  const names = args.texts("node");
  const file = args.text("nodes") ?? (env["HOSTELRY_NODES"] || (await ownFile(context)));
  if (file === undefined) {
    if (names.length > 0) throw new UsageError("--node picks from a nodes file: name it with --nodes FILE.");
    return undefined;
  }
  const all = await readNodesFile(file);
  const unknown = names.find((name) => !all.some((entry) => entry.name === name));
  if (unknown !== undefined) {
    throw new UsageError(`${file} has no node "${unknown}"; it has ${all.map(({ name }) => name).join(", ")}.`);
  }
  return { all, chosen: names.length === 0 ? all : all.filter(({ name }) => names.includes(name)) };
}

/** The same for commands that are about nodes: none is a mistake. */
export async function requiredNodes(context: Pick<CommandContext, "args" | "env">): Promise<MeantNodes> {
  const meant = await meantNodes(context);
  if (meant !== undefined) return meant;
  throw new UsageError("Name the nodes: --nodes FILE, or HOSTELRY_NODES, or nodes.json in the state directory.");
}

async function ownFile(context: Pick<CommandContext, "args" | "env">): Promise<string | undefined> {
  const file = join(stateDirectory(context).root, "nodes.json");
  // Anything but "it is not there" is told by reading it.
  const there = await access(file).then(
    () => true,
    (cause: NodeJS.ErrnoException) => cause.code !== "ENOENT" && cause.code !== "ENOTDIR",
  );
  return there ? file : undefined;
}
