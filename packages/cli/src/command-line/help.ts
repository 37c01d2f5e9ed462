import { type Command, type CommandOptions, commonOptions } from "./command.ts";

/** What `hostelry --help` prints. */
export function programHelp(commands: readonly Command[]): string {
  const width = Math.max(...commands.map(({ name }) => name.length));
  const list = commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`);
  return [
    "hostelry publishes websites from archives: checked, previewed, switched at once, rolled back.",
    "",
    "Usage: hostelry COMMAND [options]",
    "",
    "Commands:",
    ...list,
    "",
    "Options:",
    ...optionLines({
      help: { type: "boolean", short: "h", help: "this text; with a command, more about it" },
      version,
    }),
    "",
    "Everything is kept in one state directory: --state DIR, or HOSTELRY_STATE, or ./.hostelry.",
    "Exit codes: 0 done, 1 refused by the world, 2 usage or I/O error, 130 interrupted.",
  ].join("\n");
}

const version = { type: "boolean", help: "print the version" } as const;

/** What `hostelry COMMAND --help` prints. */
export function commandHelp(command: Command): string {
  const usage = command.usage.map((line) => `  hostelry ${command.name} ${line}`.trimEnd());
  const details = (command.details ?? []).flatMap((paragraph) => ["", paragraph]);
  const options = optionLines({ ...command.options, ...commonOptions });
  return [command.summary, "", "Usage:", ...usage, ...details, "", "Options:", ...options].join("\n");
}

function optionLines(options: CommandOptions): readonly string[] {
  const names = Object.entries(options).map(([name, { short, value, help }]) => ({
    term: `${short === undefined ? "    " : `-${short}, `}--${name}${value === undefined ? "" : ` ${value}`}`,
    help,
  }));
  const width = Math.max(...names.map(({ term }) => term.length));
  return names.map(({ term, help }) => `  ${term.padEnd(width)}  ${help}`);
}
