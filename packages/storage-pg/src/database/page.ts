import { err, type HostingErrorOf, hostingError, ok, type PageRequest, type Result } from "@hostelry/core/adapter";

const defaultLimit = 100;
const highestLimit = 1000;

/** A page that was asked for, checked. */
export interface KeysetPage {
  readonly limit: number;
  /** The sort key of the last item of the page before. */
  readonly after?: readonly number[] | undefined;
}

/**
 * Checks a page request. A cursor is the sort key of an item (whole numbers) with the name of its listing, in base64url:
 * it stays right while records come and go, and is refused by another listing.
 */
export function keysetPage(
  request: PageRequest,
  listing: string,
  keyLength: number,
): Result<KeysetPage, HostingErrorOf<"INVALID_INPUT">> {
  const limit = request.limit ?? defaultLimit;
  if (!Number.isInteger(limit) || limit < 1 || limit > highestLimit) {
    const problem = `not a whole number from 1 to ${highestLimit}`;
    return err(hostingError("INVALID_INPUT", `A page holds 1 to ${highestLimit} items.`, { field: "limit", problem }));
  }
  if (request.after === undefined) return ok({ limit });
  const after = decodeCursor(request.after, listing);
  if (after?.length === keyLength) return ok({ limit, after });
  const problem = "not a cursor of this listing";
  return err(
    hostingError("INVALID_INPUT", `That cursor is not one of this listing (${listing}).`, { field: "after", problem }),
  );
}

/** The cursor after an item. */
export function cursorAfter(listing: string, key: readonly number[]): string {
  return Buffer.from(JSON.stringify([listing, ...key])).toString("base64url");
}

function decodeCursor(cursor: string, listing: string): readonly number[] | undefined {
  let document: unknown;
  try {
    document = JSON.parse(Buffer.from(cursor, "base64url").toString("utf8"));
  } catch {
    return undefined;
  }
  if (!Array.isArray(document) || document[0] !== listing) return undefined;
  const key: readonly unknown[] = document.slice(1);
  return key.every((part): part is number => Number.isSafeInteger(part)) ? key : undefined;
}
