import { type AuditDraft, hostingError } from "@hostelry/core/adapter";
import type { QuotedSchema } from "../migrations/schema-name.ts";

/**
 * Collects the values of one statement. Each method returns the placeholder to put into the text, with its type, so that
 * no driver has to guess; `null` and `undefined` become SQL null. What PostgreSQL could not keep as it is given is
 * `INVALID_INPUT`, thrown, and caught where the statement is sent.
 */
export interface Bind {
  text(value: string | null | undefined, field: string): string;
  /** A whole number up to 2^53. */
  integer(value: number | null | undefined, field: string): string;
  flag(value: boolean): string;
  /** Years 1 to 9999, to the millisecond. */
  time(value: Date | null | undefined, field: string): string;
  /** `undefined` is SQL null, `null` is the JSON value. */
  json(value: unknown): string;
  /** SQL null when there is no entry to write. */
  audit(draft: AuditDraft | undefined): string;
}

/** A {@link Bind} and the list it fills. */
export interface StatementValues {
  readonly bind: Bind;
  readonly values: unknown[];
  /** Whether an audit entry is among them. */
  tellsAudit(): boolean;
}

/** Makes an empty {@link StatementValues}. */
export function statementValues(schema: QuotedSchema): StatementValues {
  const values: unknown[] = [];
  let audits = false;
  const place = (value: string | null, type: string): string => `$${values.push(value)}::${type}`;
  const bind: Bind = {
    text: (value, field) => place(value === null || value === undefined ? null : storableText(value, field), "text"),
    integer: (value, field) =>
      place(value === null || value === undefined ? null : storableInteger(value, field), "bigint"),
    flag: (value) => place(String(value), "boolean"),
    time: (value, field) =>
      place(value === null || value === undefined ? null : storableTime(value, field), "timestamptz"),
    json: (value) => place(value === undefined ? null : JSON.stringify(value), "json"),
    audit: (draft) => {
      if (draft === undefined) return `null::${schema}.audit_draft`;
      audits = true;
      const { actor, action, siteId, subject, at, before, after } = draft;
      const texts = [
        bind.text(actor, "audit.actor"),
        bind.text(action, "audit.action"),
        bind.text(siteId, "audit.siteId"),
        bind.text(subject, "audit.subject"),
        bind.time(at, "audit.at"),
        bind.json(before),
        bind.json(after),
      ];
      return `row(${texts.join(", ")})::${schema}.audit_draft`;
    },
  };
  return { bind, values, tellsAudit: () => audits };
}

function invalid(field: string, problem: string): Error {
  return hostingError("INVALID_INPUT", `${field} can't be stored: ${problem}.`, { field, problem });
}

function storableText(value: string, field: string): string {
  if (value.includes("\0")) throw invalid(field, "it holds U+0000");
  // A lone surrogate has no UTF-8: it would be replaced silently.
  if (/\p{Surrogate}/u.test(value)) throw invalid(field, "it holds half of a surrogate pair");
  return value;
}

function storableInteger(value: number, field: string): string {
  if (!Number.isSafeInteger(value)) throw invalid(field, "it is not a whole number");
  return String(value);
}

function storableTime(value: Date, field: string): string {
  const year = value.getUTCFullYear();
  // Written so that NaN, the year of an invalid date, is refused too. Year 0 is 1 BC, which PostgreSQL writes otherwise.
  if (!(year >= 1 && year <= 9999)) throw invalid(field, "it is not a time of the years 1 to 9999");
  return value.toISOString();
}
