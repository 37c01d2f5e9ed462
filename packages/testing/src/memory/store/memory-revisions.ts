import {
  err,
  type HostingErrorOf,
  hostingError,
  ok,
  type Revision,
  type RevisionId,
  type RevisionRecords,
} from "@hostelry/core/adapter";
import { type ListingOrder, pageOf } from "../page-of.ts";
import { appendAudit } from "./memory-records.ts";
import { conflict, type StoreContext, siteNotFound } from "./store-context.ts";

const newestFirst: ListingOrder<Revision> = { key: (revision) => [revision.number], newestFirst: true };

/** The records of revisions, in memory. */
export function memoryRevisions({ records, transact }: StoreContext): RevisionRecords {
  const ofSite = (siteId: string): readonly Revision[] =>
    [...records.revisions.values()].filter((revision) => revision.siteId === siteId);

  return {
    appendRevision: ({ id, siteId, archive, createdAt, audit }, options) =>
      transact("appendRevision", options, () => {
        const existing = records.revisions.get(id);
        if (existing !== undefined) return ok(structuredClone(existing));
        if (!records.sites.has(siteId)) return err(siteNotFound(siteId));
        const number = ofSite(siteId).length + 1;
        const revision: Revision = structuredClone({ id, siteId, number, state: "uploaded", archive, createdAt });
        records.revisions.set(id, revision);
        appendAudit(records, audit);
        return ok(structuredClone(revision));
      }),

    getRevision: (revisionId, options) =>
      transact("getRevision", options, () => {
        const revision = records.revisions.get(revisionId);
        return revision === undefined ? err(revisionNotFound(revisionId)) : ok(structuredClone(revision));
      }),

    listRevisions: (request, options) =>
      transact("listRevisions", options, () => pageOf(ofSite(request.siteId), newestFirst, request)),

    updateRevision: ({ revisionId, expectState, change, audit }, options) =>
      transact("updateRevision", options, () => {
        const revision = records.revisions.get(revisionId);
        if (revision === undefined) return err(revisionNotFound(revisionId));
        if (revision.state !== expectState) return err(conflict(`revision ${revisionId}`, expectState, revision.state));
        const { state = revision.state, report = revision.report } = structuredClone(change);
        const manifestDigest = change.manifestDigest ?? revision.manifestDigest;
        const updated: Revision = { ...revision, state, report, manifestDigest };
        records.revisions.set(revisionId, updated);
        appendAudit(records, audit);
        return ok(structuredClone(updated));
      }),
  };
}

function revisionNotFound(revisionId: RevisionId): HostingErrorOf<"REVISION_NOT_FOUND"> {
  return hostingError("REVISION_NOT_FOUND", `There is no revision ${revisionId}.`, { revisionId });
}
