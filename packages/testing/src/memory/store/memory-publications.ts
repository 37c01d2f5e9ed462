import {
  err,
  type HostingErrorOf,
  hostingError,
  ok,
  type Publication,
  type PublicationRecords,
  type SiteId,
} from "@hostelry/core/adapter";
import { type ListingOrder, pageOf } from "../page-of.ts";
import { appendAudit, innerMap } from "./memory-records.ts";
import { conflict, holdsLease, leaseLost, type StoreContext } from "./store-context.ts";

const newestFirst: ListingOrder<Publication> = { key: (publication) => [publication.number], newestFirst: true };

/** The journal of publications, in memory. */
export function memoryPublications(
  context: StoreContext,
): Pick<PublicationRecords, "advancePublication" | "beginPublication" | "listPublications"> {
  const { records, transact } = context;
  return {
    beginPublication: ({ publication, audit }, options) =>
      transact("beginPublication", options, () => {
        const { siteId, number } = publication;
        const journal = innerMap(records.publications, siteId);
        const known = journal.get(number);
        if (known !== undefined) return err(conflict(`publication ${number} of ${siteId}`, "absent", known.state));
        if (!holdsLease(context, siteId, number)) return err(leaseLost(siteId, number));
        const begun: Publication = { ...structuredClone(publication), state: "intended" };
        journal.set(number, begun);
        appendAudit(records, audit);
        return ok(structuredClone(begun));
      }),

    advancePublication: ({ siteId, number, from, to, fencingToken, failure, results, at, audit }, options) =>
      transact("advancePublication", options, () => {
        const journal = innerMap(records.publications, siteId);
        const publication = journal.get(number);
        if (publication === undefined) return err(publicationNotFound(siteId, number));
        if (!holdsLease(context, siteId, fencingToken)) return err(leaseLost(siteId, fencingToken));
        if (publication.state !== from) {
          return err(conflict(`publication ${number} of ${siteId}`, from, publication.state));
        }
        const kept = results === undefined ? {} : { results: structuredClone(results) };
        const ending = to === "undone" ? { failure, ...kept, finishedAt: structuredClone(at) } : {};
        const advanced: Publication = { ...publication, state: to, ...ending };
        journal.set(number, advanced);
        appendAudit(records, audit);
        return ok(structuredClone(advanced));
      }),

    listPublications: (request, options) =>
      transact("listPublications", options, () => {
        const { siteId, slot, states } = request;
        const asked = [...(records.publications.get(siteId)?.values() ?? [])].filter(
          (publication) =>
            (slot === undefined || publication.slot === slot) &&
            (states === undefined || states.includes(publication.state)),
        );
        return pageOf(asked, newestFirst, request);
      }),
  };
}

function publicationNotFound(siteId: SiteId, number: number): HostingErrorOf<"PUBLICATION_NOT_FOUND"> {
  return hostingError("PUBLICATION_NOT_FOUND", `${siteId} has no publication ${number}.`, { siteId, number });
}
