import type { Migration } from "./migration.ts";

/**
 * Domains. Every writing function first locks the one row of `domain_turn`: acts on domains are rare, and each of them looks at
 * other domains too (of the name, above it, of the site), so they are decided one after the other. Changes get their numbers under
 * that row as well: they become visible in order. The indexes keep what must hold whatever happens: one holder per name, one
 * primary per site, one claim per tenant and name.
 *
 * Lock order: turn, site, chain of the audit record. Times are the callers'.
 */
export const domainsMigration: Migration = {
  number: 13,
  name: "domains",
  sql: `
create table {schema}.domain_turn (
  only_row boolean primary key default true check (only_row),
  changes  bigint not null default 0
);
insert into {schema}.domain_turn default values;

create table {schema}.domain (
  id             text collate "C" primary key,
  position       bigint generated always as identity,
  hostname       text collate "C" not null,
  tenant_id      text collate "C" not null,
  site_id        text collate "C" not null references {schema}.site,
  state          text not null
                 check (state in ('claimed', 'verified', 'active', 'suspect', 'grace', 'detached', 'tombstone')),
  state_since    timestamptz not null,
  detached_at    timestamptz,
  proof_method   text not null check (proof_method in ('dns', 'http', 'platform')),
  proof_token    text collate "C" not null,
  proof_issued   timestamptz not null,
  proof_expires  timestamptz not null,
  confirmed_at   timestamptz,
  failures       bigint not null default 0,
  attempts       bigint not null default 0,
  next_look_at   timestamptz,
  due_at         timestamptz,
  is_primary     boolean not null default false,
  redirect       text not null check (redirect in ('serve', 'to-primary', 'to-www', 'to-apex')),
  created_at     timestamptz not null,
  version        bigint not null default 1,
  change         bigint not null unique,
  check (not is_primary or (state in ('active', 'suspect', 'grace') and hostname not like '*.%')),
  check ((detached_at is not null) = (state in ('detached', 'tombstone'))),
  check (state in ('claimed', 'detached', 'tombstone') or confirmed_at is not null)
) with (fillfactor = 70);
create unique index domain_one_holder on {schema}.domain (hostname)
  where state in ('verified', 'active', 'suspect', 'grace');
create unique index domain_one_claim on {schema}.domain (hostname, tenant_id)
  where state not in ('detached', 'tombstone');
create unique index domain_one_primary on {schema}.domain (site_id) where is_primary;
create index domain_by_age on {schema}.domain (created_at, position);
create index domain_of_site on {schema}.domain (site_id, created_at, position);
create index domain_of_tenant on {schema}.domain (tenant_id, created_at, position);
create index domain_of_name on {schema}.domain (hostname, created_at, position);
create index domain_due on {schema}.domain (due_at) where due_at is not null;

-- Takes the turn, and gives the number of the change that is about to be made. Held until the end of the transaction.
create function {schema}.next_domain_change() returns bigint language sql volatile as $body$
  update {schema}.domain_turn set changes = changes + 1 returning changes
$body$;

-- A site with an active name that is no wildcard has a primary one: the one that is active for longest.
create function {schema}.choose_primary_domain(given_site_id text) returns void language plpgsql as $body$
declare
  chosen text;
begin
  if exists (select from {schema}.domain where site_id = given_site_id and is_primary) then return; end if;
  select id into chosen from {schema}.domain
  where site_id = given_site_id and state = 'active' and hostname not like '*.%'
  order by state_since, created_at, position limit 1;
  if not found then return; end if;
  update {schema}.domain set is_primary = true, version = version + 1, change = {schema}.next_domain_change()
  where id = chosen;
end
$body$;

create function {schema}.claim_domain(
  given_id text, given_hostname text, given_tenant_id text, given_site_id text, given_state_since timestamptz,
  given_method text, given_token text, given_issued timestamptz, given_expires timestamptz, given_due_at timestamptz,
  given_redirect text, given_created_at timestamptz, audit {schema}.audit_draft,
  out outcome text, out result {schema}.domain
) language plpgsql as $body$
declare
  number bigint := {schema}.next_domain_change();
begin
  perform from {schema}.site where id = given_site_id for key share;
  if not found then outcome := 'site_not_found'; return; end if;
  select * into result from {schema}.domain
  where hostname = given_hostname and tenant_id = given_tenant_id and state not in ('detached', 'tombstone');
  if found then outcome := 'known'; return; end if;
  insert into {schema}.domain (id, hostname, tenant_id, site_id, state, state_since, proof_method, proof_token, proof_issued,
    proof_expires, due_at, redirect, created_at, change)
  values (given_id, given_hostname, given_tenant_id, given_site_id, 'claimed', given_state_since, given_method, given_token,
    given_issued, given_expires, given_due_at, given_redirect, given_created_at, number)
  on conflict (id) do nothing returning * into result;
  if not found then outcome := 'conflict'; return; end if;
  perform {schema}.append_audit(audit);
  outcome := 'done';
end
$body$;

create function {schema}.verify_domain(
  given_id text, expect_version bigint, given_above text[], given_now timestamptz, given_due_at timestamptz,
  audit {schema}.audit_draft, out outcome text, out until timestamptz, out result {schema}.domain, out taken {schema}.domain
) language plpgsql as $body$
declare
  holder {schema}.domain;
  former {schema}.domain;
begin
  perform {schema}.next_domain_change();
  select * into result from {schema}.domain where id = given_id;
  if not found then outcome := 'domain_not_found'; return; end if;
  if result.version <> expect_version then outcome := 'version'; return; end if;
  if result.state <> 'claimed' then outcome := 'state'; return; end if;
  select * into holder from {schema}.domain
  where hostname = result.hostname and state in ('verified', 'active', 'suspect', 'grace');
  if holder.id is not null and (holder.state in ('verified', 'active') or result.proof_method <> 'dns') then
    outcome := 'held';
    return;
  end if;
  if result.proof_method = 'http' and exists (
    select from {schema}.domain where hostname = any(given_above) and tenant_id <> result.tenant_id
      and state in ('verified', 'active', 'suspect', 'grace')) then
    outcome := 'nested';
    return;
  end if;
  select * into former from {schema}.domain where hostname = result.hostname and detached_at is not null
  order by detached_at desc, change desc limit 1;
  if former.tenant_id <> result.tenant_id
    and not (result.proof_method = 'dns' and result.proof_issued >= former.detached_at) then
    outcome := 'tombstone';
    until := case when former.state = 'tombstone' then former.due_at end;
    return;
  end if;
  if holder.id is not null then
    update {schema}.domain set state = 'detached', state_since = given_now, detached_at = given_now, is_primary = false,
      due_at = given_now, version = version + 1, change = {schema}.next_domain_change()
    where id = holder.id returning * into taken;
    perform {schema}.choose_primary_domain(holder.site_id);
    if not (audit is null) then -- "is not null" would ask for every field
      perform {schema}.append_audit(row(audit.actor, 'domain.detached', holder.site_id, holder.id, audit.at,
        json_build_object('state', holder.state),
        json_build_object('state', 'detached', 'hostname', holder.hostname))::{schema}.audit_draft);
    end if;
  end if;
  delete from {schema}.domain where hostname = result.hostname and state = 'tombstone';
  update {schema}.domain set state = 'verified', state_since = given_now, confirmed_at = given_now, due_at = given_due_at,
    failures = 0, attempts = 0, next_look_at = null, version = version + 1, change = {schema}.next_domain_change()
  where id = given_id returning * into result;
  perform {schema}.append_audit(audit);
  outcome := 'done';
end
$body$;

-- A null leaves a field as it is; what may be taken away has a flag of its own.
create function {schema}.change_domain(
  given_id text, expect_version bigint, given_now timestamptz, new_state text, allowed_from text[],
  new_method text, new_token text, new_issued timestamptz, new_expires timestamptz, new_confirmed_at timestamptz,
  new_failures bigint, new_attempts bigint, sets_next_look boolean, new_next_look_at timestamptz,
  sets_due boolean, new_due_at timestamptz, new_redirect text, audit {schema}.audit_draft,
  out outcome text, out result {schema}.domain
) language plpgsql as $body$
declare
  number bigint := {schema}.next_domain_change();
  moves boolean;
begin
  select * into result from {schema}.domain where id = given_id;
  if not found then outcome := 'domain_not_found'; return; end if;
  if result.version <> expect_version then outcome := 'version'; return; end if;
  moves := coalesce(new_state, result.state) <> result.state;
  if moves and not result.state = any(allowed_from) then outcome := 'transition'; return; end if;
  update {schema}.domain set
    state = coalesce(new_state, state),
    state_since = case when moves then given_now else state_since end,
    detached_at = case when moves and new_state = 'detached' then given_now else detached_at end,
    is_primary = is_primary and coalesce(new_state, state) in ('active', 'suspect', 'grace'),
    proof_method = coalesce(new_method, proof_method),
    proof_token = coalesce(new_token, proof_token),
    proof_issued = coalesce(new_issued, proof_issued),
    proof_expires = coalesce(new_expires, proof_expires),
    confirmed_at = coalesce(new_confirmed_at, confirmed_at),
    failures = coalesce(new_failures, failures),
    attempts = coalesce(new_attempts, attempts),
    next_look_at = case when sets_next_look then new_next_look_at else next_look_at end,
    due_at = case when sets_due then new_due_at when moves and new_state = 'detached' then given_now else due_at end,
    redirect = coalesce(new_redirect, redirect),
    version = version + 1,
    change = number
  where id = given_id;
  if moves then perform {schema}.choose_primary_domain(result.site_id); end if;
  perform {schema}.append_audit(audit);
  select * into result from {schema}.domain where id = given_id;
  outcome := 'done';
end
$body$;

create function {schema}.set_primary_domain(
  given_id text, audit {schema}.audit_draft, out outcome text, out result {schema}.domain
) language plpgsql as $body$
declare
  number bigint := {schema}.next_domain_change();
begin
  select * into result from {schema}.domain where id = given_id;
  if not found then outcome := 'domain_not_found'; return; end if;
  if result.state <> 'active' or result.hostname like '*.%' then outcome := 'transition'; return; end if;
  outcome := 'done';
  if result.is_primary then return; end if;
  update {schema}.domain set is_primary = false, version = version + 1, change = number
  where site_id = result.site_id and is_primary;
  update {schema}.domain set is_primary = true, version = version + 1, change = {schema}.next_domain_change()
  where id = given_id returning * into result;
  perform {schema}.append_audit(audit);
end
$body$;

create function {schema}.remove_domain(
  given_id text, expect_version bigint, audit {schema}.audit_draft, out outcome text, out result {schema}.domain
) language plpgsql as $body$
begin
  perform {schema}.next_domain_change();
  select * into result from {schema}.domain where id = given_id;
  if not found then outcome := 'domain_not_found'; return; end if;
  if result.version <> expect_version then outcome := 'version'; return; end if;
  if result.state not in ('claimed', 'tombstone') then outcome := 'transition'; return; end if;
  delete from {schema}.domain where id = given_id;
  perform {schema}.append_audit(audit);
  outcome := 'done';
end
$body$;
`,
};
