import type { Migration } from "./migration.ts";

/**
 * The append-only record. Every function that changes something ends with `append_audit`, whose lock is therefore the
 * last one taken (see `docs/reference/storage-pg.md`, lock order).
 *
 * `before` and `after` are `json`, not `jsonb`: what was said is given back to the letter, and `jsonb` refuses U+0000,
 * which the name of an entry in a hostile archive may well contain.
 */
export const auditMigration: Migration = {
  number: 1,
  name: "audit",
  sql: `
create type {schema}.audit_draft as (
  actor text, action text, site_id text, subject text, at timestamptz, before json, after json
);

create table {schema}.audit_entry (
  sequence bigint generated always as identity primary key,
  actor    text not null,
  action   text not null,
  site_id  text collate "C" not null,
  subject  text not null,
  at       timestamptz not null,
  before   json,
  after    json
);
create index audit_entry_of_site on {schema}.audit_entry (site_id, sequence);

create function {schema}.refuse_audit_change() returns trigger language plpgsql as $body$
begin
  raise exception 'The audit record is append-only.' using errcode = 'restrict_violation';
end
$body$;
create trigger audit_entry_is_append_only before update or delete or truncate on {schema}.audit_entry
  for each statement execute function {schema}.refuse_audit_change();

-- Entries become visible in the order of their numbers: numbering begins under a lock that ends with the transaction,
-- so nobody gets a later number before the earlier one is visible. The first half of the lock's key spells "hstl".
create function {schema}.append_audit(draft {schema}.audit_draft) returns void language plpgsql as $body$
begin
  if draft is null then return; end if;
  perform pg_advisory_xact_lock(1752396908, '{schema}.audit_entry'::regclass::oid::integer);
  insert into {schema}.audit_entry (actor, action, site_id, subject, at, before, after)
  values (draft.actor, draft.action, draft.site_id, draft.subject, draft.at, draft.before, draft.after);
end
$body$;
`,
};
