import {
  type AuditAction,
  type AuditEntry,
  type AuditRecords,
  auditChainStart,
  type CallOptions,
  err,
  flow,
  type HostingErrorOf,
  hostingError,
  type JsonValue,
  ok,
  type ResultAsync,
  type SiteId,
  type StoreError,
} from "@hostelry/core/adapter";
import type { Bind } from "../database/bind.ts";
import { type Columns, flag, integer, optionalJson, type Row, selectList, text, time } from "../database/columns.ts";
import { type Listing, listPage } from "../database/listing.ts";
import { keysetPage } from "../database/page.ts";
import type { Session } from "../database/session.ts";
import { onlyRow } from "./outcome.ts";

const columns: Columns = {
  sequence: "integer",
  actor: "text",
  action: "text",
  site_id: "text",
  subject: "text",
  at: "time",
  before: "json",
  after: "json",
  number: "integer",
  hash: "text",
};

const audit: Listing<AuditEntry> = {
  name: "listAudit",
  table: "audit_entry",
  columns,
  order: ["sequence"],
  direction: "asc",
  endless: true,
  item: readEntry,
};

/** The longest wait for more. */
const longestWaitMs = 60_000;

/** Without a ring, one who waits looks this often. */
const pollMs = 1000;

/** While a writer holds entries back that others have written, this often: if it rolls back, nobody rings. */
const heldBackPollMs = 50;

/** The append-only record, in a schema. */
export function auditRecords(session: Session): AuditRecords {
  return {
    listAudit: (request, options) =>
      flow(async function* () {
        const { siteId } = request;
        if (siteId !== undefined) return listPage(session, audit, request, (bind) => [ofSite(siteId, bind)], options);
        // In a statement before, whose answer holds for every one that begins later, under any isolation level.
        const { horizon } = yield* readHorizon(session, options);
        const complete = (bind: Bind): string => `audit_entry.sequence <= ${bind.integer(horizon, "horizon")}`;
        return listPage(session, audit, request, (bind) => [complete(bind)], options);
      }),

    awaitAudit: ({ siteId, after, waitMs }, options) =>
      flow(async function* () {
        if (!Number.isInteger(waitMs) || waitMs < 1 || waitMs > longestWaitMs) return err(badWait());
        const cursor = yield* keysetPage({ after, limit: 1 }, audit.name, audit.order.length);
        const overAt = performance.now() + waitMs;
        // Begun before the first look: what is written after it rings.
        const waiting = session.bell.wait("audit");
        try {
          for (;;) {
            const { more, heldBack } = yield* look(session, siteId, cursor.after?.[0] ?? 0, options);
            const leftMs = overAt - performance.now();
            if (more || leftMs <= 0) return ok({ more });
            await waiting.rungWithin(Math.min(leftMs, heldBack ? heldBackPollMs : pollMs), options?.signal);
          }
        } finally {
          waiting.leave();
        }
      }),

    readAuditHead: (siteId, options) =>
      flow(async function* () {
        const [row] = yield* session.read(
          "readAuditHead",
          (bind) => `select ${selectList({ number: "integer", hash: "text" }, "audit_chain")}
            from ${session.schema}.audit_chain where site_id = ${bind.text(siteId, "siteId")}`,
          options,
        );
        if (row === undefined) return ok({ number: 0, hash: auditChainStart });
        return ok({ number: integer(row, "number"), hash: text(row, "hash") });
      }),
  };
}

interface Horizon {
  /** Up to this sequence, every entry there will ever be can be seen. */
  readonly horizon: number;
  /** Whether there are numbers beyond. */
  readonly heldBack: boolean;
}

function readHorizon(session: Session, options: CallOptions | undefined): ResultAsync<Horizon, StoreError> {
  const { schema } = session;
  return flow(async function* () {
    const rows = yield* session.read(
      "readAuditHorizon",
      () => `select ${selectList({ given: "integer", horizon: "integer" }, "f")} from ${schema}.audit_horizon() f`,
      options,
    );
    const row = onlyRow(rows);
    const horizon = integer(row, "horizon");
    return ok({ horizon, heldBack: integer(row, "given") > horizon });
  });
}

/** Whether there is an entry after a sequence that `listAudit` would give. */
function look(
  session: Session,
  siteId: SiteId | undefined,
  after: number,
  options: CallOptions | undefined,
): ResultAsync<{ readonly more: boolean; readonly heldBack: boolean }, StoreError> {
  const { schema } = session;
  return flow(async function* () {
    const known = siteId === undefined ? yield* readHorizon(session, options) : undefined;
    if (known !== undefined && known.horizon <= after) return ok({ more: false, heldBack: known.heldBack });
    const rows = yield* session.read(
      "awaitAudit",
      (bind) => {
        const conditions = [
          `audit_entry.sequence > ${bind.integer(after, "after")}`,
          ...(siteId === undefined ? [] : [ofSite(siteId, bind)]),
          ...(known === undefined ? [] : [`audit_entry.sequence <= ${bind.integer(known.horizon, "horizon")}`]),
        ];
        return `select exists (select from ${schema}.audit_entry where ${conditions.join(" and ")})::text as more`;
      },
      options,
    );
    return ok({ more: flag(onlyRow(rows), "more"), heldBack: known?.heldBack ?? false });
  });
}

function ofSite(siteId: SiteId, bind: Bind): string {
  return `audit_entry.site_id = ${bind.text(siteId, "siteId")}`;
}

function badWait(): HostingErrorOf<"INVALID_INPUT"> {
  const problem = `not a whole number of milliseconds from 1 to ${longestWaitMs}`;
  return hostingError("INVALID_INPUT", `A wait lasts 1 to ${longestWaitMs} ms.`, { field: "waitMs", problem });
}

function readEntry(row: Row): AuditEntry {
  const before = optionalJson<JsonValue>(row, "before");
  const after = optionalJson<JsonValue>(row, "after");
  return {
    sequence: integer(row, "sequence"),
    actor: text(row, "actor"),
    action: text(row, "action") as AuditAction,
    siteId: text(row, "site_id") as SiteId,
    subject: text(row, "subject"),
    at: time(row, "at"),
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
    number: integer(row, "number"),
    hash: text(row, "hash"),
  };
}
