import type { Migration } from "./migration.ts";

/** The journal of publications. Nothing is written without the site's current, unexpired lease. */
export const publicationMigration: Migration = {
  number: 5,
  name: "publication",
  sql: `
create table {schema}.publication (
  site_id               text collate "C" not null references {schema}.site,
  number                bigint not null,
  slot                  text collate "C" not null,
  revision_id           text collate "C" not null references {schema}.revision,
  manifest_digest       text not null,
  release               text not null,
  release_manifest_blob text not null,
  previous_release      text,
  previous_revision_id  text,
  previous_publication  bigint,
  targets               json not null,
  state                 text not null check (state in ('intended', 'staged', 'activated', 'recorded', 'undone')),
  failure               text,
  started_at            timestamptz not null,
  finished_at           timestamptz,
  primary key (site_id, number),
  check ((previous_release is null) = (previous_publication is null)
     and (previous_revision_id is null) = (previous_publication is null))
);
create index publication_unfinished on {schema}.publication (site_id, number)
  where state in ('intended', 'staged', 'activated');

-- Values are named one by one, here and everywhere: a row of the table as parameter would break callers of the version
-- before when a later migration adds a column.
create function {schema}.begin_publication(
  given_site_id text, given_number bigint, given_slot text, given_revision_id text, given_manifest_digest text,
  given_release text, given_release_manifest_blob text, given_previous_release text, given_previous_revision_id text,
  given_previous_publication bigint, given_targets json, given_failure text, given_started_at timestamptz,
  given_finished_at timestamptz, audit {schema}.audit_draft,
  out outcome text, out actual text, out result {schema}.publication
) language plpgsql as $body$
declare
  site {schema}.site;
begin
  select * into site from {schema}.site where id = given_site_id for no key update;
  select * into result from {schema}.publication where site_id = given_site_id and number = given_number;
  if found then outcome := 'publication_exists'; actual := result.state; return; end if;
  if not {schema}.holds_lease(site, given_number) then outcome := 'lease_lost'; return; end if;
  perform from {schema}.revision where id = given_revision_id for key share;
  if not found then outcome := 'revision_absent'; return; end if;
  insert into {schema}.publication
    (site_id, number, slot, revision_id, manifest_digest, release, release_manifest_blob, previous_release,
     previous_revision_id, previous_publication, targets, state, failure, started_at, finished_at)
  values
    (given_site_id, given_number, given_slot, given_revision_id, given_manifest_digest, given_release,
     given_release_manifest_blob, given_previous_release, given_previous_revision_id, given_previous_publication,
     given_targets, 'intended', given_failure, given_started_at, given_finished_at)
  returning * into result;
  perform {schema}.append_audit(audit);
  outcome := 'done';
end
$body$;

create function {schema}.advance_publication(
  given_site_id text, given_number bigint, from_state text, to_state text, token bigint, given_failure text,
  given_at timestamptz, audit {schema}.audit_draft, out outcome text, out actual text, out result {schema}.publication
) language plpgsql as $body$
declare
  site {schema}.site;
begin
  select * into site from {schema}.site where id = given_site_id for no key update;
  select * into result from {schema}.publication where site_id = given_site_id and number = given_number for no key update;
  if not found then outcome := 'publication_not_found'; return; end if;
  if not {schema}.holds_lease(site, token) then outcome := 'lease_lost'; return; end if;
  if result.state <> from_state then outcome := 'conflict'; actual := result.state; return; end if;
  update {schema}.publication
  set state = to_state,
      failure = case when to_state = 'undone' then given_failure else failure end,
      finished_at = case when to_state = 'undone' then given_at else finished_at end
  where site_id = given_site_id and number = given_number returning * into result;
  perform {schema}.append_audit(audit);
  outcome := 'done';
end
$body$;
`,
};
