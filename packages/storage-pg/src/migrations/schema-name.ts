import { createHash } from "node:crypto";
import { err, type HostingErrorOf, hostingError, ok, type Result } from "@hostelry/core/adapter";

/** The name of a PostgreSQL schema, checked and in double quotes: safe to put into a statement. */
export type QuotedSchema = string & { readonly __brand: "QuotedSchema" };

/** Lower case only, so that the name is the same with and without quotes, in psql and in a dump. */
const pattern = /^[a-z_][a-z0-9_]{0,62}$/;

/** Checks and quotes a schema's name. */
export function quotedSchema(schema = "hostelry"): Result<QuotedSchema, HostingErrorOf<"INVALID_INPUT">> {
  if (pattern.test(schema) && !schema.startsWith("pg_")) return ok(`"${schema}"` as QuotedSchema);
  const problem = "use 1 to 63 lower-case letters, digits and underscores, not beginning with a digit or pg_";
  return err(
    hostingError("INVALID_INPUT", `The schema's name can't be used: ${problem}.`, { field: "schema", problem }),
  );
}

/** The key of the advisory lock under which this schema is migrated: 63 bits, away from the keys that hosts choose. */
export function migrationLockKey(schema: QuotedSchema): bigint {
  return createHash("sha256").update(`hostelry migration ${schema}`).digest().readBigUInt64BE() >> 1n;
}
