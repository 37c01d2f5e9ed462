import { adapterError, unwrap } from "@hostelry/core/adapter";
import { type MigrationOutcome, pgStorage } from "@hostelry/storage-pg";
import { type Command, type CommandContext, stateOptions } from "../command-line/command.ts";
import type { ExitCode } from "../command-line/exit-code.ts";
import { UsageError } from "../command-line/usage-error.ts";
import { connectServer, type ServerDatabase } from "../state/server-database.ts";
import { stateDirectory } from "../state/state-directory.ts";

/** Brings the records' schema to this version. */
export const migrate: Command = {
  name: "migrate",
  summary: "create or upgrade the schema that records are kept in",
  usage: ["[--state DIR]", "--server [--schema NAME] [--check]", "--print [--schema NAME] [--role ROLE]"],
  options: {
    ...stateOptions,
    server: { type: "boolean", help: "a PostgreSQL server: HOSTELRY_DATABASE_URL, or PGHOST, PGUSER, PGPASSWORD …" },
    schema: { type: "string", value: "NAME", help: "the schema (default hostelry)" },
    check: { type: "boolean", help: "change nothing; fail when the schema is behind" },
    print: { type: "boolean", help: "print the statement for a database administrator" },
    role: { type: "string", value: "ROLE", help: "with --print: also the rights of the application's role" },
  },
  details: [
    "It may run at any time, also while an earlier version is at work, and from several places at once.",
    "What connects to the server must own the schema, or be allowed to create it.",
  ],
  run(context) {
    const { args } = context;
    if (args.positionals.length > 0) throw new UsageError("migrate takes no words, only options.");
    if (args.flag("print")) return print(context);
    if (args.text("role") !== undefined) throw new UsageError("--role goes with --print.");
    if (args.flag("server")) return onServer(context);
    if (args.flag("check")) throw new UsageError("--check goes with --server.");
    return embedded(context);
  },
};

async function print({ args, output }: CommandContext): Promise<ExitCode> {
  const schema = args.text("schema");
  const role = args.text("role");
  const migration = await unwrap(pgStorage.migrationScript({ schema }));
  const rights = role === undefined ? "" : await unwrap(pgStorage.roleScript({ schema, role }));
  output.result({ migration, ...(role === undefined ? {} : { rights }) }, `${migration};\n${rights}`.trimEnd());
  return 0;
}

async function onServer(context: CommandContext): Promise<ExitCode> {
  const { args, signal } = context;
  const schema = args.text("schema");
  const database = await connected(context);
  try {
    if (args.flag("check")) {
      await unwrap(pgStorage(database, { schema, migrate: false, signal }));
      context.output.result({ behind: false }, `${context.output.paint.good("✓")} The schema is up to date.`);
      return 0;
    }
    return told(context, await unwrap(pgStorage.migrate(database, { schema, signal })));
  } finally {
    await database.end();
  }
}

async function embedded(context: CommandContext): Promise<ExitCode> {
  const { signal } = context;
  const store = await unwrap(pgStorage.embedded(stateDirectory(context).records, { signal }));
  await unwrap(store.close());
  // Opening it has brought it up to date, whatever it was.
  context.output.result({ behind: false }, `${context.output.paint.good("✓")} The state is up to date.`);
  return 0;
}

async function connected(context: CommandContext): Promise<ServerDatabase> {
  try {
    return await connectServer(context);
  } catch (cause) {
    if (cause instanceof UsageError) throw cause;
    throw adapterError(cause, { adapter: "postgresql", operation: "connect", state: "unchanged" });
  }
}

function told({ output }: CommandContext, { version, applied }: MigrationOutcome): ExitCode {
  const what = applied.length === 0 ? "was up to date already" : `is up to date; applied ${applied.join(", ")}`;
  output.result({ version, applied }, `${output.paint.good("✓")} The schema ${what} (version ${version}).`);
  return 0;
}
