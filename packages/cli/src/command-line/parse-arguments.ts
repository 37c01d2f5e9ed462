import { parseArgs } from "node:util";
import { type Command, commonOptions, type ParsedArguments, parseArgsOptions } from "./command.ts";
import { UsageError } from "./usage-error.ts";

/**
 * Reads what stands behind a command's name.
 *
 * @throws UsageError for an unknown option, or one with or without a value where it must be otherwise.
 */
export function parseArguments(command: Command, args: readonly string[]): ParsedArguments {
  const options = { ...command.options, ...commonOptions };
  const { values, positionals } = readArguments(args, options);
  return {
    positionals,
    text: (name) => {
      const value = values[name];
      if (value === undefined || typeof value === "string") return value;
      throw new TypeError(`--${name} is not a string option of ${command.name}.`);
    },
    texts: (name) => {
      const found = values[name] ?? [];
      if (Array.isArray(found)) return found.map(String);
      throw new TypeError(`--${name} of ${command.name} can be given once only.`);
    },
    flag: (name) => values[name] === true,
  };
}

function readArguments(
  args: readonly string[],
  options: Command["options"],
): { values: Record<string, unknown>; positionals: string[] } {
  try {
    return parseArgs({ args: [...args], options: parseArgsOptions(options), allowPositionals: true, strict: true });
  } catch (cause) {
    if (cause instanceof TypeError && "code" in cause && String(cause.code).startsWith("ERR_PARSE_ARGS_")) {
      // Node's first sentence says what is wrong; the second explains `--`, which nobody means here.
      throw new UsageError(cause.message.split(". ")[0]?.replace(/\.?$/, ".") ?? cause.message);
    }
    throw cause;
  }
}

/** The one positional argument that a command takes. */
export function onePositional(args: ParsedArguments, what: string): string {
  const [first, second] = args.positionals;
  if (first === undefined) throw new UsageError(`Name ${what}.`);
  if (second !== undefined) throw new UsageError(`Name one thing only: ${what}; "${second}" is too much.`);
  return first;
}

/** A string option that has to be there. */
export function requiredText(args: ParsedArguments, name: string): string {
  const value = args.text(name);
  if (value === undefined || value === "") throw new UsageError(`--${name} is missing.`);
  return value;
}
