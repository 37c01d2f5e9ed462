import {
  type CallOptions,
  flow,
  ok,
  type Page,
  type PageRequest,
  type ResultAsync,
  type StoreError,
} from "@hostelry/core/adapter";
import type { Bind } from "./bind.ts";
import { type Columns, integer, type Row, selectList } from "./columns.ts";
import { cursorAfter, keysetPage } from "./page.ts";
import type { Session } from "./session.ts";

/** A way of reading a table page by page. */
export interface Listing<T> {
  /** The operation, for errors; also ties cursors to this listing. */
  readonly name: string;
  readonly table: string;
  readonly columns: Columns;
  /** Columns that never change and together are unique; an index begins with the conditions' columns and ends with them. */
  readonly order: readonly string[];
  readonly direction: "asc" | "desc";
  /** A record that only ever grows at its end gives a cursor after every item: one can come back for more. */
  readonly endless?: boolean | undefined;
  readonly item: (row: Row) => T;
}

/** Reads one page: those after the cursor that meet all `conditions`. */
export function listPage<T>(
  session: Session,
  listing: Listing<T>,
  request: PageRequest,
  conditions: (bind: Bind) => readonly string[],
  options: CallOptions | undefined,
): ResultAsync<Page<T>, StoreError> {
  const { name, table, columns, order, direction, endless, item } = listing;
  return flow(async function* () {
    const page = yield* keysetPage(request, name, order.length);
    const statement = (bind: Bind): string => {
      const where = [...conditions(bind), ...beyond(listing, page.after, bind)];
      return `select ${selectList(columns, table)} from ${session.schema}.${table}
        ${where.length === 0 ? "" : `where ${where.join(" and ")}`}
        order by ${order.map((column) => `${table}.${column} ${direction}`).join(", ")}
        limit ${bind.integer(page.limit + 1, "limit")}`;
    };
    const rows = yield* session.read(name, statement, options);
    // One row more than wanted was read: it tells that there is a next page.
    const shown = rows.slice(0, page.limit);
    const items = shown.map(item);
    const last = shown.at(-1);
    if (last === undefined || (endless !== true && rows.length <= page.limit)) return ok({ items });
    return ok({
      items,
      next: cursorAfter(
        name,
        order.map((column) => integer(last, column)),
      ),
    });
  });
}

function beyond<T>(
  { table, columns, order, direction }: Listing<T>,
  after: readonly number[] | undefined,
  bind: Bind,
): readonly string[] {
  if (after === undefined) return [];
  const values = order.map((column, index) => {
    const part = after[index];
    return columns[column] === "time"
      ? bind.time(part === undefined ? part : new Date(part), "after")
      : bind.integer(part, "after");
  });
  const key = order.map((column) => `${table}.${column}`).join(", ");
  return [`(${key}) ${direction === "asc" ? ">" : "<"} (${values.join(", ")})`];
}
