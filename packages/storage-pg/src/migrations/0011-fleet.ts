import type { Migration } from "./migration.ts";

/**
 * What a fleet of targets needs on record: the policy and the results of a publication, and the freeze of a site. The
 * functions stand before those of earlier migrations, which decide as ever, and add to what they wrote in the same act.
 */
export const fleetMigration: Migration = {
  number: 11,
  name: "fleet",
  sql: `
alter table {schema}.site
  add column frozen_reason text,
  add column frozen_by text,
  add column frozen_at timestamptz,
  add constraint site_frozen_whole
    check ((frozen_reason is null) = (frozen_at is null) and (frozen_by is null) = (frozen_at is null));
alter table {schema}.publication add column policy json, add column results json, add column flip json;

create function {schema}.set_freeze(
  given_id text, new_reason text, new_by text, new_at timestamptz, audit {schema}.audit_draft,
  out outcome text, out result {schema}.site
) language plpgsql as $body$
begin
  select * into result from {schema}.site where id = given_id for no key update;
  if not found then outcome := 'site_not_found'; return; end if;
  -- The first freeze stays: nobody's reason is overwritten unseen.
  if (result.frozen_at is null) = (new_at is null) then outcome := 'unchanged'; return; end if;
  update {schema}.site
  set frozen_reason = new_reason, frozen_by = new_by, frozen_at = new_at, version = version + 1
  where id = given_id returning * into result;
  perform {schema}.append_audit(audit);
  outcome := 'done';
end
$body$;

create function {schema}.begin_fleet_publication(
  given_site_id text, given_number bigint, given_slot text, given_revision_id text, given_manifest_digest text,
  given_release text, given_release_manifest_blob text, given_previous_release text, given_previous_revision_id text,
  given_previous_publication bigint, given_targets json, given_failure text, given_started_at timestamptz,
  given_finished_at timestamptz, given_policy json, audit {schema}.audit_draft,
  out outcome text, out actual text, out result {schema}.publication
) language plpgsql as $body$
begin
  select b.outcome, b.actual into outcome, actual from {schema}.begin_publication(
    given_site_id, given_number, given_slot, given_revision_id, given_manifest_digest, given_release,
    given_release_manifest_blob, given_previous_release, given_previous_revision_id, given_previous_publication,
    given_targets, given_failure, given_started_at, given_finished_at, audit) b;
  if outcome = 'done' then
    update {schema}.publication set policy = given_policy
    where site_id = given_site_id and number = given_number returning * into result;
  end if;
end
$body$;

create function {schema}.advance_fleet_publication(
  given_site_id text, given_number bigint, from_state text, to_state text, token bigint, given_failure text,
  given_results json, given_at timestamptz, audit {schema}.audit_draft,
  out outcome text, out actual text, out result {schema}.publication
) language plpgsql as $body$
declare
  answer record;
begin
  select * into answer from {schema}.advance_publication(
    given_site_id, given_number, from_state, to_state, token, given_failure, given_at, audit);
  outcome := answer.outcome;
  actual := answer.actual;
  result := answer.result;
  if outcome = 'done' and to_state = 'undone' and given_results is not null then
    update {schema}.publication set results = given_results
    where site_id = given_site_id and number = given_number returning * into result;
  end if;
end
$body$;

create function {schema}.complete_fleet_publication(
  given_site_id text, given_name text, expect_publication bigint, token bigint, empties boolean,
  given_revision_id text, given_manifest_digest text, given_release text, given_publication bigint,
  given_since timestamptz, completes bigint, given_results json, given_flip json, moves json, given_at timestamptz,
  audit {schema}.audit_draft,
  out outcome text, out subject text, out actual text, out result {schema}.slot
) language plpgsql as $body$
declare
  answer record;
begin
  select * into answer from {schema}.compare_and_set_slot(
    given_site_id, given_name, expect_publication, token, empties, given_revision_id, given_manifest_digest,
    given_release, given_publication, given_since, completes, moves, given_at, audit);
  outcome := answer.outcome;
  subject := answer.subject;
  actual := answer.actual;
  result := answer.result;
  if outcome = 'done' and completes is not null then
    update {schema}.publication set results = given_results, flip = given_flip
    where site_id = given_site_id and number = completes;
  end if;
end
$body$;
`,
};
