import type { Migration } from "./migration.ts";

/** Revisions, numbered from the counter on the site's row: a sequence would leave gaps after a rollback. */
export const revisionMigration: Migration = {
  number: 3,
  name: "revision",
  sql: `
create table {schema}.revision (
  id              text collate "C" primary key,
  site_id         text collate "C" not null references {schema}.site,
  number          bigint not null,
  state           text not null
                  check (state in ('uploaded', 'validated', 'in_preview', 'published', 'retired', 'rejected')),
  archive_sha256  text not null,
  archive_size    bigint not null,
  created_at      timestamptz not null,
  report          json,
  manifest_digest text,
  unique (site_id, number)
);

create function {schema}.append_revision(
  given_id text, given_site_id text, given_sha256 text, given_size bigint, given_created_at timestamptz,
  audit {schema}.audit_draft, out outcome text, out result {schema}.revision
) language plpgsql as $body$
declare
  last_number bigint;
begin
  select last_revision into last_number from {schema}.site where id = given_site_id for no key update;
  if not found then outcome := 'site_not_found'; return; end if;
  insert into {schema}.revision (id, site_id, number, state, archive_sha256, archive_size, created_at)
  values (given_id, given_site_id, last_number + 1, 'uploaded', given_sha256, given_size, given_created_at)
  on conflict (id) do nothing returning * into result;
  outcome := 'done';
  if not found then select * into result from {schema}.revision where id = given_id; return; end if;
  update {schema}.site set last_revision = result.number where id = given_site_id;
  perform {schema}.append_audit(audit);
end
$body$;

create function {schema}.update_revision(
  given_id text, expect_state text, new_state text, new_report json, new_manifest_digest text,
  audit {schema}.audit_draft, out outcome text, out actual text, out result {schema}.revision
) language plpgsql as $body$
begin
  select * into result from {schema}.revision where id = given_id for no key update;
  if not found then outcome := 'revision_not_found'; return; end if;
  if result.state <> expect_state then outcome := 'conflict'; actual := result.state; return; end if;
  update {schema}.revision
  set state = coalesce(new_state, state), report = coalesce(new_report, report),
      manifest_digest = coalesce(new_manifest_digest, manifest_digest)
  where id = given_id returning * into result;
  perform {schema}.append_audit(audit);
  outcome := 'done';
end
$body$;
`,
};
