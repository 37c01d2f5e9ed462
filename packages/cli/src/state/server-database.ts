import type { PgDatabase } from "@hostelry/storage-pg";
import type { CommandContext } from "../command-line/command.ts";
import { UsageError } from "../command-line/usage-error.ts";

/** A connection to a PostgreSQL server. */
export interface ServerDatabase extends PgDatabase {
  end(): Promise<void>;
}

/**
 * Connects to the server that the environment names: `HOSTELRY_DATABASE_URL`, else the variables that every PostgreSQL client
 * reads (`PGHOST`, `PGUSER`, `PGPASSWORD`, `PGPASSFILE` …). Never an argument: other users of the machine see those.
 */
export async function connectServer({ env }: Pick<CommandContext, "env">): Promise<ServerDatabase> {
  const { Client } = await loadDriver();
  const connectionString = env["HOSTELRY_DATABASE_URL"];
  const client = connectionString ? new Client({ connectionString }) : new Client();
  // A connection that breaks is told by the statement that was under way.
  client.on("error", () => undefined);
  await client.connect();
  return client;
}

/** The driver is not a part of this package: who has no server needs none. */
async function loadDriver(): Promise<typeof import("pg")["default"]> {
  try {
    return (await import("pg")).default;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND") throw cause;
    throw new UsageError('To reach a server, the package "pg" is needed beside this one: npm install pg');
  }
}
