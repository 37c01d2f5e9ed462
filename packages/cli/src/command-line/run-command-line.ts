import { certs } from "../commands/certs.ts";
import { dns } from "../commands/dns.ts";
import { domains } from "../commands/domains.ts";
import { edge } from "../commands/edge.ts";
import { freeze, unfreeze } from "../commands/freeze.ts";
import { gc } from "../commands/gc.ts";
import { inspect } from "../commands/inspect.ts";
import { migrate } from "../commands/migrate.ts";
import { nodes } from "../commands/nodes.ts";
import { preview } from "../commands/preview.ts";
import { previews } from "../commands/previews.ts";
import { publish } from "../commands/publish.ts";
import { reconcile } from "../commands/reconcile.ts";
import { revisions } from "../commands/revisions.ts";
import { rollback } from "../commands/rollback.ts";
import { serve } from "../commands/serve.ts";
import { sites } from "../commands/sites.ts";
import { state } from "../commands/state.ts";
import { status } from "../commands/status.ts";
import { output } from "../terminal/output.ts";
import type { TextSink } from "../terminal/text-sink.ts";
import { version } from "../version.ts";
import type { Command } from "./command.ts";
import { type ExitCode, exitCodeOf } from "./exit-code.ts";
import { commandHelp, programHelp } from "./help.ts";
import { parseArguments } from "./parse-arguments.ts";
import { UsageError } from "./usage-error.ts";

/** In the order in which they are met. */
const commands: readonly Command[] = [
  inspect,
  sites,
  publish,
  preview,
  previews,
  rollback,
  reconcile,
  freeze,
  unfreeze,
  status,
  revisions,
  state,
  serve,
  edge,
  nodes,
  dns,
  domains,
  certs,
  gc,
  migrate,
];

/** What a command line runs in. */
export interface Surroundings {
  readonly stdout: TextSink;
  readonly stderr: TextSink;
  /**
   * `HOSTELRY_STATE`, `HOSTELRY_NODES`, `HOSTELRY_DNS_KEY`, `HOSTELRY_VAULT_KEY`, `HOSTELRY_ACME_DIRECTORY`, `HOSTELRY_ORIGIN`, `NO_COLOR`, `USER` and `SSH_AUTH_SOCK` are read, and what a nodes
   * file names.
   */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Ends the command: with exit code 130, or 0 for `serve`. */
  readonly signal: AbortSignal;
}

/**
 * Runs one command line, without the program's own name, and gives its exit code. Touches nothing of the process but the
 * files that the command is about. Never rejects: a failure is said on `stderr`, or on `stdout` as JSON.
 */
export async function runCommandLine(args: readonly string[], surroundings: Surroundings): Promise<ExitCode> {
  const { stdout, stderr, env, signal } = surroundings;
  const noColor = (env["NO_COLOR"] ?? "") !== "";
  const [name, ...rest] = args;
  const said = output({ stdout, stderr, json: wantsJson(args), noColor });
  try {
    if (name === "--version") return print(stdout, version());
    if (name === "--help" || name === "-h" || name === "help") return print(stdout, programHelp(commands));
    if (name === undefined) throw new UsageError("Say what to do.");
    const command = commands.find((known) => known.name === name);
    if (command === undefined) throw new UsageError(`There is no command "${name}".`);
    const parsed = parseArguments(command, rest);
    if (parsed.flag("help")) return print(stdout, commandHelp(command));
    return await command.run({ args: parsed, output: said, env, signal });
  } catch (error) {
    said.failure(error);
    if (error instanceof UsageError) said.note(`  ${helpHint(name)}`);
    return exitCodeOf(error);
  }
}

/** Looked for by eye, because errors must be JSON also when the rest can't be parsed. */
function wantsJson(args: readonly string[]): boolean {
  const end = args.indexOf("--");
  return args.slice(0, end < 0 ? undefined : end).includes("--json");
}

function print(stdout: TextSink, text: string): ExitCode {
  stdout.write(`${text}\n`);
  return 0;
}

function helpHint(name: string | undefined): string {
  const known = commands.some((command) => command.name === name);
  return known ? `See: hostelry ${name} --help` : "See: hostelry --help";
}
