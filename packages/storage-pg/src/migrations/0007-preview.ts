import type { Migration } from "./migration.ts";

/** Previews. Times are the caller's, so that a host can simulate them. */
export const previewMigration: Migration = {
  number: 7,
  name: "preview",
  sql: `
create table {schema}.preview (
  id          text collate "C" primary key,
  position    bigint generated always as identity,
  site_id     text collate "C" not null references {schema}.site,
  revision_id text collate "C" not null references {schema}.revision,
  token_hash  text collate "C" not null unique,
  created_at  timestamptz not null,
  expires_at  timestamptz not null,
  revoked_at  timestamptz,
  single_use  boolean not null,
  used_at     timestamptz,
  closed_at   timestamptz
);
create index preview_of_site on {schema}.preview (site_id, created_at, position);
create index preview_open on {schema}.preview (created_at, position) where closed_at is null;

create function {schema}.create_preview(
  given_id text, given_site_id text, given_revision_id text, given_token_hash text, given_created_at timestamptz,
  given_expires_at timestamptz, given_revoked_at timestamptz, given_single_use boolean, given_used_at timestamptz,
  given_closed_at timestamptz, audit {schema}.audit_draft, out outcome text, out result {schema}.preview
) language plpgsql as $body$
begin
  perform from {schema}.site where id = given_site_id for key share;
  if not found then outcome := 'site_absent'; return; end if;
  perform from {schema}.revision where id = given_revision_id for key share;
  if not found then outcome := 'revision_absent'; return; end if;
  -- Without a named constraint: the id and the token's hash are both kept unique.
  insert into {schema}.preview
    (id, site_id, revision_id, token_hash, created_at, expires_at, revoked_at, single_use, used_at, closed_at)
  values
    (given_id, given_site_id, given_revision_id, given_token_hash, given_created_at, given_expires_at, given_revoked_at,
     given_single_use, given_used_at, given_closed_at)
  on conflict do nothing returning * into result;
  if not found then outcome := 'conflict'; return; end if;
  perform {schema}.append_audit(audit);
  outcome := 'done';
end
$body$;

create function {schema}.consume_preview_token(
  given_token_hash text, given_id text, given_now timestamptz, out outcome text, out result {schema}.preview
) language plpgsql as $body$
begin
  -- Only a token that is used up needs the row to itself; the others open without waiting for each other.
  select * into result from {schema}.preview where token_hash = given_token_hash;
  if result.single_use then
    select * into result from {schema}.preview where token_hash = given_token_hash for no key update;
  end if;
  if not found or result.id <> given_id then outcome := 'forbidden'; return; end if;
  if result.revoked_at is not null then outcome := 'revoked'; return; end if;
  if given_now >= result.expires_at then outcome := 'expired'; return; end if;
  if result.used_at is not null then outcome := 'used'; return; end if;
  if result.single_use then
    update {schema}.preview set used_at = given_now where id = result.id returning * into result;
  end if;
  outcome := 'done';
end
$body$;

create function {schema}.revoke_preview(
  given_id text, given_now timestamptz, audit {schema}.audit_draft, out outcome text, out result {schema}.preview
) language plpgsql as $body$
begin
  select * into result from {schema}.preview where id = given_id for no key update;
  if not found then outcome := 'preview_not_found'; return; end if;
  outcome := 'done';
  if result.revoked_at is not null then return; end if;
  update {schema}.preview set revoked_at = given_now where id = given_id returning * into result;
  perform {schema}.append_audit(audit);
end
$body$;

create function {schema}.close_preview(
  given_id text, given_now timestamptz, audit {schema}.audit_draft, out outcome text, out result {schema}.preview
) language plpgsql as $body$
begin
  select * into result from {schema}.preview where id = given_id for no key update;
  if not found then outcome := 'preview_not_found'; return; end if;
  outcome := 'done';
  if result.closed_at is not null then return; end if;
  update {schema}.preview set closed_at = given_now where id = given_id returning * into result;
  perform {schema}.append_audit(audit);
end
$body$;
`,
};
