import type { ParseArgsConfig } from "node:util";
import type { Output } from "../terminal/output.ts";
import type { ExitCode } from "./exit-code.ts";

/** An option of a command: what `parseArgs` needs, and what help says. */
export interface CommandOption {
  readonly type: "boolean" | "string";
  readonly short?: string | undefined;
  /** What stands for the value in help, e.g. `NAME`. */
  readonly value?: string | undefined;
  readonly help: string;
  /** May be given several times. */
  readonly multiple?: boolean | undefined;
}

/** Options by long name. */
export type CommandOptions = Readonly<Record<string, CommandOption>>;

/** What was typed behind the command's name. Reading an option that the command does not have is a bug. */
export interface ParsedArguments {
  readonly positionals: readonly string[];
  /** A string option's value. */
  text(name: string): string | undefined;
  /** The values of a string option that may be given several times, in their order. */
  texts(name: string): readonly string[];
  /** Whether a boolean option was given. */
  flag(name: string): boolean;
}

/** What a command runs in. Nothing else of the process is touched, so tests can run one anywhere. */
export interface CommandContext {
  readonly args: ParsedArguments;
  readonly output: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Fires on the first interrupt. */
  readonly signal: AbortSignal;
}

/** One word of `hostelry WORD`. */
export interface Command {
  readonly name: string;
  /** For the list of commands. */
  readonly summary: string;
  /** Lines behind `hostelry NAME`, one per way of calling it. */
  readonly usage: readonly string[];
  readonly options: CommandOptions;
  /** More for `--help`, paragraph by paragraph. */
  readonly details?: readonly string[] | undefined;
  /** Does it. Expected failures are thrown as `HostingError` or `UsageError`; the runner reports them. */
  run(context: CommandContext): Promise<ExitCode>;
}

/** Options that every command has. */
export const commonOptions: CommandOptions = {
  json: { type: "boolean", help: "print one JSON object per result line" },
  help: { type: "boolean", short: "h", help: "say how the command is used" },
};

/** Options of the commands that work on sites. */
export const stateOptions: CommandOptions = {
  state: { type: "string", value: "DIR", help: "state directory (default ./.hostelry, or HOSTELRY_STATE)" },
};

/** The form in which `parseArgs` wants options. */
export function parseArgsOptions(options: CommandOptions): NonNullable<ParseArgsConfig["options"]> {
  return Object.fromEntries(
    Object.entries(options).map(([name, { type, short, multiple }]) => [
      name,
      { type, ...(short === undefined ? {} : { short }), ...(multiple === undefined ? {} : { multiple }) },
    ]),
  );
}
