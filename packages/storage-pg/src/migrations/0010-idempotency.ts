import type { Migration } from "./migration.ts";

/**
 * Idempotency keys, and the removal of what has expired. As with leases, time is `clock_timestamp()`, read after the row
 * is locked. Every function locks one row of `idempotency_key`, or those it removes and skips the ones that others hold.
 */
export const idempotencyMigration: Migration = {
  number: 10,
  name: "idempotency",
  sql: `
-- Names each holding of a key. A sequence, for a key that was removed and comes back must not meet its old holders.
create sequence {schema}.idempotency_attempt as bigint;

create table {schema}.idempotency_key (
  key_hash         text collate "C" primary key,
  operation        text not null,
  fingerprint      text not null,
  seed             text not null,
  attempt          bigint not null,
  holder           text not null,
  lease_expires_at timestamptz,
  note             json,
  -- json, not jsonb: given back to the letter.
  result           json,
  expires_at       timestamptz not null
);
create index idempotency_key_expiry on {schema}.idempotency_key (expires_at);
create index preview_closed on {schema}.preview (closed_at) where closed_at is not null;

create function {schema}.begin_idempotent(
  given_key_hash text, given_operation text, given_fingerprint text, given_holder text, given_seed text,
  lease_ms bigint, keep_ms bigint,
  out outcome text, out resumed boolean, out result {schema}.idempotency_key
) language plpgsql as $body$
declare
  moment timestamptz;
begin
  resumed := false;
  loop
    -- Most keys are new. Two that come at once: the second waits here for the first, and then finds its row.
    insert into {schema}.idempotency_key
      (key_hash, operation, fingerprint, seed, attempt, holder, lease_expires_at, expires_at)
    values
      (given_key_hash, given_operation, given_fingerprint, given_seed, nextval('{schema}.idempotency_attempt'),
       given_holder, clock_timestamp() + lease_ms * interval '1 millisecond',
       clock_timestamp() + keep_ms * interval '1 millisecond')
    on conflict do nothing returning * into result;
    if found then outcome := 'started'; return; end if;
    select * into result from {schema}.idempotency_key where key_hash = given_key_hash for no key update;
    exit when found;
    -- Removed in between because it had expired: it is a new key after all.
  end loop;
  moment := clock_timestamp();
  if result.expires_at <= moment and coalesce(result.lease_expires_at <= moment, true) then
    update {schema}.idempotency_key as k
    set operation = given_operation, fingerprint = given_fingerprint, seed = given_seed,
        attempt = nextval('{schema}.idempotency_attempt'), holder = given_holder,
        lease_expires_at = moment + lease_ms * interval '1 millisecond', note = null, result = null,
        expires_at = moment + keep_ms * interval '1 millisecond'
    where k.key_hash = given_key_hash returning * into result;
    outcome := 'started';
    return;
  end if;
  if result.operation <> given_operation or result.fingerprint <> given_fingerprint then
    outcome := 'conflict'; return;
  end if;
  if result.result is not null then outcome := 'finished'; return; end if;
  if result.lease_expires_at > moment then outcome := 'in_progress'; return; end if;
  update {schema}.idempotency_key as k
  set attempt = nextval('{schema}.idempotency_attempt'), holder = given_holder,
      lease_expires_at = moment + lease_ms * interval '1 millisecond'
  where k.key_hash = given_key_hash returning * into result;
  resumed := true;
  outcome := 'started';
end
$body$;

create function {schema}.renew_idempotent(
  given_key_hash text, given_attempt bigint, lease_ms bigint, out renewed boolean
) language plpgsql as $body$
begin
  update {schema}.idempotency_key as k
  set lease_expires_at = clock_timestamp() + lease_ms * interval '1 millisecond'
  where k.key_hash = given_key_hash and k.attempt = given_attempt and k.result is null;
  renewed := found;
end
$body$;

create function {schema}.note_idempotent(
  given_key_hash text, given_attempt bigint, given_note json, out outcome text, out result {schema}.idempotency_key
) language plpgsql as $body$
begin
  update {schema}.idempotency_key as k set note = given_note
  where k.key_hash = given_key_hash and k.attempt = given_attempt and k.result is null returning * into result;
  if found then outcome := 'done'; return; end if;
  select * into result from {schema}.idempotency_key as k where k.key_hash = given_key_hash;
  outcome := 'taken';
end
$body$;

create function {schema}.complete_idempotent(
  given_key_hash text, given_attempt bigint, given_result json, keep_ms bigint,
  out outcome text, out result {schema}.idempotency_key
) language plpgsql as $body$
begin
  select * into result from {schema}.idempotency_key as k where k.key_hash = given_key_hash for no key update;
  if not found then outcome := 'absent'; return; end if;
  if result.result is not null then outcome := 'done'; return; end if;
  if result.attempt <> given_attempt then outcome := 'taken'; return; end if;
  update {schema}.idempotency_key as k
  set result = given_result, lease_expires_at = null,
      expires_at = clock_timestamp() + keep_ms * interval '1 millisecond'
  where k.key_hash = given_key_hash returning * into result;
  outcome := 'done';
end
$body$;

create function {schema}.end_idempotent(given_key_hash text, given_attempt bigint, out ended boolean)
language plpgsql as $body$
begin
  update {schema}.idempotency_key as k set lease_expires_at = null
  where k.key_hash = given_key_hash and k.attempt = given_attempt and k.result is null
    and k.lease_expires_at is not null;
  ended := found;
end
$body$;

create function {schema}.count_expired(closed_before timestamptz, out previews bigint, out keys bigint)
language plpgsql as $body$
declare
  -- A variable, for an index is no help against a function whose value may change from row to row.
  moment timestamptz := clock_timestamp();
begin
  select count(*) into previews from {schema}.preview p where p.closed_at < closed_before;
  select count(*) into keys from {schema}.idempotency_key k
  where k.expires_at <= moment and coalesce(k.lease_expires_at <= moment, true);
end
$body$;

create function {schema}.remove_expired(
  closed_before timestamptz, highest bigint, out previews bigint, out keys bigint
) language plpgsql as $body$
declare
  moment timestamptz := clock_timestamp();
begin
  -- A row that somebody else holds is at work or being removed by another: it is left to them.
  delete from {schema}.preview where id in (
    select p.id from {schema}.preview p where p.closed_at < closed_before
    order by p.closed_at limit highest for update skip locked);
  get diagnostics previews = row_count;
  delete from {schema}.idempotency_key where key_hash in (
    select k.key_hash from {schema}.idempotency_key k
    where k.expires_at <= moment and coalesce(k.lease_expires_at <= moment, true)
    order by k.expires_at limit highest for update skip locked);
  get diagnostics keys = row_count;
end
$body$;

-- For a store that belongs to one process: whoever held a key when it opens is gone.
create function {schema}.end_all_idempotent() returns void language sql as $body$
  update {schema}.idempotency_key set lease_expires_at = null where lease_expires_at is not null
$body$;
`,
};
