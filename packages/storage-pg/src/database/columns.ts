/** How a column is read. */
export type ColumnType = "text" | "integer" | "flag" | "time" | "json";

/** The columns of a record, by name. */
export type Columns = Readonly<Record<string, ColumnType>>;

/**
 * A row as it arrives: text in every column. The casts are in the statement, because how a driver turns times and big
 * numbers into JavaScript is a process-wide setting that belongs to the host (`pg.types.setTypeParser`).
 */
export type Row = Readonly<Record<string, string | null>>;

/** The select list that reads `columns` of `source`: a table's alias, or `(f.result)` for a composite value. */
export function selectList(columns: Columns, source: string): string {
  return Object.entries(columns)
    .map(([name, type]) => {
      const column = `${source}.${name}`;
      // Numeric since PostgreSQL 14, hence exact; the database's own clock has microseconds, which are cut off.
      const value = type === "time" ? `trunc(extract(epoch from ${column}) * 1000)::bigint` : column;
      return `${value}::text as ${name}`;
    })
    .join(", ");
}

/** Reads a column that may be null. */
export function optionalText(row: Row, column: string): string | undefined {
  return row[column] ?? undefined;
}

/** Reads a column that is never null: the schema says so. */
export function text(row: Row, column: string): string {
  const value = row[column];
  if (typeof value !== "string")
    throw new TypeError(`Column ${column} of a record is ${value === null ? "null" : "missing"}.`);
  return value;
}

/** Reads a whole number. */
export function integer(row: Row, column: string): number {
  return Number(text(row, column));
}

/** Reads a flag. */
export function flag(row: Row, column: string): boolean {
  return text(row, column) === "true";
}

/** Reads a time. */
export function time(row: Row, column: string): Date {
  return new Date(integer(row, column));
}

/** Reads a time that may be null. */
export function optionalTime(row: Row, column: string): Date | undefined {
  return optionalText(row, column) === undefined ? undefined : time(row, column);
}

/** Reads a JSON document that may be null. Only this package writes them, from values of `T`. */
export function optionalJson<T>(row: Row, column: string): T | undefined {
  const document = optionalText(row, column);
  return document === undefined ? undefined : (JSON.parse(document) as T);
}
