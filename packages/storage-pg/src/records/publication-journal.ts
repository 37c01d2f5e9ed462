import {
  err,
  type FleetPolicy,
  type FlipTiming,
  flow,
  type HostingErrorOf,
  hostingError,
  ok,
  type Publication,
  type PublicationRecords,
  type PublicationState,
  type ReleaseId,
  type RevisionId,
  type SiteId,
  type SlotName,
  type TargetResult,
} from "@hostelry/core/adapter";
import {
  type Columns,
  integer,
  optionalJson,
  optionalText,
  optionalTime,
  type Row,
  selectList,
  text,
  time,
} from "../database/columns.ts";
import { type Listing, listPage } from "../database/listing.ts";
import type { Session } from "../database/session.ts";
import { conflict, leaseLost, onlyRow, unknownOutcome } from "./outcome.ts";

const columns: Columns = {
  site_id: "text",
  number: "integer",
  slot: "text",
  revision_id: "text",
  manifest_digest: "text",
  release: "text",
  release_manifest_blob: "text",
  previous_release: "text",
  previous_revision_id: "text",
  previous_publication: "integer",
  targets: "json",
  state: "text",
  failure: "text",
  started_at: "time",
  finished_at: "time",
  policy: "json",
  results: "json",
  flip: "json",
};

const publications: Listing<Publication> = {
  name: "listPublications",
  table: "publication",
  columns,
  order: ["number"],
  direction: "desc",
  item: readPublication,
};

/** The journal of publications, in a schema. */
export function publicationJournal(
  session: Session,
): Pick<PublicationRecords, "advancePublication" | "beginPublication" | "listPublications"> {
  const { schema } = session;
  const result = selectList(columns, "(f.result)");

  return {
    beginPublication: ({ publication, audit }, options) =>
      flow(async function* () {
        const { siteId, number, revisionId, previous } = publication;
        const rows = yield* session.write(
          "beginPublication",
          (bind) => `select f.outcome, f.actual, ${result} from ${schema}.begin_fleet_publication(
            ${bind.text(siteId, "siteId")}, ${bind.integer(number, "number")}, ${bind.text(publication.slot, "slot")},
            ${bind.text(revisionId, "revisionId")}, ${bind.text(publication.manifestDigest, "manifestDigest")},
            ${bind.text(publication.release, "release")},
            ${bind.text(publication.releaseManifestBlob, "releaseManifestBlob")},
            ${bind.text(previous?.release, "previous.release")}, ${bind.text(previous?.revisionId, "previous.revisionId")},
            ${bind.integer(previous?.publication, "previous.publication")}, ${bind.json(publication.targets)},
            ${bind.text(publication.failure, "failure")}, ${bind.time(publication.startedAt, "startedAt")},
            ${bind.time(publication.finishedAt, "finishedAt")}, ${bind.json(publication.policy)}, ${bind.audit(audit)}) f`,
          options,
        );
        const row = onlyRow(rows);
        const outcome = text(row, "outcome");
        if (outcome === "lease_lost") return err(leaseLost(siteId, number));
        if (outcome === "publication_exists") {
          return err(conflict(`publication ${number} of ${siteId}`, "absent", text(row, "actual")));
        }
        if (outcome === "revision_absent") return err(conflict(`revision ${revisionId}`, "present", "absent"));
        if (outcome === "done") return ok(readPublication(row));
        throw unknownOutcome(outcome);
      }),

    advancePublication: ({ siteId, number, from, to, fencingToken, failure, results, at, audit }, options) =>
      flow(async function* () {
        const rows = yield* session.write(
          "advancePublication",
          (bind) => `select f.outcome, f.actual, ${result} from ${schema}.advance_fleet_publication(
            ${bind.text(siteId, "siteId")}, ${bind.integer(number, "number")}, ${bind.text(from, "from")},
            ${bind.text(to, "to")}, ${bind.integer(fencingToken, "fencingToken")}, ${bind.text(failure, "failure")},
            ${bind.json(results)}, ${bind.time(at, "at")}, ${bind.audit(audit)}) f`,
          options,
        );
        const row = onlyRow(rows);
        const outcome = text(row, "outcome");
        if (outcome === "publication_not_found") return err(publicationNotFound(siteId, number));
        if (outcome === "lease_lost") return err(leaseLost(siteId, fencingToken));
        if (outcome === "conflict")
          return err(conflict(`publication ${number} of ${siteId}`, from, text(row, "actual")));
        if (outcome === "done") return ok(readPublication(row));
        throw unknownOutcome(outcome);
      }),

    listPublications: (request, options) =>
      listPage(
        session,
        publications,
        request,
        (bind) => [
          `publication.site_id = ${bind.text(request.siteId, "siteId")}`,
          ...(request.slot === undefined ? [] : [`publication.slot = ${bind.text(request.slot, "slot")}`]),
          ...(request.states === undefined
            ? []
            : [`publication.state in (select json_array_elements_text(${bind.json(request.states)}))`]),
        ],
        options,
      ),
  };
}

function publicationNotFound(siteId: SiteId, number: number): HostingErrorOf<"PUBLICATION_NOT_FOUND"> {
  return hostingError("PUBLICATION_NOT_FOUND", `There is no publication ${number} of ${siteId}.`, { siteId, number });
}

function readPublication(row: Row): Publication {
  const failure = optionalText(row, "failure");
  const finishedAt = optionalTime(row, "finished_at");
  const policy = optionalJson<FleetPolicy>(row, "policy");
  const results = optionalJson<readonly TargetResult[]>(row, "results");
  const flip = optionalJson<FlipTiming>(row, "flip");
  return {
    siteId: text(row, "site_id") as SiteId,
    number: integer(row, "number"),
    slot: text(row, "slot") as SlotName,
    revisionId: text(row, "revision_id") as RevisionId,
    manifestDigest: text(row, "manifest_digest"),
    release: text(row, "release") as ReleaseId,
    releaseManifestBlob: text(row, "release_manifest_blob"),
    previous: readPrevious(row),
    targets: optionalJson<readonly string[]>(row, "targets") ?? [],
    state: text(row, "state") as PublicationState,
    ...(failure === undefined ? {} : { failure }),
    ...(policy === undefined ? {} : { policy }),
    ...(results === undefined ? {} : { results }),
    ...(flip === undefined ? {} : { flip }),
    startedAt: time(row, "started_at"),
    ...(finishedAt === undefined ? {} : { finishedAt }),
  };
}

function readPrevious(row: Row): Publication["previous"] {
  if (optionalText(row, "previous_publication") === undefined) return null;
  return {
    release: text(row, "previous_release") as ReleaseId,
    revisionId: text(row, "previous_revision_id") as RevisionId,
    publication: integer(row, "previous_publication"),
  };
}
