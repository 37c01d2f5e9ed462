import type { Migration } from "./migration.ts";

/**
 * The audit record without a lock that all writers share, and tamper-evident: entries are linked per site, under the row
 * of the site's chain, which is now the last lock taken.
 *
 * Safe beside the version before: that one appends through `append_audit` too, whose signature stays. Since the function
 * now runs with its owner's rights, application roles need no INSERT on the record, and roles that were made for the version
 * before go on working without a grant on the new table.
 *
 * Entries of before are linked here, once: a record of a million entries takes some half a minute, in which nobody can read or write it.
 */
export const auditChainMigration: Migration = {
  number: 8,
  name: "audit-chain",
  sql: `
-- Every writer locks a row of one of these before it appends. So whoever has begun has ended here, and whoever comes later appends by the
-- new function; one in between would go on by the old one, which knows no number. In the order in which writers lock; one who was faster
-- all the same, and meets us in a deadlock, tries again.
lock table {schema}.site, {schema}.publication, {schema}.revision, {schema}.slot, {schema}.preview in access exclusive mode;

-- The end of each site's chain: how many entries it has, and the hash of the last one.
create table {schema}.audit_chain (
  site_id text collate "C" primary key,
  number  bigint not null,
  hash    text not null
) with (fillfactor = 50);

alter table {schema}.audit_entry add column number bigint, add column hash text;

-- As auditHash of @hostelry/core computes it: SHA-256 over a JSON list without spaces.
create function {schema}.audit_hash(previous_hash text, number bigint, sequence bigint, draft {schema}.audit_draft)
returns text language sql stable as $body$
  select encode(sha256(convert_to(concat(
    '["', previous_hash, '",', number, ',', sequence, ',', to_json(draft.actor), ',', to_json(draft.action), ',',
    to_json(draft.site_id), ',', to_json(draft.subject), ',', trunc(extract(epoch from draft.at) * 1000)::bigint, ',',
    coalesce(to_json(draft.before::text)::text, 'null'), ',', coalesce(to_json(draft.after::text)::text, 'null'), ']'
  ), 'UTF8')), 'hex')
$body$;

alter table {schema}.audit_entry disable trigger audit_entry_is_append_only;
do $body$
declare
  entry record;
  chain {schema}.audit_chain;
begin
  for entry in select * from {schema}.audit_entry order by site_id, sequence loop
    if entry.site_id is distinct from chain.site_id then
      if chain.site_id is not null then insert into {schema}.audit_chain values (chain.site_id, chain.number, chain.hash); end if;
      chain := row(entry.site_id, 0, repeat('0', 64));
    end if;
    chain.number := chain.number + 1;
    chain.hash := {schema}.audit_hash(chain.hash, chain.number, entry.sequence, row(entry.actor, entry.action,
      entry.site_id, entry.subject, entry.at, entry.before, entry.after)::{schema}.audit_draft);
    update {schema}.audit_entry set number = chain.number, hash = chain.hash where sequence = entry.sequence;
  end loop;
  if chain.site_id is not null then insert into {schema}.audit_chain values (chain.site_id, chain.number, chain.hash); end if;
end
$body$;
alter table {schema}.audit_entry enable trigger audit_entry_is_append_only;
alter table {schema}.audit_entry alter column number set not null, alter column hash set not null;

-- The number that a sequence gave last; 0 when it gave none.
create function {schema}.last_audit_sequence() returns bigint language sql volatile as $body$
  select case when is_called then last_value else last_value - 1 end from {schema}.audit_entry_sequence_seq
$body$;

-- An entry's sequence is drawn under two locks that end with the transaction.
--   The row of the site's chain: entries of one site become visible in the order of their sequences.
--   A shared advisory lock, which nobody ever waits for. It says: "a writer is busy whose sequences are above this number",
--   the one given last before it drew its own. audit_horizon() looks at these.
create or replace function {schema}.append_audit(draft {schema}.audit_draft) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $body$
declare
  chain_number bigint;
  previous_hash text;
  next_hash text;
  next_sequence bigint;
  busy_setting constant text := 'hostelry.audit_busy_' || '{schema}.audit_entry'::regclass::oid;
begin
  if draft is null then return; end if;
  select number + 1, hash into chain_number, previous_hash from {schema}.audit_chain
  where site_id = draft.site_id for no key update;
  if not found then
    insert into {schema}.audit_chain as chain (site_id, number, hash) values (draft.site_id, 0, repeat('0', 64))
    on conflict (site_id) do update set number = chain.number -- locks the row of whoever was first
    returning chain.number + 1, chain.hash into chain_number, previous_hash;
  end if;
  -- Once in a transaction: its first number is the lowest. The setting ends with the transaction, as the lock does.
  if coalesce(current_setting(busy_setting, true), '') = '' then
    perform pg_advisory_xact_lock_shared(
      '{schema}.audit_entry'::regclass::oid::integer, {schema}.low_half({schema}.last_audit_sequence()));
    perform set_config(busy_setting, 'yes', true);
  end if;
  next_sequence := nextval('{schema}.audit_entry_sequence_seq');
  next_hash := {schema}.audit_hash(previous_hash, chain_number, next_sequence, draft);
  insert into {schema}.audit_entry (sequence, actor, action, site_id, subject, at, before, after, number, hash)
  overriding system value
  values (next_sequence, draft.actor, draft.action, draft.site_id, draft.subject, draft.at, draft.before, draft.after,
          chain_number, next_hash);
  update {schema}.audit_chain set number = chain_number, hash = next_hash where site_id = draft.site_id;
end
$body$;

-- The lower 32 bits of a number, as the second half of an advisory lock's key.
create function {schema}.low_half(number bigint) returns integer language sql immutable as $body$
  select ((number & 4294967295) - case when number & 2147483648 <> 0 then 4294967296 else 0 end)::integer
$body$;

-- Up to this sequence nothing is missing: no writer is busy with one that is not above it. In this order: first the number
-- given last, then who is busy. Whoever draws a number later draws a higher one; whoever had drawn one has ended, and a
-- transaction is visible before it gives up its locks, or is seen here. A statement that begins after this one therefore
-- sees every entry up to the horizon. (Its own transaction does not hold a reader back.)
create function {schema}.audit_horizon(out given bigint, out horizon bigint)
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $body$
begin
  given := {schema}.last_audit_sequence();
  select min(given - ((given - objid::bigint) & 4294967295)) into horizon from pg_locks
  where locktype = 'advisory' and objsubid = 2 and classid = '{schema}.audit_entry'::regclass::oid
    and database = (select oid from pg_database where datname = current_database())
    and pid is distinct from pg_backend_pid();
  horizon := coalesce(horizon, given);
end
$body$;
`,
};
