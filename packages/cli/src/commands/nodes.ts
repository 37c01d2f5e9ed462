import { type Command, type CommandContext, stateOptions } from "../command-line/command.ts";
import type { ExitCode } from "../command-line/exit-code.ts";
import { UsageError } from "../command-line/usage-error.ts";
import { checkNodes } from "../nodes/check-nodes.ts";
import { nodeOption, nodesOption } from "../nodes/nodes-option.ts";
import { sweepNodes } from "../nodes/sweep-nodes.ts";
import { verifyNodes } from "../nodes/verify-nodes.ts";

const verbs: Readonly<Record<string, (context: CommandContext) => Promise<ExitCode>>> = {
  check: checkNodes,
  sweep: sweepNodes,
  verify: verifyNodes,
};

/** Looks after the machines that sites are published to. */
export const nodes: Command = {
  name: "nodes",
  summary: "check the nodes that sites are served on, sweep them, or verify what they serve",
  usage: [
    "check --nodes FILE [--node NAME]... [--strict]",
    "sweep --nodes FILE [--node NAME]...",
    "verify --nodes FILE [--node NAME]... [--site SITE] [--repair]",
  ],
  options: {
    ...stateOptions,
    ...nodesOption,
    ...nodeOption,
    site: { type: "string", value: "SITE", help: "verify: one site, by name or id (default: all)" },
    strict: { type: "boolean", help: "check: end with 1 for warnings, too" },
    repair: { type: "boolean", help: "verify: lay anew what is damaged, put right what differs from the record" },
  },
  details: [
    "check: whether each node can be published to: reached with its key, programs, root, links and renames, free space, clock, sessions at once, what its web server keeps. Needs no state.",
    "sweep: takes away previews whose time is over, what killed publishers left, and old releases. Safe beside publishers: a site that is being published is left alone.",
    "verify: hashes on the nodes what each of them serves, and compares it with what was published. --repair publishes damaged content anew, also on a frozen site.",
    "Ends with 1 when a node can't be used, could not be swept, or does not serve what it should.",
  ],
  run(context) {
    const [verb = "", ...rest] = context.args.positionals;
    const act = Object.hasOwn(verbs, verb) ? verbs[verb] : undefined;
    if (act === undefined || rest.length > 0) {
      throw new UsageError('Say "nodes check", "nodes sweep" or "nodes verify".');
    }
    const { args } = context;
    if (verb !== "verify" && (args.flag("repair") || args.text("site") !== undefined)) {
      throw new UsageError("--site and --repair belong to nodes verify.");
    }
    if (verb !== "check" && args.flag("strict")) throw new UsageError("--strict belongs to nodes check.");
    return act(context);
  },
};
