import type { Migration } from "./migration.ts";

/**
 * Certificates. A record is one row, changed by whoever has its newest fencing token: each act is one statement on that row, so
 * that two of them follow each other without a lock of ours. `names` is what is answered, `searched` the same for look-ups, and the
 * digest what is unique: a hundred names are more than an index takes. The same goes for keys of limits.
 *
 * Uses of limits are compared and written under the one row of `certificate_turn`: orders are rare, each has several keys, and
 * keys that are not there yet could not be locked one by one. Times are the callers'.
 */
export const certificatesMigration: Migration = {
  number: 14,
  name: "certificates",
  sql: `
create table {schema}.certificate (
  id                text collate "C" primary key,
  position          bigint generated always as identity,
  names             json not null,
  searched          text[] not null,
  names_digest      bytea not null,
  tenant_id         text collate "C",
  profile           text,
  state             text not null check (state in ('ordering', 'issued', 'revoked', 'released')),
  issued            json,
  past              json not null,
  open_order        json,
  presented         json not null,
  deliveries        json not null,
  rehearsed_at      timestamptz,
  looked_at         timestamptz,
  failures          bigint not null default 0,
  trouble           json,
  due_at            timestamptz,
  created_at        timestamptz not null,
  version           bigint not null default 1,
  fencing_token     bigint not null default 0,
  lease_holder      text,
  lease_expires_at  timestamptz,
  check ((lease_holder is null) = (lease_expires_at is null))
) with (fillfactor = 70);
create unique index certificate_one_per_set on {schema}.certificate (names_digest, (coalesce(tenant_id, '')));
create index certificate_by_age on {schema}.certificate (created_at, position);
create index certificate_of_tenant on {schema}.certificate (tenant_id, created_at, position);
create index certificate_of_name on {schema}.certificate using gin (searched);
create index certificate_due on {schema}.certificate (due_at, position) where due_at is not null;

create table {schema}.certificate_account (
  authority    text collate "C" primary key,
  account_key  text not null,
  created_at   timestamptz not null
);

create table {schema}.certificate_turn (
  only_row boolean primary key default true check (only_row)
);
insert into {schema}.certificate_turn default values;

create table {schema}.certificate_rate (
  key_digest  bytea primary key,
  as_new_at   timestamptz not null
) with (fillfactor = 70);
create index certificate_rate_stale on {schema}.certificate_rate (as_new_at);

create table {schema}.certificate_answer (
  hostname    text collate "C" not null,
  token       text collate "C" not null,
  content     text not null,
  expires_at  timestamptz not null,
  primary key (hostname, token)
);
create index certificate_answer_stale on {schema}.certificate_answer (expires_at);

create function {schema}.begin_certificate(
  given_id text, given_names json, given_tenant_id text, given_profile text, given_now timestamptz,
  out outcome text, out result {schema}.certificate
) language plpgsql as $body$
declare
  given_searched text[] := array(select json_array_elements_text(given_names));
  given_digest bytea := sha256(convert_to(array_to_string(given_searched, ','), 'UTF8'));
begin
  loop
    insert into {schema}.certificate (id, names, searched, names_digest, tenant_id, profile, state, past, presented, deliveries,
      due_at, created_at)
    values (given_id, given_names, given_searched, given_digest, given_tenant_id, given_profile, 'ordering', '[]', '[]', '[]',
      given_now, given_now)
    on conflict do nothing returning * into result;
    if found then outcome := 'done'; return; end if;
    select * into result from {schema}.certificate
    where names_digest = given_digest and coalesce(tenant_id, '') = coalesce(given_tenant_id, '');
    if found then outcome := 'known'; return; end if;
    select * into result from {schema}.certificate where id = given_id;
    if found then outcome := 'conflict'; return; end if;
    -- Whatever was in the way was removed meanwhile.
  end loop;
end
$body$;

create function {schema}.lease_certificate(
  given_id text, given_holder text, given_now timestamptz, given_expires_at timestamptz,
  out outcome text, out result {schema}.certificate
) language plpgsql as $body$
begin
  update {schema}.certificate
  set fencing_token = fencing_token + 1, lease_holder = given_holder, lease_expires_at = given_expires_at
  where id = given_id and (lease_expires_at is null or lease_expires_at <= given_now)
  returning * into result;
  if found then outcome := 'done'; return; end if;
  select * into result from {schema}.certificate where id = given_id;
  outcome := case when not found then 'not_found' when result.lease_holder is null then 'again' else 'busy' end;
end
$body$;

-- A null leaves a field as it is; what may be taken away has a flag of its own.
create function {schema}.change_certificate(
  given_id text, given_token bigint, releases boolean, new_state text, sets_profile boolean, new_profile text,
  sets_issued boolean, new_issued json, new_past json, sets_order boolean, new_order json, new_presented json,
  new_deliveries json, sets_rehearsed boolean, new_rehearsed_at timestamptz,
  sets_looked boolean, new_looked_at timestamptz, new_failures bigint,
  sets_trouble boolean, new_trouble json, sets_due boolean, new_due_at timestamptz,
  out outcome text, out result {schema}.certificate
) language plpgsql as $body$
begin
  update {schema}.certificate set
    state = coalesce(new_state, state),
    profile = case when sets_profile then new_profile else profile end,
    issued = case when sets_issued then new_issued else issued end,
    past = coalesce(new_past, past),
    open_order = case when sets_order then new_order else open_order end,
    presented = coalesce(new_presented, presented),
    deliveries = coalesce(new_deliveries, deliveries),
    rehearsed_at = case when sets_rehearsed then new_rehearsed_at else rehearsed_at end,
    looked_at = case when sets_looked then new_looked_at else looked_at end,
    failures = coalesce(new_failures, failures),
    trouble = case when sets_trouble then new_trouble else trouble end,
    due_at = case when sets_due then new_due_at else due_at end,
    lease_holder = case when releases then null else lease_holder end,
    lease_expires_at = case when releases then null else lease_expires_at end,
    version = version + 1
  where id = given_id and fencing_token = given_token and given_token > 0
  returning * into result;
  if found then outcome := 'done'; return; end if;
  select * into result from {schema}.certificate where id = given_id;
  outcome := case when found then 'fenced' else 'not_found' end;
end
$body$;

create function {schema}.remove_certificate(
  given_id text, given_token bigint, out outcome text, out result {schema}.certificate
) language plpgsql as $body$
begin
  delete from {schema}.certificate where id = given_id and fencing_token = given_token and given_token > 0;
  if found then outcome := 'done'; return; end if;
  select * into result from {schema}.certificate where id = given_id;
  outcome := case when found then 'fenced' else 'not_found' end;
end
$body$;

create function {schema}.keep_certificate_account(
  given_authority text, given_key text, given_created_at timestamptz,
  out created boolean, out result {schema}.certificate_account
) language plpgsql as $body$
begin
  insert into {schema}.certificate_account (authority, account_key, created_at)
  values (given_authority, given_key, given_created_at)
  on conflict do nothing returning * into result;
  created := found;
  if not found then select * into result from {schema}.certificate_account where authority = given_authority; end if;
end
$body$;

-- Each row of the list: the digest in hexadecimal, what is expected, and what is to be written; null is none.
create function {schema}.spend_certificate_rates(given json, out spent boolean) language plpgsql as $body$
begin
  perform from {schema}.certificate_turn for update;
  select not exists (
    select from json_to_recordset(given) as use(digest text, expected timestamptz, as_new_at timestamptz)
    left join {schema}.certificate_rate rate on rate.key_digest = decode(use.digest, 'hex')
    where rate.as_new_at is distinct from use.expected
  ) into spent;
  if not spent then return; end if;
  insert into {schema}.certificate_rate (key_digest, as_new_at)
  select decode(use.digest, 'hex'), use.as_new_at
  from json_to_recordset(given) as use(digest text, expected timestamptz, as_new_at timestamptz)
  where use.as_new_at is not null
  on conflict (key_digest) do update set as_new_at = excluded.as_new_at;
end
$body$;

create function {schema}.put_certificate_answer(
  given_hostname text, given_token text, given_content text, given_expires_at timestamptz
) returns void language sql volatile as $body$
  insert into {schema}.certificate_answer (hostname, token, content, expires_at)
  values (given_hostname, given_token, given_content, given_expires_at)
  on conflict (hostname, token) do update set content = excluded.content, expires_at = excluded.expires_at
$body$;

create function {schema}.remove_certificate_answer(given_hostname text, given_token text)
returns void language sql volatile as $body$
  delete from {schema}.certificate_answer where hostname = given_hostname and token = given_token
$body$;

-- What somebody is writing just now is not stale.
create function {schema}.remove_stale_certificate_facts(
  given_now timestamptz, given_limit bigint, out removed bigint
) language plpgsql as $body$
declare
  answers bigint;
begin
  delete from {schema}.certificate_rate where key_digest in (
    select key_digest from {schema}.certificate_rate where as_new_at <= given_now
    limit given_limit for update skip locked);
  get diagnostics removed = row_count;
  delete from {schema}.certificate_answer where (hostname, token) in (
    select hostname, token from {schema}.certificate_answer where expires_at <= given_now
    limit given_limit for update skip locked);
  get diagnostics answers = row_count;
  removed := removed + answers;
end
$body$;
`,
};
