import { randomBytes } from "node:crypto";
import {
  err,
  type HostingErrorOf,
  hostingError,
  ok,
  type Result,
  type SiteOutcome,
  type StoreCapabilities,
  type WaitingSite,
  type WaitingSites,
} from "@hostelry/core/adapter";
import type { Bind } from "../database/bind.ts";
import { flag, optionalJson, type Row, text } from "../database/columns.ts";
import type { PgDatabase } from "../database/pg-database.ts";
import { session } from "../database/session.ts";
import type { QuotedSchema } from "../migrations/schema-name.ts";
import {
  defaultColumns,
  defaultWords,
  quotedName,
  type SitesTableColumns,
  type SitesTableWords,
} from "./sites-table.ts";

/** Which table, and how it says what. */
export interface TableWaitingSitesOptions {
  /** With its schema or without, e.g. `public.sites`. */
  readonly table: string;
  /** What is called otherwise than by default. */
  readonly columns?: Partial<SitesTableColumns> | undefined;
  /** What is said otherwise than by default. */
  readonly words?: Partial<SitesTableWords> | undefined;
  /** For a database that is not a shared, durable server. Default: both true. */
  readonly capabilities?: Partial<StoreCapabilities> | undefined;
  /** Of one statement. Default 30,000. */
  readonly statementTimeoutMs?: number | undefined;
}

const name = "postgresql";

/**
 * Waiting sites in a table that the host has already, over whatever runs statements: a `pg.Pool`, a Supabase connection, a PGlite. Besides
 * its own columns the table needs those for outcome and claim, see `SitesTableColumns`; nothing is created and no other
 * column is written. Sites are those with `words.dnsActive` and `words.pending`; a claimed one says `words.provisioning`.
 * Throws `TypeError` for names that can't be names.
 */
export function tableWaitingSites(database: PgDatabase, options: TableWaitingSitesOptions): WaitingSites {
  const { statementTimeoutMs } = options;
  const { shared = true, durable = true } = options.capabilities ?? {};
  const columns = { ...defaultColumns, ...options.columns };
  const words = { ...defaultWords, ...options.words };
  const table = quotedName(options.table);
  const of = (column: keyof SitesTableColumns): string => `s.${quotedName(columns[column] ?? column)}`;
  const own = (column: keyof SitesTableColumns): string => quotedName(columns[column] ?? column);
  // Statements name their table; the schema is for those of the store.
  const db = session({ database, schema: '"public"' as QuotedSchema, name, statementTimeoutMs });
  const selected = [
    `${of("id")}::text as id`,
    `${of("server")}::text as server`,
    `${of("domain")}::text as domain`,
    `coalesce(${of("name")}::text, ${of("domain")}::text) as name`,
    `${columns.analytics === null ? "false" : `coalesce(${of("analytics")}, false)`}::text as analytics`,
    `${columns.wishes === null ? "null" : of("wishes")}::text as wishes`,
  ].join(", ");
  const isFree = `(${of("claimUntil")} is null or ${of("claimUntil")} <= clock_timestamp())`;
  const waits = (bind: Bind, includeFailed: boolean): string => {
    // Bound only where it is in the text: a value without a place is an error.
    const again = (): string =>
      ` or (${of("hostingStatus")} = ${bind.text(words.failed, "words")} and ${of("retryable")})`;
    return `${of("dnsStatus")} = ${bind.text(words.dnsActive, "words")} and ${isFree} and (${of("hostingStatus")} in
      (${bind.text(words.pending, "words")}, ${bind.text(words.provisioning, "words")})${includeFailed ? again() : ""})`;
  };
  const until = (bind: Bind, ttlMs: number): string =>
    `clock_timestamp() + ${bind.integer(ttlMs, "ttlMs")} * interval '1 millisecond'`;

  return {
    spec: "waiting-sites/1",
    name,
    capabilities: { shared, durable },

    listWaiting: ({ includeFailed, limit = 100, after }, call) =>
      checkLimit(limit)
        .andThen(() => placeOf(after))
        .asyncAndThen((place) =>
          db.read(
            "listWaiting",
            (bind) => `select ${selected} from ${table} s where ${waits(bind, includeFailed)}
              ${place === undefined ? "" : `and (${of("server")}::text collate "C", ${of("id")}::text collate "C") > (${bind.text(place[0], "after")}, ${bind.text(place[1], "after")})`}
              order by ${of("server")}::text collate "C", ${of("id")}::text collate "C" limit ${bind.integer(limit + 1, "limit")}`,
            call,
          ),
        )
        .map((rows) => {
          const items = rows.slice(0, limit).map(siteFrom);
          const last = items.at(-1);
          if (last === undefined || rows.length <= limit) return { items };
          return { items, next: Buffer.from(JSON.stringify([last.server, last.id])).toString("base64url") };
        }),

    claimSite: ({ siteId, ttlMs }, call) =>
      checkTime(ttlMs).asyncAndThen(() => {
        const token = randomBytes(16).toString("hex");
        return db
          .write(
            "claimSite",
            (
              bind,
            ) => `update ${table} s set ${own("claim")} = ${bind.text(token, "token")}, ${own("claimUntil")} = ${until(bind, ttlMs)},
              ${own("hostingStatus")} = ${bind.text(words.provisioning, "words")}
              where ${of("id")}::text = ${bind.text(siteId, "siteId")} and ${waits(bind, true)} returning ${selected}`,
            call,
          )
          .map(([row]) => (row === undefined ? { claim: null } : { claim: { siteId, token }, site: siteFrom(row) }));
      }),

    renewClaim: ({ siteId, token, ttlMs }, call) =>
      checkTime(ttlMs).asyncAndThen(() =>
        db
          .write(
            "renewClaim",
            (bind) => `update ${table} s set ${own("claimUntil")} = ${until(bind, ttlMs)}
              where ${of("id")}::text = ${bind.text(siteId, "siteId")} and ${of("claim")} = ${bind.text(token, "token")}
              returning ${of("id")}::text as id`,
            call,
          )
          .map((rows) => ({ renewed: rows.length > 0 })),
      ),

    recordOutcome: ({ siteId, token, outcome }, call) =>
      checkOutcome(outcome).asyncAndThen(() =>
        db
          .write(
            "recordOutcome",
            (bind) => `update ${table} s set ${own("hostingStatus")} = ${bind.text(words[outcome.state], "words")},
              ${own("documentRoot")} = coalesce(${bind.text(outcome.documentRoot, "documentRoot")}, ${of("documentRoot")}),
              ${own("analyticsId")} = coalesce(${bind.text(outcome.analyticsId, "analyticsId")}, ${of("analyticsId")}),
              ${own("reason")} = ${bind.json(outcome.reason ?? undefined)}, ${own("retryable")} = ${bind.flag(outcome.retryable)},
              ${own("claim")} = null, ${own("claimUntil")} = null
              where ${of("id")}::text = ${bind.text(siteId, "siteId")} and ${of("claim")} = ${bind.text(token, "token")}
              returning ${of("id")}::text as id`,
            call,
          )
          .map((rows) => ({ recorded: rows.length > 0 })),
      ),
  };
}

type Checked<T> = Result<T, HostingErrorOf<"INVALID_INPUT">>;

function siteFrom(row: Row): WaitingSite {
  const wishes = optionalJson<WaitingSite["wishes"]>(row, "wishes") ?? {};
  const [id, server, domain] = [text(row, "id"), text(row, "server"), text(row, "domain").toLowerCase()];
  return { id, server, domain, name: text(row, "name"), analytics: flag(row, "analytics"), wishes };
}

function placeOf(after: string | undefined): Checked<readonly [string, string] | undefined> {
  if (after === undefined) return ok(undefined);
  try {
    const place: unknown = JSON.parse(Buffer.from(after, "base64url").toString("utf8"));
    if (Array.isArray(place) && typeof place[0] === "string" && typeof place[1] === "string")
      return ok([place[0], place[1]]);
  } catch {
    // Told below: what is no JSON is no cursor either.
  }
  return invalid("after", "is not a cursor of this listing");
}

function checkLimit(limit: number): Checked<void> {
  const isLimit = Number.isInteger(limit) && limit >= 1 && limit <= 1000;
  return isLimit ? ok(undefined) : invalid("limit", "must be a whole number from 1 to 1000");
}

function checkTime(ttlMs: number): Checked<void> {
  const isTime = Number.isInteger(ttlMs) && ttlMs >= 1 && ttlMs <= 3_600_000;
  return isTime ? ok(undefined) : invalid("ttlMs", "must be a whole number from 1 to 3,600,000");
}

function checkOutcome({ reason }: SiteOutcome): Checked<void> {
  return (reason?.message.length ?? 0) <= 2000 ? ok(undefined) : invalid("reason", "has a message that is too long");
}

function invalid(field: string, problem: string): Checked<never> {
  return err(hostingError("INVALID_INPUT", `${field} ${problem}.`, { field, problem }));
}
