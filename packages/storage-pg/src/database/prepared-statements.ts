import { createHash } from "node:crypto";
import type { PooledConnection } from "./pg-database.ts";
import { failureCode } from "./sql-failure.ts";

/** Sends statements so that the server parses each only once for a connection. */
export interface PreparedStatements {
  send(connection: PooledConnection, text: string, values: unknown[]): Promise<{ readonly rows: readonly unknown[] }>;
}

/**
 * What a server, or a proxy before it, says of a statement by name before it runs anything: it does not know the name
 * (26000; PgBouncer before 1.21 hands the next statement to another server), knows it for another (42P05), or planned it for a
 * result that a migration has changed since (0A000). See https://www.postgresql.org/docs/current/sql-prepare.html and
 * https://www.pgbouncer.org/config.html#max_prepared_statements.
 */
const refusals: ReadonlySet<string> = new Set(["26000", "42P05", "0A000"]);

/** More texts than the store has, filters make a few of each. A server keeps every named one, so others go without. */
const mostNames = 500;

/**
 * Names the statements; once a name was refused, it sends them all without, for good: that is slower, and right
 * everywhere. Only connections of `pg` itself, known by their `processID`, are asked for names.
 */
export function preparedStatements(): PreparedStatements {
  const names = new Map<string, string>();
  let refused = false;
  return {
    async send(connection, text, values) {
      if (refused || typeof connection.processID !== "number") return connection.query(text, values);
      const name = names.get(text) ?? (names.size < mostNames ? nameOf(text) : undefined);
      if (name === undefined) return connection.query(text, values);
      names.set(text, name);
      try {
        return await connection.query({ name, text, values });
      } catch (cause) {
        if (!refusals.has(failureCode(cause))) throw cause;
        refused = true;
        return connection.query(text, values);
      }
    },
  };
}

/** The same for the same text, in every process: behind a proxy they may share a server's connection. */
function nameOf(text: string): string {
  return `hostelry_${createHash("sha256").update(text).digest("hex").slice(0, 32)}`;
}
