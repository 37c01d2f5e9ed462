import type { Migration } from "./migration.ts";

/**
 * Operations of provisioning, their ledger and their events. Every writing function that tells an event or looks at other operations first
 * locks the one row of `operation_turn`: claims of one lane are decided one after the other, and events become visible in the order of
 * their numbers. Claims end by the clock of the database; all other times are the callers'.
 */
export const operationsMigration: Migration = {
  number: 15,
  name: "operations",
  sql: `
create table {schema}.operation_turn (
  only_row boolean primary key default true check (only_row),
  events   bigint not null default 0
);
insert into {schema}.operation_turn default values;

-- json, not jsonb, keeps the text as it is given: desired state is written in one form, and compared as text.
create table {schema}.operation (
  id            text collate "C" primary key,
  position      bigint generated always as identity,
  kind          text collate "C" not null,
  place         text collate "C" not null,
  key           text collate "C" not null,
  desired       json not null,
  goal          text not null check (goal in ('present', 'absent')),
  allows        json not null,
  state         text not null
                check (state in ('pending', 'provisioning', 'active', 'failed', 'deleting', 'deleted')),
  state_since   timestamptz not null,
  round         bigint not null default 1,
  epoch         bigint not null default 0,
  attempts      bigint not null default 0,
  reason        json,
  due_at        timestamptz,
  facts         json not null default '{}',
  actor         text not null,
  requested_at  timestamptz not null,
  begun_at      timestamptz,
  created_at    timestamptz not null,
  version       bigint not null default 1,
  claim_holder  text,
  claim_lane    text collate "C",
  claim_until   timestamptz,
  check ((claim_holder is null) = (claim_until is null)),
  check ((due_at is not null) = (state in ('pending', 'provisioning', 'deleting')))
) with (fillfactor = 50);
create unique index operation_one_living on {schema}.operation (kind, place, key) where state <> 'deleted';
create index operation_by_age on {schema}.operation (created_at, position);
create index operation_of_place on {schema}.operation (place, created_at, position);
create index operation_due on {schema}.operation (due_at) where due_at is not null;
create index operation_lane on {schema}.operation (claim_lane) where claim_lane is not null;
create index operation_deleted on {schema}.operation (state_since) where state = 'deleted';

create table {schema}.operation_step (
  operation_id  text collate "C" not null references {schema}.operation on delete cascade,
  round         bigint not null,
  name          text collate "C" not null,
  position      bigint generated always as identity,
  title         text not null,
  effect        text not null check (effect in ('repeatable', 'once', 'destructive')),
  state         text not null check (state in ('intended', 'done', 'failed')),
  epoch         bigint not null,
  settle_ms     bigint not null,
  attempts      bigint not null default 1,
  intended_at   timestamptz not null,
  concluded_at  timestamptz,
  outcome       text not null check (outcome in ('unchanged', 'changed', 'unknown')),
  reason        json,
  primary key (operation_id, round, name)
) with (fillfactor = 50);

create table {schema}.operation_event (
  sequence      bigint primary key,
  operation_id  text collate "C" not null references {schema}.operation on delete cascade,
  kind          text not null,
  state         text not null,
  round         bigint not null,
  epoch         bigint not null,
  at            timestamptz not null,
  actor         text not null,
  step          text,
  reason        json
);
create index operation_event_of on {schema}.operation_event (operation_id, sequence);

-- Until the end of the transaction nobody else decides.
create function {schema}.take_operation_turn() returns void language sql volatile as $body$
  select from {schema}.operation_turn for update
$body$;

create function {schema}.tell_operation(
  told {schema}.operation, given_kind text, given_at timestamptz, given_actor text, given_step text, given_reason json
) returns void language plpgsql as $body$
declare
  number bigint;
begin
  update {schema}.operation_turn set events = events + 1 returning events into number;
  insert into {schema}.operation_event (sequence, operation_id, kind, state, round, epoch, at, actor, step, reason)
  values (number, told.id, given_kind, told.state, told.round, told.epoch, given_at, coalesce(given_actor, told.actor),
    given_step, given_reason);
end
$body$;

create function {schema}.request_operation(
  given_id text, given_kind text, given_place text, given_key text, given_desired json, given_allows json,
  given_actor text, given_now timestamptz, out outcome text, out result {schema}.operation
) language plpgsql as $body$
begin
  perform {schema}.take_operation_turn();
  select * into result from {schema}.operation
  where kind = given_kind and place = given_place and key = given_key and state <> 'deleted';
  if found then
    if result.state = 'deleting' then outcome := 'transition'; return; end if;
    if result.goal = 'present' and result.state <> 'failed' and result.desired::text = given_desired::text then
      outcome := 'same';
      return;
    end if;
    update {schema}.operation set desired = given_desired, allows = given_allows, actor = given_actor, goal = 'present',
      state = 'pending', state_since = given_now, round = round + 1, attempts = 0, reason = null, begun_at = null,
      due_at = given_now, requested_at = given_now, version = version + 1
    where id = result.id returning * into result;
    outcome := 'changed';
  else
    insert into {schema}.operation (id, kind, place, key, desired, goal, allows, state, state_since, due_at, actor,
      requested_at, created_at)
    values (given_id, given_kind, given_place, given_key, given_desired, 'present', given_allows, 'pending', given_now,
      given_now, given_actor, given_now, given_now)
    on conflict (id) do nothing returning * into result;
    if not found then outcome := 'conflict'; return; end if;
    outcome := 'created';
  end if;
  perform {schema}.tell_operation(result, 'requested', given_now, given_actor, null, null);
end
$body$;

-- Where a move leads is the machine's; which states it leads from, and the one in which it has been made already, too.
create function {schema}.move_operation(
  given_id text, expect_version bigint, given_move text, allowed_from text[], next_present text, next_absent text,
  done_state text, given_allows json, given_actor text, given_now timestamptz, given_event text, given_reason json,
  out outcome text, out result {schema}.operation
) language plpgsql as $body$
begin
  perform {schema}.take_operation_turn();
  select * into result from {schema}.operation where id = given_id;
  if not found then outcome := 'operation_not_found'; return; end if;
  if result.version <> expect_version then outcome := 'version'; return; end if;
  outcome := 'done';
  if result.state = done_state then return; end if;
  if not result.state = any(allowed_from) then outcome := 'transition'; return; end if;
  if given_move = 'cancel' then
    update {schema}.operation set state = next_present, state_since = given_now, reason = given_reason, due_at = null,
      version = version + 1
    where id = given_id returning * into result;
  else
    update {schema}.operation set state = case when goal = 'absent' then next_absent else next_present end,
      goal = case when given_move = 'remove' then 'absent' else goal end, allows = coalesce(given_allows, allows),
      actor = given_actor, state_since = given_now, round = round + 1, attempts = 0, reason = null, begun_at = null,
      due_at = given_now, requested_at = given_now, version = version + 1
    where id = given_id returning * into result;
  end if;
  perform {schema}.tell_operation(result, given_event, given_now, given_actor, null, given_reason);
end
$body$;

-- The ledger of one round and what is unknown of others; without a round, all of it.
create function {schema}.operation_ledger(given_id text, given_round bigint, highest bigint) returns json
language sql stable as $body$
  select coalesce(json_agg(json_build_object(
    'round', s.round, 'name', s.name, 'title', s.title, 'effect', s.effect, 'state', s.state, 'epoch', s.epoch,
    'settleMs', s.settle_ms, 'attempts', s.attempts, 'outcome', s.outcome, 'reason', s.reason,
    'intendedAt', trunc(extract(epoch from s.intended_at) * 1000)::bigint,
    'concludedAt', trunc(extract(epoch from s.concluded_at) * 1000)::bigint
  ) order by s.position), '[]')
  from (
    select * from {schema}.operation_step
    where operation_id = given_id and (given_round is null or round = given_round or outcome = 'unknown')
    order by position desc limit highest
  ) s
$body$;

create function {schema}.claim_operation(
  given_id text, given_holder text, ttl_ms bigint, given_lane text, given_now timestamptz,
  out outcome text, out result {schema}.operation, out held_by text, out held_until timestamptz, out ledger json
) language plpgsql as $body$
begin
  perform {schema}.take_operation_turn();
  select * into result from {schema}.operation where id = given_id;
  if not found then outcome := 'operation_not_found'; return; end if;
  if result.due_at is null or result.due_at > given_now then outcome := 'nothing'; return; end if;
  select claim_holder, claim_until into held_by, held_until from {schema}.operation
  where (id = given_id or claim_lane = given_lane) and claim_until > clock_timestamp() limit 1;
  if found then outcome := 'held'; return; end if;
  -- Whoever let a claim of this lane run out is refused from now on.
  update {schema}.operation set claim_holder = null, claim_lane = null, claim_until = null, epoch = epoch + 1,
    version = version + 1
  where claim_lane = given_lane and id <> given_id;
  update {schema}.operation set
    state = case when state = 'pending' then 'provisioning' else state end,
    state_since = case when state = 'pending' then given_now else state_since end,
    epoch = epoch + 1, begun_at = coalesce(begun_at, given_now), version = version + 1, claim_holder = given_holder,
    claim_lane = given_lane, claim_until = clock_timestamp() + ttl_ms * interval '1 millisecond'
  where id = given_id returning * into result;
  perform {schema}.tell_operation(result, 'claimed', given_now, null, null, null);
  ledger := {schema}.operation_ledger(given_id, result.round, 1000);
  outcome := 'done';
end
$body$;

-- Whether a claim is the one that writes.
create function {schema}.hold_operation(
  given_id text, given_epoch bigint, given_round bigint, out outcome text, out result {schema}.operation
) language plpgsql as $body$
begin
  perform {schema}.take_operation_turn();
  select * into result from {schema}.operation where id = given_id;
  if not found then outcome := 'operation_not_found'; return; end if;
  outcome := case
    when result.epoch = given_epoch and result.round = given_round and result.claim_holder is not null
      and result.state in ('provisioning', 'deleting') then 'done'
    else 'lost' end;
end
$body$;

create function {schema}.renew_operation_claim(
  given_id text, given_epoch bigint, given_round bigint, ttl_ms bigint,
  out outcome text, out result {schema}.operation
) language plpgsql as $body$
declare
  held record;
begin
  held := {schema}.hold_operation(given_id, given_epoch, given_round);
  outcome := held.outcome;
  result := held.result;
  if outcome <> 'done' then return; end if;
  update {schema}.operation set claim_until = clock_timestamp() + ttl_ms * interval '1 millisecond'
  where id = given_id returning * into result;
end
$body$;

create function {schema}.release_operation_claim(given_id text, given_epoch bigint, out released boolean)
language plpgsql as $body$
begin
  update {schema}.operation set claim_holder = null, claim_lane = null, claim_until = null
  where id = given_id and epoch = given_epoch and claim_holder is not null;
  released := found;
end
$body$;

create function {schema}.intend_operation_step(
  given_id text, given_epoch bigint, given_round bigint, given_name text, given_title text, given_effect text,
  given_settle_ms bigint, given_now timestamptz, out outcome text, out result {schema}.operation, out attempt bigint
) language plpgsql as $body$
declare
  held record;
begin
  held := {schema}.hold_operation(given_id, given_epoch, given_round);
  outcome := held.outcome;
  result := held.result;
  if outcome <> 'done' then return; end if;
  insert into {schema}.operation_step as s (operation_id, round, name, title, effect, state, epoch, settle_ms, intended_at, outcome)
  values (given_id, given_round, given_name, given_title, given_effect, 'intended', given_epoch, given_settle_ms, given_now,
    'unknown')
  on conflict (operation_id, round, name) do update set title = given_title, effect = given_effect, state = 'intended',
    epoch = given_epoch, settle_ms = given_settle_ms, attempts = s.attempts + 1, intended_at = given_now,
    concluded_at = null, outcome = 'unknown', reason = null
  returning s.attempts into attempt;
  update {schema}.operation set version = version + 1 where id = given_id returning * into result;
  perform {schema}.tell_operation(result, 'step-intended', given_now, null, given_name, null);
end
$body$;

create function {schema}.conclude_operation_step(
  given_id text, given_epoch bigint, given_round bigint, given_name text, given_outcome text, given_reason json,
  given_now timestamptz, out outcome text, out result {schema}.operation, out step json
) language plpgsql as $body$
declare
  held record;
begin
  held := {schema}.hold_operation(given_id, given_epoch, given_round);
  outcome := held.outcome;
  result := held.result;
  if outcome <> 'done' then return; end if;
  update {schema}.operation_step set state = case when given_reason is null then 'done' else 'failed' end,
    epoch = given_epoch, outcome = given_outcome, reason = given_reason, concluded_at = given_now
  where operation_id = given_id and round = given_round and name = given_name;
  if not found then outcome := 'not_intended'; return; end if;
  update {schema}.operation set version = version + 1 where id = given_id returning * into result;
  perform {schema}.tell_operation(result, case when given_reason is null then 'step-done' else 'step-failed' end, given_now,
    null, given_name, given_reason);
  select entry into step from json_array_elements({schema}.operation_ledger(given_id, given_round, 1000)) entry
  where entry ->> 'name' = given_name and entry ->> 'round' = given_round::text;
end
$body$;

create function {schema}.settle_operation(
  given_id text, given_epoch bigint, given_round bigint, given_move text, new_facts json, new_reason json,
  new_attempts bigint, new_due_at timestamptz, given_now timestamptz,
  out outcome text, out result {schema}.operation
) language plpgsql as $body$
declare
  next_state text;
  held record;
begin
  held := {schema}.hold_operation(given_id, given_epoch, given_round);
  outcome := held.outcome;
  result := held.result;
  if outcome <> 'done' then return; end if;
  next_state := case given_move
    when 'wait' then result.state
    when 'fail' then 'failed'
    else case result.state when 'deleting' then 'deleted' else 'active' end end;
  update {schema}.operation set
    state = next_state,
    state_since = case when state = next_state then state_since else given_now end,
    facts = coalesce(new_facts, facts), reason = new_reason, attempts = new_attempts, due_at = new_due_at,
    version = version + 1, claim_holder = null, claim_lane = null, claim_until = null
  where id = given_id returning * into result;
  perform {schema}.tell_operation(result, case given_move when 'wait' then 'waiting' else next_state end, given_now, null,
    null, new_reason);
end
$body$;

create function {schema}.forget_deleted_operations(deleted_before timestamptz, highest bigint, out removed bigint)
language plpgsql as $body$
begin
  delete from {schema}.operation where id in (
    select id from {schema}.operation where state = 'deleted' and state_since < deleted_before
    order by state_since, position limit highest for update skip locked);
  get diagnostics removed = row_count;
end
$body$;

-- For a database that belongs to one process: whoever had a claim is gone.
create function {schema}.end_all_operation_claims() returns void language plpgsql as $body$
begin
  update {schema}.operation set claim_holder = null, claim_lane = null, claim_until = null, epoch = epoch + 1,
    version = version + 1
  where claim_holder is not null;
end
$body$;
`,
};
