import { type HostingErrorOf, hostingError, type SiteId } from "@hostelry/core/adapter";
import type { Row } from "../database/columns.ts";

/** The single row that every function of the schema answers with. */
export function onlyRow(rows: readonly Row[]): Row {
  const [row] = rows;
  if (row === undefined) throw new TypeError("A function of the schema gave no row.");
  return row;
}

/** A function of the schema answered with a word that this version does not know: a bug, or a schema that is not ours. */
export function unknownOutcome(outcome: string): TypeError {
  return new TypeError(`A function of the schema answered "${outcome}".`);
}

/** `SITE_NOT_FOUND` for a site that has no record. */
export function siteNotFound(siteId: SiteId): HostingErrorOf<"SITE_NOT_FOUND"> {
  return hostingError("SITE_NOT_FOUND", `There is no site ${siteId}.`, { siteId });
}

/** `LEASE_LOST` for a token that is not, or no longer, the site's current lease. */
export function leaseLost(siteId: SiteId, fencingToken: number): HostingErrorOf<"LEASE_LOST"> {
  return hostingError("LEASE_LOST", `Lease ${fencingToken} of ${siteId} is over or was taken by another.`, {
    siteId,
    fencingToken,
  });
}

/** `STORE_CONFLICT`: the record is not what the caller saw. */
export function conflict(record: string, expected: string, actual: string): HostingErrorOf<"STORE_CONFLICT"> {
  return hostingError("STORE_CONFLICT", `${record} is ${actual}, not ${expected}.`, { record, expected, actual });
}
