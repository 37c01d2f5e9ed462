import {
  type CallOptions,
  flow,
  type HostingErrorOf,
  ok,
  type Result,
  type ResultAsync,
  type StoreCapabilities,
  type StoreError,
} from "@hostelry/core/adapter";
import type { PgDatabase } from "./database/pg-database.ts";
import { type SessionLimits, session } from "./database/session.ts";
import { type EmbeddedError, type EmbeddedOptions, embeddedStorage } from "./embedded/embedded-storage.ts";
import { type MigrationOutcome, migrate } from "./migrations/migrate.ts";
import { migrationScript } from "./migrations/migration-script.ts";
import { migrations } from "./migrations/migrations.ts";
import { roleScript } from "./migrations/role-script.ts";
import { quotedSchema } from "./migrations/schema-name.ts";
import { type PgStore, pgStore } from "./pg-store.ts";

const name = "postgresql";

/** Which schema of the database is ours. */
export interface SchemaOptions {
  /** Lower-case letters, digits and underscores, at most 63. Default `hostelry`. */
  readonly schema?: string | undefined;
}

/** Options of {@link PgStorage}. */
export interface PgStorageOptions extends SchemaOptions, SessionLimits, CallOptions {
  /**
   * Apply missing migrations while opening. Default true. With `false` no DDL is sent, and a schema that is behind is
   * `ADAPTER_INCOMPATIBLE`: for hosts whose application role may not create tables.
   */
  readonly migrate?: boolean | undefined;
  /** For a database that is not a shared, durable server, e.g. a PGlite in memory. Default: both true. */
  readonly capabilities?: Partial<StoreCapabilities> | undefined;
}

/** The record store on PostgreSQL 14 or newer, and on PGlite. */
export interface PgStorage {
  /**
   * Opens the store in a schema of the host's database, and creates or upgrades that schema. The database stays the
   * host's: `close()` does not end it. Repeated and concurrent opening, also by several processes, is fine.
   *
   * Fails with `ADAPTER_INCOMPATIBLE` (a schema that this version can't use), `INVALID_INPUT` (the schema's name),
   * and what any statement may meet.
   */
  (database: PgDatabase, options?: PgStorageOptions): ResultAsync<PgStore, StoreError>;
  /**
   * Opens, or creates, a PGlite in a directory of this machine that belongs to this process alone. See
   * {@link EmbeddedOptions} for what that does and does not promise.
   */
  embedded(directory: string, options?: EmbeddedOptions): ResultAsync<PgStore, EmbeddedError>;
  /** Creates or upgrades the schema, and nothing else. Safe at any time, from several processes, and repeated. */
  migrate(database: PgDatabase, options?: SchemaOptions & CallOptions): ResultAsync<MigrationOutcome, StoreError>;
  /** The one statement that {@link PgStorage.migrate} sends, for those who apply DDL by hand. */
  migrationScript(options?: SchemaOptions): Result<string, HostingErrorOf<"INVALID_INPUT">>;
  /**
   * The statements that give a role all the rights an application needs, and none beyond: no DDL, and no way to change or
   * remove what is in the audit record. For the owner of the schema to run, after each migration.
   */
  roleScript(options: SchemaOptions & { readonly role: string }): Result<string, HostingErrorOf<"INVALID_INPUT">>;
}

/** Stores records in PostgreSQL; see {@link PgStorage}. */
export const pgStorage: PgStorage = Object.assign(open, {
  embedded: embeddedStorage,
  migrate: migrateOnly,
  migrationScript: scriptOf,
  roleScript: roleScriptOf,
});

function open(database: PgDatabase, options: PgStorageOptions = {}): ResultAsync<PgStore, StoreError> {
  return flow(async function* () {
    const schema = yield* quotedSchema(options.schema);
    const { statementTimeoutMs, lockTimeoutMs } = options;
    const opened = session({ database, schema, name, statementTimeoutMs, lockTimeoutMs });
    yield* migrate(opened, { migrations, adapter: name, lookOnly: options.migrate === false }, options);
    const { shared = true, durable = true } = options.capabilities ?? {};
    return ok(pgStore({ session: opened, name, capabilities: { shared, durable } }));
  });
}

function migrateOnly(
  database: PgDatabase,
  options: SchemaOptions & CallOptions = {},
): ResultAsync<MigrationOutcome, StoreError> {
  return flow(async function* () {
    const schema = yield* quotedSchema(options.schema);
    return migrate(session({ database, schema, name }), { migrations, adapter: name, lookOnly: false }, options);
  });
}

function scriptOf(options: SchemaOptions = {}): Result<string, HostingErrorOf<"INVALID_INPUT">> {
  return quotedSchema(options.schema).map((schema) => migrationScript(migrations, schema));
}

function roleScriptOf(
  options: SchemaOptions & { readonly role: string },
): Result<string, HostingErrorOf<"INVALID_INPUT">> {
  return quotedSchema(options.schema).andThen((schema) => roleScript(schema, options.role));
}
