import {
  err,
  type HostingErrorOf,
  hostingError,
  ok,
  type Page,
  type PageRequest,
  type Result,
} from "@hostelry/core/adapter";

/** What records are sorted by; unique, so that a cursor stands for one place whatever is added around it. */
export type SortKey = readonly (string | number)[];

/** How a listing is sorted. */
export interface ListingOrder<T> {
  readonly key: (record: T) => SortKey;
  readonly newestFirst: boolean;
}

const maximumLimit = 1000;
const defaultLimit = 100;

/** Cuts one page out of records: those after the cursor's key, so inserts around it repeat and skip nothing. */
export function pageOf<T>(
  records: readonly T[],
  order: ListingOrder<T>,
  request: PageRequest,
): Result<Page<T>, HostingErrorOf<"INVALID_INPUT">> {
  const limit = request.limit ?? defaultLimit;
  if (!Number.isInteger(limit) || limit < 1 || limit > maximumLimit) {
    return err(invalidInput("limit", `must be a whole number from 1 to ${maximumLimit}`));
  }
  const after = request.after === undefined ? undefined : decodeCursor(request.after);
  if (after === null) return err(invalidInput("after", "is not a cursor of this listing"));
  const direction = order.newestFirst ? -1 : 1;
  const sorted = records
    .map((record) => ({ record, key: order.key(record) }))
    .filter(({ key }) => after === undefined || compareKeys(key, after) * direction > 0)
    .sort((left, right) => compareKeys(left.key, right.key) * direction);
  const page = sorted.slice(0, limit);
  const last = page.at(-1);
  const items = structuredClone(page.map(({ record }) => record));
  if (last === undefined || sorted.length <= limit) return ok({ items });
  return ok({ items, next: encodeCursor(last.key) });
}

/** Opaque text for a sort key. */
export function encodeCursor(key: SortKey): string {
  return Buffer.from(JSON.stringify(key)).toString("base64url");
}

function decodeCursor(cursor: string): SortKey | null {
  try {
    const key: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString("utf8"));
    const isKey = Array.isArray(key) && key.every((part) => typeof part === "string" || typeof part === "number");
    return isKey && encodeCursor(key) === cursor ? key : null;
  } catch {
    return null;
  }
}

function compareKeys(left: SortKey, right: SortKey): number {
  for (const [index, part] of left.entries()) {
    const other = right[index];
    if (other === undefined || part === other) continue;
    return part < other ? -1 : 1;
  }
  return left.length - right.length;
}

/** The error for an argument that is wrong. */
export function invalidInput(field: string, problem: string): HostingErrorOf<"INVALID_INPUT"> {
  return hostingError("INVALID_INPUT", `${field} ${problem}.`, { field, problem });
}
