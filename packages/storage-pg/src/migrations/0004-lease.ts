import type { Migration } from "./migration.ts";

/**
 * Leases. Time is `clock_timestamp()` read after the row is locked: `now()` stands still while a transaction waits, and
 * a lease that ran out meanwhile would seem to hold.
 */
export const leaseMigration: Migration = {
  number: 4,
  name: "lease",
  sql: `
create function {schema}.holds_lease(site {schema}.site, token bigint) returns boolean language sql volatile as $body$
  select coalesce(site.fencing_token = token and site.lease_expires_at > clock_timestamp(), false)
$body$;

create function {schema}.acquire_lease(
  given_site_id text, given_holder text, ttl_ms bigint, out outcome text, out result {schema}.site
) language plpgsql as $body$
begin
  select * into result from {schema}.site where id = given_site_id for no key update;
  if not found then outcome := 'site_not_found'; return; end if;
  if result.lease_expires_at > clock_timestamp() then outcome := 'held'; return; end if;
  update {schema}.site
  set fencing_token = fencing_token + 1, lease_holder = given_holder,
      lease_expires_at = clock_timestamp() + ttl_ms * interval '1 millisecond'
  where id = given_site_id returning * into result;
  outcome := 'done';
end
$body$;

create function {schema}.renew_lease(
  given_site_id text, token bigint, ttl_ms bigint, out outcome text, out result {schema}.site
) language plpgsql as $body$
begin
  select * into result from {schema}.site where id = given_site_id for no key update;
  if not found or not {schema}.holds_lease(result, token) then outcome := 'lease_lost'; return; end if;
  update {schema}.site set lease_expires_at = clock_timestamp() + ttl_ms * interval '1 millisecond'
  where id = given_site_id returning * into result;
  outcome := 'done';
end
$body$;

create function {schema}.release_lease(given_site_id text, token bigint, out released boolean) language plpgsql as $body$
declare
  site {schema}.site;
begin
  select * into site from {schema}.site where id = given_site_id for no key update;
  released := found and {schema}.holds_lease(site, token);
  if released then
    update {schema}.site set lease_holder = null, lease_expires_at = null where id = given_site_id;
  end if;
end
$body$;

-- For a store that belongs to one process: a lease found when it opens was left by a process that is gone.
create function {schema}.end_all_leases() returns void language sql as $body$
  update {schema}.site set lease_holder = null, lease_expires_at = null where lease_expires_at is not null
$body$;
`,
};
