import type { Migration } from "./migration.ts";

/** Slots. Everything that must be true together with a slot's change is looked at and locked before the first write. */
export const slotMigration: Migration = {
  number: 6,
  name: "slot",
  sql: `
create table {schema}.slot (
  site_id         text collate "C" not null references {schema}.site,
  name            text collate "C" not null,
  revision_id     text collate "C" not null references {schema}.revision,
  manifest_digest text not null,
  release         text not null,
  publication     bigint not null,
  since           timestamptz not null,
  primary key (site_id, name)
);

create function {schema}.compare_and_set_slot(
  given_site_id text, given_name text, expect_publication bigint, token bigint, empties boolean,
  given_revision_id text, given_manifest_digest text, given_release text, given_publication bigint,
  given_since timestamptz, completes bigint, moves json, given_at timestamptz, audit {schema}.audit_draft,
  out outcome text, out subject text, out actual text, out result {schema}.slot
) language plpgsql as $body$
declare
  site {schema}.site;
  current {schema}.slot;
  completed {schema}.publication;
  move record;
begin
  select * into site from {schema}.site where id = given_site_id for no key update;
  if not found then outcome := 'site_not_found'; return; end if;
  if not {schema}.holds_lease(site, token) then outcome := 'lease_lost'; return; end if;

  select * into current from {schema}.slot where site_id = given_site_id and name = given_name for no key update;
  if current.publication is distinct from expect_publication then
    outcome := 'slot_differs'; actual := current.publication::text; return;
  end if;
  if completes is not null then
    select * into completed from {schema}.publication
    where site_id = given_site_id and number = completes for no key update;
    if not found or completed.state in ('recorded', 'undone') then
      outcome := 'publication_differs'; subject := completes::text; actual := completed.state; return;
    end if;
  end if;
  -- Rows of revisions are locked in the order of their ids.
  for move in
    select m.value ->> 'revisionId' as revision_id, m.value ->> 'from' as from_state from json_array_elements(moves) m
    order by m.value ->> 'revisionId' collate "C"
  loop
    select state into actual from {schema}.revision where id = move.revision_id for no key update;
    if not found or actual <> move.from_state then
      outcome := 'revision_differs'; subject := move.revision_id; return;
    end if;
  end loop;
  actual := null;
  if not empties then
    perform from {schema}.revision where id = given_revision_id for key share;
    if not found then outcome := 'revision_differs'; subject := given_revision_id; return; end if;
  end if;

  if empties then
    delete from {schema}.slot where site_id = given_site_id and name = given_name;
  else
    insert into {schema}.slot (site_id, name, revision_id, manifest_digest, release, publication, since)
    values (given_site_id, given_name, given_revision_id, given_manifest_digest, given_release, given_publication, given_since)
    on conflict (site_id, name) do update
    set revision_id = excluded.revision_id, manifest_digest = excluded.manifest_digest, release = excluded.release,
        publication = excluded.publication, since = excluded.since
    returning * into result;
  end if;
  if completes is not null then
    update {schema}.publication set state = 'recorded', finished_at = given_at
    where site_id = given_site_id and number = completes;
  end if;
  update {schema}.revision set state = m.value ->> 'to'
  from json_array_elements(moves) m where id = m.value ->> 'revisionId';
  perform {schema}.append_audit(audit);
  outcome := 'done';
end
$body$;
`,
};
