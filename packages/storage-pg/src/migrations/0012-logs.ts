import type { Migration } from "./migration.ts";

/**
 * Logs that are read while they are written. Every writing function locks the one row of its log, under which lines get their
 * numbers: they become visible in order. The lines have no foreign key: it would be checked line by line, and the row is locked
 * anyway. Times are the writers'.
 */
export const logsMigration: Migration = {
  number: 12,
  name: "logs",
  sql: `
create table {schema}.log (
  number       bigint generated always as identity primary key,
  stream_id    text collate "C" not null unique,
  last         bigint not null default 0,
  bytes        bigint not null default 0,
  end_outcome  text,
  ended_at     timestamptz,
  touched_at   timestamptz not null
) with (fillfactor = 50);
create index log_quiet on {schema}.log (touched_at);

-- What a line says, [channel, milliseconds, text]: json, which keeps every character, U+0000 too.
create table {schema}.log_entry (
  log_number bigint not null,
  sequence   bigint not null,
  line       json not null,
  primary key (log_number, sequence)
);

-- The last batch of each writer: one that is sent again is known.
create table {schema}.log_writer (
  log_number bigint not null,
  writer_id  text collate "C" not null,
  batch      bigint not null,
  primary key (log_number, writer_id)
);

create function {schema}.append_log(
  given_stream_id text, given_lines json, given_bytes bigint, given_writer_id text, given_batch bigint,
  highest_bytes bigint, given_now timestamptz,
  out outcome text, out result {schema}.log
) language plpgsql as $body$
declare
  added bigint;
begin
  loop
    select * into result from {schema}.log where stream_id = given_stream_id for no key update;
    exit when found;
    if given_bytes > highest_bytes then
      result.bytes := 0;
      outcome := 'full';
      return;
    end if;
    -- Two that begin it at once: the second waits here for the first, and then finds its row.
    insert into {schema}.log (stream_id, touched_at) values (given_stream_id, given_now) on conflict do nothing;
  end loop;
  if exists (select from {schema}.log_writer w
             where w.log_number = result.number and w.writer_id = given_writer_id and w.batch >= given_batch) then
    outcome := 'repeated';
    return;
  end if;
  if result.end_outcome is not null then outcome := 'ended'; return; end if;
  if result.bytes + given_bytes > highest_bytes then outcome := 'full'; return; end if;
  insert into {schema}.log_entry (log_number, sequence, line)
  select result.number, result.last + e.place, e.line from json_array_elements(given_lines) with ordinality e(line, place);
  get diagnostics added = row_count;
  insert into {schema}.log_writer (log_number, writer_id, batch) values (result.number, given_writer_id, given_batch)
  on conflict (log_number, writer_id) do update set batch = excluded.batch;
  update {schema}.log as l
  set last = l.last + added, bytes = l.bytes + given_bytes, touched_at = given_now
  where l.number = result.number returning * into result;
  outcome := 'done';
end
$body$;

create function {schema}.end_log(
  given_stream_id text, given_outcome text, given_at timestamptz, out result {schema}.log
) language plpgsql as $body$
begin
  insert into {schema}.log as l (stream_id, end_outcome, ended_at, touched_at)
  values (given_stream_id, given_outcome, given_at, given_at)
  on conflict (stream_id) do update
  set end_outcome = coalesce(l.end_outcome, given_outcome),
      ended_at = coalesce(l.ended_at, given_at),
      touched_at = case when l.end_outcome is null then given_at else l.touched_at end
  returning * into result;
end
$body$;

create function {schema}.remove_quiet_logs(quiet_before timestamptz, highest bigint, out removed bigint)
language plpgsql as $body$
declare
  quiet bigint[];
begin
  -- A row that somebody else holds is being written to or removed: it is left to them.
  quiet := array(
    select l.number from {schema}.log l where l.touched_at < quiet_before
    order by l.touched_at limit highest for update skip locked);
  delete from {schema}.log_entry e where e.log_number = any(quiet);
  delete from {schema}.log_writer w where w.log_number = any(quiet);
  delete from {schema}.log l where l.number = any(quiet);
  get diagnostics removed = row_count;
end
$body$;
`,
};
