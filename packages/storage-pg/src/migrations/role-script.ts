import { err, type HostingErrorOf, hostingError, ok, type Result } from "@hostelry/core/adapter";
import type { QuotedSchema } from "./schema-name.ts";

/** Tables that only functions of the schema, with their owner's rights, or migrations write to. */
const closedTables: readonly string[] = ["audit_chain", "audit_entry", "migration"];

/** Tables out of which records are taken; the rest only ever grows or changes. */
const emptiedTables: readonly string[] = [
  "certificate",
  "certificate_answer",
  "certificate_rate",
  "domain",
  "idempotency_key",
  "log",
  "log_entry",
  "log_writer",
  "operation",
  "operation_event",
  "operation_step",
  "preview",
  "slot",
];

/** A role as PostgreSQL keeps it: any characters but U+0000, at most 63 bytes. */
const longestName = 63;

/**
 * The rights of a role that runs the application and nothing more: it reads everything, writes records, can't write, change or
 * remove an audit entry otherwise than by doing what it tells, and can't migrate. Repeated: the same rights. To be run by the
 * schema's owner, after every migration that brought a table.
 */
export function roleScript(schema: QuotedSchema, role: string): Result<string, HostingErrorOf<"INVALID_INPUT">> {
  if (role === "" || role.includes("\0") || Buffer.byteLength(role) > longestName) {
    const problem = `use 1 to ${longestName} bytes, none of them zero`;
    return err(hostingError("INVALID_INPUT", `The role's name can't be used: ${problem}.`, { field: "role", problem }));
  }
  const quoted = `"${role.replaceAll('"', '""')}"`;
  const listed = (tables: readonly string[]): string => tables.map((table) => `${schema}.${table}`).join(", ");
  return ok(`grant usage on schema ${schema} to ${quoted};
grant select, insert, update on all tables in schema ${schema} to ${quoted};
grant usage, select on all sequences in schema ${schema} to ${quoted};
grant delete on ${listed(emptiedTables)} to ${quoted};
revoke insert, update, delete, truncate on ${listed(closedTables)} from ${quoted};
`);
}
