import {
  type CallOptions,
  err,
  errAsync,
  flow,
  type HostingErrorOf,
  hostingError,
  ok,
  type Result,
  type ResultAsync,
  type StoreError,
} from "@hostelry/core/adapter";
import { integer, type Row, text } from "../database/columns.ts";
import type { Session } from "../database/session.ts";
import { failureCode } from "../database/sql-failure.ts";
import type { Migration } from "./migration.ts";
import { migrationChangedState, migrationScript } from "./migration-script.ts";
import { checksumOf } from "./migrations.ts";

/** What was found, and what was done about it. */
export interface MigrationOutcome {
  /** Number of the newest migration that is applied now; a newer version of this library may have brought it. */
  readonly version: number;
  /** Numbers of the migrations that this call found missing, whoever applied them in the end. */
  readonly applied: readonly number[];
}

/** How {@link migrate} goes about it. */
export interface MigrateRequest {
  readonly migrations: readonly Migration[];
  /** The store's name, for errors. */
  readonly adapter: string;
  /** Only look: a schema that is behind is `ADAPTER_INCOMPATIBLE`. */
  readonly lookOnly: boolean;
}

/** `extract(epoch …)` is exact and generated identity columns are complete from here on. */
const oldestServer = 140_000;

/** SQLSTATEs of two migrators who did not see each other, under an isolation level that hides what was just committed. */
const raced: ReadonlySet<string> = new Set(["23505", "42P06", "42P07", "42710", "42723"]);

/**
 * Brings the schema to this version. Repeated, and by several processes at once, it does nothing more. A schema that is
 * newer is left alone: migrations are made so that the version before goes on working.
 */
export function migrate(
  session: Session,
  request: MigrateRequest,
  options: CallOptions | undefined,
): ResultAsync<MigrationOutcome, StoreError> {
  const { migrations, adapter, lookOnly } = request;
  const newest = Math.max(0, ...migrations.map(({ number }) => number));
  return flow(async function* () {
    const applied = yield* appliedMigrations(session, adapter, options);
    yield* sameTexts(applied, migrations, adapter);
    const version = Math.max(0, ...applied.keys());
    const missing = migrations.filter(({ number }) => !applied.has(number)).map(({ number }) => number);
    if (missing.length === 0) return ok({ version, applied: missing });
    if (lookOnly) return err(incompatible(adapter, `schema version ${newest}`, `schema version ${version}`));
    yield* applyMissing(session, request, options);
    return ok({ version: Math.max(version, newest), applied: missing });
  });
}

function appliedMigrations(
  session: Session,
  adapter: string,
  options: CallOptions | undefined,
): ResultAsync<ReadonlyMap<number, string>, StoreError> {
  const { schema } = session;
  return flow(async function* () {
    const [found] = yield* session.read(
      "readSchemaVersion",
      () =>
        `select current_setting('server_version_num') as server, to_regclass('${schema}.migration')::text as migration`,
      options,
    );
    const server = found === undefined ? 0 : integer(found, "server");
    if (server < oldestServer) return err(incompatible(adapter, "PostgreSQL 14 or newer", `server version ${server}`));
    if (found?.["migration"] === null) return ok(new Map<number, string>());
    const rows: readonly Row[] = yield* session.read(
      "readSchemaVersion",
      () => `select number::text as number, checksum from ${schema}.migration`,
      options,
    );
    return ok(new Map(rows.map((row) => [integer(row, "number"), text(row, "checksum")])));
  });
}

function sameTexts(
  applied: ReadonlyMap<number, string>,
  migrations: readonly Migration[],
  adapter: string,
): Result<undefined, HostingErrorOf<"ADAPTER_INCOMPATIBLE">> {
  for (const migration of migrations) {
    const checksum = applied.get(migration.number);
    const ours = checksumOf(migration);
    if (checksum !== undefined && checksum !== ours) {
      return err(
        incompatible(adapter, `migration ${migration.number} ${ours}`, `migration ${migration.number} ${checksum}`),
      );
    }
  }
  return ok(undefined);
}

function applyMissing(
  session: Session,
  { migrations, adapter }: MigrateRequest,
  options: CallOptions | undefined,
): ResultAsync<unknown, StoreError> {
  const send = (): ResultAsync<unknown, StoreError> =>
    session.define("migrate", migrationScript(migrations, session.schema), options);
  return send()
    .orElse((error) => (raced.has(failureCode(error.cause)) ? send() : errAsync(error)))
    .mapErr((error) =>
      failureCode(error.cause) === migrationChangedState
        ? incompatible(adapter, "the migrations of this version", `migration ${(error.cause as Error).message}`)
        : error,
    );
}

function incompatible(adapter: string, expected: string, actual: string): HostingErrorOf<"ADAPTER_INCOMPATIBLE"> {
  return hostingError("ADAPTER_INCOMPATIBLE", `${adapter} has ${actual}; this version needs ${expected}.`, {
    adapter,
    expected,
    actual,
  });
}
