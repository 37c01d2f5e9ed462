CREATE SCHEMA released;

CREATE TYPE released.audit_draft AS (
	actor text,
	action text,
	site_id text,
	subject text,
	at timestamp with time zone,
	before json,
	after json
);

CREATE TABLE released.site (
    id text NOT NULL COLLATE pg_catalog."C",
    "position" bigint NOT NULL,
    name text NOT NULL,
    state text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    version bigint DEFAULT 1 NOT NULL,
    last_revision bigint DEFAULT 0 NOT NULL,
    fencing_token bigint DEFAULT 0 NOT NULL,
    lease_holder text,
    lease_expires_at timestamp with time zone,
    CONSTRAINT site_check CHECK (((lease_holder IS NULL) = (lease_expires_at IS NULL))),
    CONSTRAINT site_state_check CHECK ((state = ANY (ARRAY['live'::text, 'maintenance'::text, 'suspended'::text])))
)
WITH (fillfactor='70');

CREATE FUNCTION released.acquire_lease(given_site_id text, given_holder text, ttl_ms bigint, OUT outcome text, OUT result released.site) RETURNS record
    LANGUAGE plpgsql
    AS $$
begin
  select * into result from "released".site where id = given_site_id for no key update;
  if not found then outcome := 'site_not_found'; return; end if;
  if result.lease_expires_at > clock_timestamp() then outcome := 'held'; return; end if;
  update "released".site
  set fencing_token = fencing_token + 1, lease_holder = given_holder,
      lease_expires_at = clock_timestamp() + ttl_ms * interval '1 millisecond'
  where id = given_site_id returning * into result;
  outcome := 'done';
end
$$;

CREATE TABLE released.publication (
    site_id text NOT NULL COLLATE pg_catalog."C",
    number bigint NOT NULL,
    slot text NOT NULL COLLATE pg_catalog."C",
    revision_id text NOT NULL COLLATE pg_catalog."C",
    manifest_digest text NOT NULL,
    release text NOT NULL,
    release_manifest_blob text NOT NULL,
    previous_release text,
    previous_revision_id text,
    previous_publication bigint,
    targets json NOT NULL,
    state text NOT NULL,
    failure text,
    started_at timestamp with time zone NOT NULL,
    finished_at timestamp with time zone,
    CONSTRAINT publication_check CHECK ((((previous_release IS NULL) = (previous_publication IS NULL)) AND ((previous_revision_id IS NULL) = (previous_publication IS NULL)))),
    CONSTRAINT publication_state_check CHECK ((state = ANY (ARRAY['intended'::text, 'staged'::text, 'activated'::text, 'recorded'::text, 'undone'::text])))
);

CREATE FUNCTION released.advance_publication(given_site_id text, given_number bigint, from_state text, to_state text, token bigint, given_failure text, given_at timestamp with time zone, audit released.audit_draft, OUT outcome text, OUT actual text, OUT result released.publication) RETURNS record
    LANGUAGE plpgsql
    AS $$
declare
  site "released".site;
begin
  select * into site from "released".site where id = given_site_id for no key update;
  select * into result from "released".publication where site_id = given_site_id and number = given_number for no key update;
  if not found then outcome := 'publication_not_found'; return; end if;
  if not "released".holds_lease(site, token) then outcome := 'lease_lost'; return; end if;
  if result.state <> from_state then outcome := 'conflict'; actual := result.state; return; end if;
  update "released".publication
  set state = to_state,
      failure = case when to_state = 'undone' then given_failure else failure end,
      finished_at = case when to_state = 'undone' then given_at else finished_at end
  where site_id = given_site_id and number = given_number returning * into result;
  perform "released".append_audit(audit);
  outcome := 'done';
end
$$;

CREATE FUNCTION released.append_audit(draft released.audit_draft) RETURNS void
    LANGUAGE plpgsql
    AS $$
begin
  if draft is null then return; end if;
  perform pg_advisory_xact_lock(1752396908, '"released".audit_entry'::regclass::oid::integer);
  insert into "released".audit_entry (actor, action, site_id, subject, at, before, after)
  values (draft.actor, draft.action, draft.site_id, draft.subject, draft.at, draft.before, draft.after);
end
$$;

CREATE TABLE released.revision (
    id text NOT NULL COLLATE pg_catalog."C",
    site_id text NOT NULL COLLATE pg_catalog."C",
    number bigint NOT NULL,
    state text NOT NULL,
    archive_sha256 text NOT NULL,
    archive_size bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    report json,
    manifest_digest text,
    CONSTRAINT revision_state_check CHECK ((state = ANY (ARRAY['uploaded'::text, 'validated'::text, 'in_preview'::text, 'published'::text, 'retired'::text, 'rejected'::text])))
);

CREATE FUNCTION released.append_revision(given_id text, given_site_id text, given_sha256 text, given_size bigint, given_created_at timestamp with time zone, audit released.audit_draft, OUT outcome text, OUT result released.revision) RETURNS record
    LANGUAGE plpgsql
    AS $$
declare
  last_number bigint;
begin
  select last_revision into last_number from "released".site where id = given_site_id for no key update;
  if not found then outcome := 'site_not_found'; return; end if;
  insert into "released".revision (id, site_id, number, state, archive_sha256, archive_size, created_at)
  values (given_id, given_site_id, last_number + 1, 'uploaded', given_sha256, given_size, given_created_at)
  on conflict (id) do nothing returning * into result;
  outcome := 'done';
  if not found then select * into result from "released".revision where id = given_id; return; end if;
  update "released".site set last_revision = result.number where id = given_site_id;
  perform "released".append_audit(audit);
end
$$;

CREATE FUNCTION released.begin_publication(given_site_id text, given_number bigint, given_slot text, given_revision_id text, given_manifest_digest text, given_release text, given_release_manifest_blob text, given_previous_release text, given_previous_revision_id text, given_previous_publication bigint, given_targets json, given_failure text, given_started_at timestamp with time zone, given_finished_at timestamp with time zone, audit released.audit_draft, OUT outcome text, OUT actual text, OUT result released.publication) RETURNS record
    LANGUAGE plpgsql
    AS $$
declare
  site "released".site;
begin
  select * into site from "released".site where id = given_site_id for no key update;
  select * into result from "released".publication where site_id = given_site_id and number = given_number;
  if found then outcome := 'publication_exists'; actual := result.state; return; end if;
  if not "released".holds_lease(site, given_number) then outcome := 'lease_lost'; return; end if;
  perform from "released".revision where id = given_revision_id for key share;
  if not found then outcome := 'revision_absent'; return; end if;
  insert into "released".publication
    (site_id, number, slot, revision_id, manifest_digest, release, release_manifest_blob, previous_release,
     previous_revision_id, previous_publication, targets, state, failure, started_at, finished_at)
  values
    (given_site_id, given_number, given_slot, given_revision_id, given_manifest_digest, given_release,
     given_release_manifest_blob, given_previous_release, given_previous_revision_id, given_previous_publication,
     given_targets, 'intended', given_failure, given_started_at, given_finished_at)
  returning * into result;
  perform "released".append_audit(audit);
  outcome := 'done';
end
$$;

CREATE TABLE released.preview (
    id text NOT NULL COLLATE pg_catalog."C",
    "position" bigint NOT NULL,
    site_id text NOT NULL COLLATE pg_catalog."C",
    revision_id text NOT NULL COLLATE pg_catalog."C",
    token_hash text NOT NULL COLLATE pg_catalog."C",
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    revoked_at timestamp with time zone,
    single_use boolean NOT NULL,
    used_at timestamp with time zone,
    closed_at timestamp with time zone
);

CREATE FUNCTION released.close_preview(given_id text, given_now timestamp with time zone, audit released.audit_draft, OUT outcome text, OUT result released.preview) RETURNS record
    LANGUAGE plpgsql
    AS $$
begin
  select * into result from "released".preview where id = given_id for no key update;
  if not found then outcome := 'preview_not_found'; return; end if;
  outcome := 'done';
  if result.closed_at is not null then return; end if;
  update "released".preview set closed_at = given_now where id = given_id returning * into result;
  perform "released".append_audit(audit);
end
$$;

CREATE TABLE released.slot (
    site_id text NOT NULL COLLATE pg_catalog."C",
    name text NOT NULL COLLATE pg_catalog."C",
    revision_id text NOT NULL COLLATE pg_catalog."C",
    manifest_digest text NOT NULL,
    release text NOT NULL,
    publication bigint NOT NULL,
    since timestamp with time zone NOT NULL
);

CREATE FUNCTION released.compare_and_set_slot(given_site_id text, given_name text, expect_publication bigint, token bigint, empties boolean, given_revision_id text, given_manifest_digest text, given_release text, given_publication bigint, given_since timestamp with time zone, completes bigint, moves json, given_at timestamp with time zone, audit released.audit_draft, OUT outcome text, OUT subject text, OUT actual text, OUT result released.slot) RETURNS record
    LANGUAGE plpgsql
    AS $$
declare
  site "released".site;
  current "released".slot;
  completed "released".publication;
  move record;
begin
  select * into site from "released".site where id = given_site_id for no key update;
  if not found then outcome := 'site_not_found'; return; end if;
  if not "released".holds_lease(site, token) then outcome := 'lease_lost'; return; end if;

  select * into current from "released".slot where site_id = given_site_id and name = given_name for no key update;
  if current.publication is distinct from expect_publication then
    outcome := 'slot_differs'; actual := current.publication::text; return;
  end if;
  if completes is not null then
    select * into completed from "released".publication
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
    select state into actual from "released".revision where id = move.revision_id for no key update;
    if not found or actual <> move.from_state then
      outcome := 'revision_differs'; subject := move.revision_id; return;
    end if;
  end loop;
  actual := null;
  if not empties then
    perform from "released".revision where id = given_revision_id for key share;
    if not found then outcome := 'revision_differs'; subject := given_revision_id; return; end if;
  end if;

  if empties then
    delete from "released".slot where site_id = given_site_id and name = given_name;
  else
    insert into "released".slot (site_id, name, revision_id, manifest_digest, release, publication, since)
    values (given_site_id, given_name, given_revision_id, given_manifest_digest, given_release, given_publication, given_since)
    on conflict (site_id, name) do update
    set revision_id = excluded.revision_id, manifest_digest = excluded.manifest_digest, release = excluded.release,
        publication = excluded.publication, since = excluded.since
    returning * into result;
  end if;
  if completes is not null then
    update "released".publication set state = 'recorded', finished_at = given_at
    where site_id = given_site_id and number = completes;
  end if;
  update "released".revision set state = m.value ->> 'to'
  from json_array_elements(moves) m where id = m.value ->> 'revisionId';
  perform "released".append_audit(audit);
  outcome := 'done';
end
$$;

CREATE FUNCTION released.consume_preview_token(given_token_hash text, given_id text, given_now timestamp with time zone, OUT outcome text, OUT result released.preview) RETURNS record
    LANGUAGE plpgsql
    AS $$
begin
  -- Only a token that is used up needs the row to itself; the others open without waiting for each other.
  select * into result from "released".preview where token_hash = given_token_hash;
  if result.single_use then
    select * into result from "released".preview where token_hash = given_token_hash for no key update;
  end if;
  if not found or result.id <> given_id then outcome := 'forbidden'; return; end if;
  if result.revoked_at is not null then outcome := 'revoked'; return; end if;
  if given_now >= result.expires_at then outcome := 'expired'; return; end if;
  if result.used_at is not null then outcome := 'used'; return; end if;
  if result.single_use then
    update "released".preview set used_at = given_now where id = result.id returning * into result;
  end if;
  outcome := 'done';
end
$$;

CREATE FUNCTION released.create_preview(given_id text, given_site_id text, given_revision_id text, given_token_hash text, given_created_at timestamp with time zone, given_expires_at timestamp with time zone, given_revoked_at timestamp with time zone, given_single_use boolean, given_used_at timestamp with time zone, given_closed_at timestamp with time zone, audit released.audit_draft, OUT outcome text, OUT result released.preview) RETURNS record
    LANGUAGE plpgsql
    AS $$
begin
  perform from "released".site where id = given_site_id for key share;
  if not found then outcome := 'site_absent'; return; end if;
  perform from "released".revision where id = given_revision_id for key share;
  if not found then outcome := 'revision_absent'; return; end if;
  -- Without a named constraint: the id and the token's hash are both kept unique.
  insert into "released".preview
    (id, site_id, revision_id, token_hash, created_at, expires_at, revoked_at, single_use, used_at, closed_at)
  values
    (given_id, given_site_id, given_revision_id, given_token_hash, given_created_at, given_expires_at, given_revoked_at,
     given_single_use, given_used_at, given_closed_at)
  on conflict do nothing returning * into result;
  if not found then outcome := 'conflict'; return; end if;
  perform "released".append_audit(audit);
  outcome := 'done';
end
$$;

CREATE FUNCTION released.create_site(given_id text, given_name text, given_state text, given_created_at timestamp with time zone, audit released.audit_draft, OUT outcome text, OUT result released.site) RETURNS record
    LANGUAGE plpgsql
    AS $$
begin
  insert into "released".site (id, name, state, created_at) values (given_id, given_name, given_state, given_created_at)
  on conflict (id) do nothing returning * into result;
  if not found then outcome := 'conflict'; return; end if;
  perform "released".append_audit(audit);
  outcome := 'done';
end
$$;

CREATE FUNCTION released.end_all_leases() RETURNS void
    LANGUAGE sql
    AS $$
  update "released".site set lease_holder = null, lease_expires_at = null where lease_expires_at is not null
$$;

CREATE FUNCTION released.holds_lease(site released.site, token bigint) RETURNS boolean
    LANGUAGE sql
    AS $$
  select coalesce(site.fencing_token = token and site.lease_expires_at > clock_timestamp(), false)
$$;

CREATE FUNCTION released.keep_site_counters() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
  if new.fencing_token < old.fencing_token or new.last_revision < old.last_revision then
    raise exception 'The counters of a site never go back.' using errcode = 'restrict_violation';
  end if;
  return new;
end
$$;

CREATE FUNCTION released.refuse_audit_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
  raise exception 'The audit record is append-only.' using errcode = 'restrict_violation';
end
$$;

CREATE FUNCTION released.release_lease(given_site_id text, token bigint, OUT released boolean) RETURNS boolean
    LANGUAGE plpgsql
    AS $$
declare
  site "released".site;
begin
  select * into site from "released".site where id = given_site_id for no key update;
  released := found and "released".holds_lease(site, token);
  if released then
    update "released".site set lease_holder = null, lease_expires_at = null where id = given_site_id;
  end if;
end
$$;

CREATE FUNCTION released.renew_lease(given_site_id text, token bigint, ttl_ms bigint, OUT outcome text, OUT result released.site) RETURNS record
    LANGUAGE plpgsql
    AS $$
begin
  select * into result from "released".site where id = given_site_id for no key update;
  if not found or not "released".holds_lease(result, token) then outcome := 'lease_lost'; return; end if;
  update "released".site set lease_expires_at = clock_timestamp() + ttl_ms * interval '1 millisecond'
  where id = given_site_id returning * into result;
  outcome := 'done';
end
$$;

CREATE FUNCTION released.revoke_preview(given_id text, given_now timestamp with time zone, audit released.audit_draft, OUT outcome text, OUT result released.preview) RETURNS record
    LANGUAGE plpgsql
    AS $$
begin
  select * into result from "released".preview where id = given_id for no key update;
  if not found then outcome := 'preview_not_found'; return; end if;
  outcome := 'done';
  if result.revoked_at is not null then return; end if;
  update "released".preview set revoked_at = given_now where id = given_id returning * into result;
  perform "released".append_audit(audit);
end
$$;

CREATE FUNCTION released.update_revision(given_id text, expect_state text, new_state text, new_report json, new_manifest_digest text, audit released.audit_draft, OUT outcome text, OUT actual text, OUT result released.revision) RETURNS record
    LANGUAGE plpgsql
    AS $$
begin
  select * into result from "released".revision where id = given_id for no key update;
  if not found then outcome := 'revision_not_found'; return; end if;
  if result.state <> expect_state then outcome := 'conflict'; actual := result.state; return; end if;
  update "released".revision
  set state = coalesce(new_state, state), report = coalesce(new_report, report),
      manifest_digest = coalesce(new_manifest_digest, manifest_digest)
  where id = given_id returning * into result;
  perform "released".append_audit(audit);
  outcome := 'done';
end
$$;

CREATE FUNCTION released.update_site(given_id text, expect_version bigint, new_name text, new_state text, audit released.audit_draft, OUT outcome text, OUT actual text, OUT result released.site) RETURNS record
    LANGUAGE plpgsql
    AS $$
begin
  select * into result from "released".site where id = given_id for no key update;
  if not found then outcome := 'site_not_found'; return; end if;
  if result.version <> expect_version then outcome := 'conflict'; actual := result.version::text; return; end if;
  update "released".site set name = coalesce(new_name, name), state = coalesce(new_state, state), version = version + 1
  where id = given_id returning * into result;
  perform "released".append_audit(audit);
  outcome := 'done';
end
$$;

CREATE TABLE released.audit_entry (
    sequence bigint NOT NULL,
    actor text NOT NULL,
    action text NOT NULL,
    site_id text NOT NULL COLLATE pg_catalog."C",
    subject text NOT NULL,
    at timestamp with time zone NOT NULL,
    before json,
    after json
);

ALTER TABLE released.audit_entry ALTER COLUMN sequence ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME released.audit_entry_sequence_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE released.migration (
    number integer NOT NULL,
    name text NOT NULL,
    checksum text NOT NULL,
    applied_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);

ALTER TABLE released.preview ALTER COLUMN "position" ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME released.preview_position_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

ALTER TABLE released.site ALTER COLUMN "position" ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME released.site_position_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

INSERT INTO released.audit_entry OVERRIDING SYSTEM VALUE VALUES (1, 'ada', 'site.created', 'site-kept', 'site-kept', '2026-01-02 03:04:05.678+00', NULL, NULL);
INSERT INTO released.audit_entry OVERRIDING SYSTEM VALUE VALUES (2, 'ada', 'site.renamed', 'site-kept', 'site-kept', '2026-01-02 03:04:05.678+00', NULL, NULL);
INSERT INTO released.audit_entry OVERRIDING SYSTEM VALUE VALUES (3, 'ada', 'revision.uploaded', 'site-kept', 'rev-kept', '2026-01-02 03:04:05.678+00', NULL, NULL);
INSERT INTO released.audit_entry OVERRIDING SYSTEM VALUE VALUES (4, 'ada', 'revision.validated', 'site-kept', 'rev-kept', '2026-01-02 03:04:05.678+00', '{"state":"uploaded"}', '"a \"b\"\n"');
INSERT INTO released.audit_entry OVERRIDING SYSTEM VALUE VALUES (5, 'ada', 'publication.started', 'site-kept', '1', '2026-01-02 03:04:05.678+00', NULL, NULL);
INSERT INTO released.audit_entry OVERRIDING SYSTEM VALUE VALUES (6, 'ada', 'publication.recorded', 'site-kept', '1', '2026-01-02 03:04:05.678+00', NULL, NULL);
INSERT INTO released.audit_entry OVERRIDING SYSTEM VALUE VALUES (7, 'ada', 'preview.opened', 'site-kept', 'preview-kept', '2026-01-02 03:04:05.678+00', NULL, NULL);
INSERT INTO released.audit_entry OVERRIDING SYSTEM VALUE VALUES (8, 'ada', 'preview.revoked', 'site-kept', 'preview-kept', '2026-01-02 03:04:05.678+00', NULL, NULL);
INSERT INTO released.audit_entry OVERRIDING SYSTEM VALUE VALUES (9, 'ada', 'site.created', 'site-also-kept', 'site-also-kept', '2026-01-02 03:04:05.678+00', NULL, NULL);
INSERT INTO released.audit_entry OVERRIDING SYSTEM VALUE VALUES (10, 'ada', 'site.renamed', 'site-also-kept', 'site-also-kept', '2026-01-02 03:04:05.678+00', NULL, NULL);
INSERT INTO released.audit_entry OVERRIDING SYSTEM VALUE VALUES (11, 'ada', 'revision.uploaded', 'site-also-kept', 'rev-also-kept', '2026-01-02 03:04:05.678+00', NULL, NULL);
INSERT INTO released.audit_entry OVERRIDING SYSTEM VALUE VALUES (12, 'ada', 'revision.validated', 'site-also-kept', 'rev-also-kept', '2026-01-02 03:04:05.678+00', '{"state":"uploaded"}', '"a \"b\"\n"');
INSERT INTO released.audit_entry OVERRIDING SYSTEM VALUE VALUES (13, 'ada', 'publication.started', 'site-also-kept', '1', '2026-01-02 03:04:05.678+00', NULL, NULL);
INSERT INTO released.audit_entry OVERRIDING SYSTEM VALUE VALUES (14, 'ada', 'publication.recorded', 'site-also-kept', '1', '2026-01-02 03:04:05.678+00', NULL, NULL);
INSERT INTO released.audit_entry OVERRIDING SYSTEM VALUE VALUES (15, 'ada', 'preview.opened', 'site-also-kept', 'preview-also-kept', '2026-01-02 03:04:05.678+00', NULL, NULL);
INSERT INTO released.audit_entry OVERRIDING SYSTEM VALUE VALUES (16, 'ada', 'preview.revoked', 'site-also-kept', 'preview-also-kept', '2026-01-02 03:04:05.678+00', NULL, NULL);

INSERT INTO released.migration VALUES (1, 'audit', '84655aaec76ee97681573a6768d618399c53f7e6617224c4f54fbe9b5de1a816', '2026-11-21 15:08:49.49781+00');
INSERT INTO released.migration VALUES (2, 'site', 'c0510a482566cea66841753467ad121d95e6c625900163eece37f8ec9f26484b', '2026-11-21 15:08:49.503307+00');
INSERT INTO released.migration VALUES (3, 'revision', 'd9066f9aa54f597279e41325e35f74a31cb8de14761c17721b369b7298096458', '2026-11-21 15:08:49.515103+00');
INSERT INTO released.migration VALUES (4, 'lease', 'b7738a9ab7930e228f6dabd073b41924bd01aa78206487fa8dc0cdf5e9adc3b0', '2026-11-21 15:08:49.515598+00');
INSERT INTO released.migration VALUES (5, 'publication', 'a5e2dd30ad5b439d515b1e1508415f3668c803e10be1ccbd241e6bffc062aead', '2026-11-21 15:08:49.529177+00');
INSERT INTO released.migration VALUES (6, 'slot', '17efa54040f17bbca74af03677caa34e20e373dea77fde74ebeb1943f1f29f7e', '2026-11-21 15:08:49.532868+00');
INSERT INTO released.migration VALUES (7, 'preview', '60ef072ecaa2725737d4fc492531f7230e9a31ec175daa7302a7284ce2d93e01', '2026-11-21 15:08:49.539547+00');

INSERT INTO released.preview OVERRIDING SYSTEM VALUE VALUES ('preview-kept', 1, 'site-kept', 'rev-kept', 'kept000000000000000000000000000000000000000000000000000000000000', '2026-01-02 03:04:05.678+00', '2026-01-02 04:04:05.678+00', '2026-01-02 03:04:05.678+00', true, '2026-01-02 03:04:05.678+00', '2026-01-02 03:04:05.678+00');
INSERT INTO released.preview OVERRIDING SYSTEM VALUE VALUES ('preview-also-kept', 2, 'site-also-kept', 'rev-also-kept', 'also-kept0000000000000000000000000000000000000000000000000000000', '2026-01-02 03:04:05.678+00', '2026-01-02 04:04:05.678+00', '2026-01-02 03:04:05.678+00', true, '2026-01-02 03:04:05.678+00', '2026-01-02 03:04:05.678+00');

INSERT INTO released.publication VALUES ('site-kept', 1, 'live', 'rev-kept', 'dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd', '1-dddddddddddd', 'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb', NULL, NULL, NULL, '["edge-1"]', 'recorded', NULL, '2026-01-02 03:04:05.678+00', '2026-01-02 03:04:05.678+00');
INSERT INTO released.publication VALUES ('site-also-kept', 1, 'live', 'rev-also-kept', 'dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd', '1-dddddddddddd', 'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb', NULL, NULL, NULL, '["edge-1"]', 'recorded', NULL, '2026-01-02 03:04:05.678+00', '2026-01-02 03:04:05.678+00');

INSERT INTO released.revision VALUES ('rev-kept', 'site-kept', 1, 'published', '0000000000000000000000000000000000000000000000000000000000000000', 1, '2026-01-02 03:04:05.678+00', NULL, 'dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd');
INSERT INTO released.revision VALUES ('rev-also-kept', 'site-also-kept', 1, 'published', '0000000000000000000000000000000000000000000000000000000000000000', 1, '2026-01-02 03:04:05.678+00', NULL, 'dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd');

INSERT INTO released.site OVERRIDING SYSTEM VALUE VALUES ('site-kept', 1, 'Renamed', 'live', '2026-01-02 03:04:05.678+00', 2, 1, 1, NULL, NULL);
INSERT INTO released.site OVERRIDING SYSTEM VALUE VALUES ('site-also-kept', 2, 'Renamed', 'live', '2026-01-02 03:04:05.678+00', 2, 1, 1, NULL, NULL);

INSERT INTO released.slot VALUES ('site-kept', 'live', 'rev-kept', 'dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd', '1-dddddddddddd', 1, '2026-01-02 03:04:05.678+00');
INSERT INTO released.slot VALUES ('site-also-kept', 'live', 'rev-also-kept', 'dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd', '1-dddddddddddd', 1, '2026-01-02 03:04:05.678+00');

SELECT pg_catalog.setval('released.audit_entry_sequence_seq', 16, true);

SELECT pg_catalog.setval('released.preview_position_seq', 2, true);

SELECT pg_catalog.setval('released.site_position_seq', 2, true);

ALTER TABLE ONLY released.audit_entry
    ADD CONSTRAINT audit_entry_pkey PRIMARY KEY (sequence);

ALTER TABLE ONLY released.migration
    ADD CONSTRAINT migration_pkey PRIMARY KEY (number);

ALTER TABLE ONLY released.preview
    ADD CONSTRAINT preview_pkey PRIMARY KEY (id);

ALTER TABLE ONLY released.preview
    ADD CONSTRAINT preview_token_hash_key UNIQUE (token_hash);

ALTER TABLE ONLY released.publication
    ADD CONSTRAINT publication_pkey PRIMARY KEY (site_id, number);

ALTER TABLE ONLY released.revision
    ADD CONSTRAINT revision_pkey PRIMARY KEY (id);

ALTER TABLE ONLY released.revision
    ADD CONSTRAINT revision_site_id_number_key UNIQUE (site_id, number);

ALTER TABLE ONLY released.site
    ADD CONSTRAINT site_pkey PRIMARY KEY (id);

ALTER TABLE ONLY released.slot
    ADD CONSTRAINT slot_pkey PRIMARY KEY (site_id, name);

CREATE INDEX audit_entry_of_site ON released.audit_entry USING btree (site_id, sequence);

CREATE INDEX preview_of_site ON released.preview USING btree (site_id, created_at, "position");

CREATE INDEX preview_open ON released.preview USING btree (created_at, "position") WHERE (closed_at IS NULL);

CREATE INDEX publication_unfinished ON released.publication USING btree (site_id, number) WHERE (state = ANY (ARRAY['intended'::text, 'staged'::text, 'activated'::text]));

CREATE INDEX site_by_age ON released.site USING btree (created_at, "position");

CREATE TRIGGER audit_entry_is_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON released.audit_entry FOR EACH STATEMENT EXECUTE FUNCTION released.refuse_audit_change();

CREATE TRIGGER site_counters_only_grow BEFORE UPDATE OF fencing_token, last_revision ON released.site FOR EACH ROW EXECUTE FUNCTION released.keep_site_counters();

ALTER TABLE ONLY released.preview
    ADD CONSTRAINT preview_revision_id_fkey FOREIGN KEY (revision_id) REFERENCES released.revision(id);

ALTER TABLE ONLY released.preview
    ADD CONSTRAINT preview_site_id_fkey FOREIGN KEY (site_id) REFERENCES released.site(id);

ALTER TABLE ONLY released.publication
    ADD CONSTRAINT publication_revision_id_fkey FOREIGN KEY (revision_id) REFERENCES released.revision(id);

ALTER TABLE ONLY released.publication
    ADD CONSTRAINT publication_site_id_fkey FOREIGN KEY (site_id) REFERENCES released.site(id);

ALTER TABLE ONLY released.revision
    ADD CONSTRAINT revision_site_id_fkey FOREIGN KEY (site_id) REFERENCES released.site(id);

ALTER TABLE ONLY released.slot
    ADD CONSTRAINT slot_revision_id_fkey FOREIGN KEY (revision_id) REFERENCES released.revision(id);

ALTER TABLE ONLY released.slot
    ADD CONSTRAINT slot_site_id_fkey FOREIGN KEY (site_id) REFERENCES released.site(id);
