import type { Migration } from "./migration.ts";
import { checksumOf } from "./migrations.ts";
import { migrationLockKey, type QuotedSchema } from "./schema-name.ts";

/** SQLSTATE that the script raises when an applied migration's text is another one than ours. Class `HS` is free. */
export const migrationChangedState = "HSM01";

/**
 * All migrations as one statement: one transaction whatever is connected, also a pool that gives every statement another
 * connection. It takes the schema's advisory lock first, so of several processes that start at once one applies and the
 * others find everything done; `create … if not exists` alone would race in the catalogs.
 */
export function migrationScript(migrations: readonly Migration[], schema: QuotedSchema): string {
  return `do $hostelry$
declare
  applied text;
begin
  perform pg_advisory_xact_lock(${migrationLockKey(schema)});
  -- Asked first: "if not exists" wants the right to create even where there is nothing to do.
  if to_regnamespace('${schema}') is null then create schema ${schema}; end if;
  if to_regclass('${schema}.migration') is null then
    create table ${schema}.migration (
      number integer primary key, name text not null, checksum text not null,
      applied_at timestamptz not null default clock_timestamp()
    );
  end if;
${migrations.map((migration) => step(migration, schema)).join("")}end
$hostelry$`;
}

function step(migration: Migration, schema: QuotedSchema): string {
  const { number, name } = migration;
  const checksum = checksumOf(migration);
  return `
  select checksum into applied from ${schema}.migration where number = ${number};
  if not found then
    execute $migration$${migration.sql.replaceAll("{schema}", schema)}$migration$;
    insert into ${schema}.migration (number, name, checksum) values (${number}, '${name}', '${checksum}');
  elsif applied <> '${checksum}' then
    raise exception '%', '${number} ' || applied using errcode = '${migrationChangedState}';
  end if;
`;
}
