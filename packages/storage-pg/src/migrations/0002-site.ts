import type { Migration } from "./migration.ts";

/**
 * Sites. The row of a site is also where its counters and its lease live, and the first thing that anything concerning
 * the site locks: whoever holds it decides alone.
 */
export const siteMigration: Migration = {
  number: 2,
  name: "site",
  sql: `
create table {schema}.site (
  id               text collate "C" primary key,
  position         bigint generated always as identity,
  name             text not null,
  state            text not null check (state in ('live', 'maintenance', 'suspended')),
  created_at       timestamptz not null,
  version          bigint not null default 1,
  last_revision    bigint not null default 0,
  fencing_token    bigint not null default 0,
  lease_holder     text,
  lease_expires_at timestamptz,
  check ((lease_holder is null) = (lease_expires_at is null))
) with (fillfactor = 70);
create index site_by_age on {schema}.site (created_at, position);

-- A number that was given is never given again, whatever an application role or a later version tries.
create function {schema}.keep_site_counters() returns trigger language plpgsql as $body$
begin
  if new.fencing_token < old.fencing_token or new.last_revision < old.last_revision then
    raise exception 'The counters of a site never go back.' using errcode = 'restrict_violation';
  end if;
  return new;
end
$body$;
create trigger site_counters_only_grow before update of fencing_token, last_revision on {schema}.site
  for each row execute function {schema}.keep_site_counters();

create function {schema}.create_site(
  given_id text, given_name text, given_state text, given_created_at timestamptz, audit {schema}.audit_draft,
  out outcome text, out result {schema}.site
) language plpgsql as $body$
begin
  insert into {schema}.site (id, name, state, created_at) values (given_id, given_name, given_state, given_created_at)
  on conflict (id) do nothing returning * into result;
  if not found then outcome := 'conflict'; return; end if;
  perform {schema}.append_audit(audit);
  outcome := 'done';
end
$body$;

create function {schema}.update_site(
  given_id text, expect_version bigint, new_name text, new_state text, audit {schema}.audit_draft,
  out outcome text, out actual text, out result {schema}.site
) language plpgsql as $body$
begin
  select * into result from {schema}.site where id = given_id for no key update;
  if not found then outcome := 'site_not_found'; return; end if;
  if result.version <> expect_version then outcome := 'conflict'; actual := result.version::text; return; end if;
  update {schema}.site set name = coalesce(new_name, name), state = coalesce(new_state, state), version = version + 1
  where id = given_id returning * into result;
  perform {schema}.append_audit(audit);
  outcome := 'done';
end
$body$;
`,
};
