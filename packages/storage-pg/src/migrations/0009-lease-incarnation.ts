import type { Migration } from "./migration.ts";

/**
 * Fencing tokens that go on growing in a database that was restored, and leases that tell from whom they were taken.
 *
 * Each site keeps where its last lease was given: which cluster, which timeline, which database, which table. A dump that was
 * restored is another table, a recovery to a point in time or a promoted standby is another timeline: then nobody knows how
 * many tokens were given after what is on record. But a site gives one token in a millisecond at most (here it is made sure
 * of), so skipping as many as milliseconds have passed since then, and a million for clocks that differ, skips all of them.
 *
 * Safe beside the version before: `acquire_lease` stays, and gives its leases in the same way.
 */
export const leaseIncarnationMigration: Migration = {
  number: 9,
  name: "lease-incarnation",
  sql: `
-- Where this table lives. Public functions all, on PGlite too; a service that hides one of them is less sharp, not broken.
create function {schema}.incarnation() returns text language plpgsql volatile as $body$
declare
  place text := '{schema}.site'::regclass::oid || ' of ' || (select oid from pg_database where datname = current_database());
begin
  place := place || ' of ' || (select system_identifier from pg_control_system());
  return place || ' at ' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8);
exception
  when insufficient_privilege or feature_not_supported or undefined_function then return place;
end
$body$;

alter table {schema}.site
  add column lease_incarnation text, -- null: unknown, as in a row that was copied here
  add column lease_given_at timestamptz;
update {schema}.site set lease_incarnation = {schema}.incarnation(), lease_given_at = clock_timestamp();

-- A row that comes with a token was given it elsewhere: rows of a data-only restore, which keeps the table.
create function {schema}.doubt_copied_lease() returns trigger language plpgsql as $body$
begin
  if new.fencing_token > 0 then new.lease_incarnation := null; end if;
  return new;
end
$body$;
create trigger site_copied_lease_is_doubted before insert on {schema}.site
  for each row execute function {schema}.doubt_copied_lease();

create function {schema}.take_lease(
  given_site_id text, given_holder text, ttl_ms bigint, out outcome text, out result {schema}.site,
  out former_holder text, out former_token bigint, out former_expired_at timestamptz
) language plpgsql as $body$
declare
  here constant text := {schema}.incarnation();
  skipped bigint := 0;
begin
  select * into result from {schema}.site where id = given_site_id for no key update;
  if not found then outcome := 'site_not_found'; return; end if;
  if result.lease_expires_at > clock_timestamp() then outcome := 'held'; return; end if;
  if result.fencing_token > 0 and result.lease_incarnation is distinct from here then
    skipped := 1000000 + greatest(0, ceil(extract(epoch from
      clock_timestamp() - coalesce(result.lease_given_at, result.created_at)) * 1000))::bigint;
  elsif result.lease_given_at > clock_timestamp() - interval '1 millisecond' then
    perform pg_sleep(0.001);
  end if;
  former_holder := result.lease_holder;
  former_token := result.fencing_token;
  former_expired_at := result.lease_expires_at;
  update {schema}.site
  set fencing_token = fencing_token + 1 + skipped, lease_holder = given_holder, lease_incarnation = here,
      lease_given_at = clock_timestamp(), lease_expires_at = clock_timestamp() + ttl_ms * interval '1 millisecond'
  where id = given_site_id returning * into result;
  outcome := 'done';
end
$body$;

create or replace function {schema}.acquire_lease(
  given_site_id text, given_holder text, ttl_ms bigint, out outcome text, out result {schema}.site
) language sql as $body$
  select outcome, result from {schema}.take_lease(given_site_id, given_holder, ttl_ms)
$body$;

-- The holder stays on record, so that the next one learns whose lease it was.
create or replace function {schema}.end_all_leases() returns void language sql as $body$
  update {schema}.site set lease_expires_at = clock_timestamp() where lease_expires_at > clock_timestamp()
$body$;

-- For a restore that leaves no trace in the database: a snapshot of the volume or of the machine.
create function {schema}.doubt_all_leases() returns void language sql as $body$
  update {schema}.site set lease_incarnation = null where lease_incarnation is not null
$body$;
`,
};
