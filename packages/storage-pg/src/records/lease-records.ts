import {
  err,
  flow,
  type HostingErrorOf,
  hostingError,
  type Lease,
  type LeaseRecords,
  ok,
  type Result,
  type SiteId,
} from "@hostelry/core/adapter";
import { type Columns, flag, integer, optionalText, type Row, selectList, text, time } from "../database/columns.ts";
import type { Session } from "../database/session.ts";
import { leaseLost, onlyRow, siteNotFound, unknownOutcome } from "./outcome.ts";

const columns: Columns = { id: "text", fencing_token: "integer", lease_holder: "text", lease_expires_at: "time" };

const formerColumns: Columns = { former_holder: "text", former_token: "integer", former_expired_at: "time" };

const longestTtlMs = 3_600_000;

/** Leases, on the rows of their sites. */
export function leaseRecords(session: Session): LeaseRecords {
  const { schema } = session;
  const result = selectList(columns, "(f.result)");

  return {
    acquireLease: ({ siteId, holder, ttlMs }, options) =>
      flow(async function* () {
        const ttl = yield* leaseTime(ttlMs);
        const rows = yield* session.write(
          "acquireLease",
          (bind) => `select f.outcome, ${result}, ${selectList(formerColumns, "f")} from ${schema}.take_lease(
            ${bind.text(siteId, "siteId")}, ${bind.text(holder, "holder")}, ${bind.integer(ttl, "ttlMs")}) f`,
          options,
        );
        const row = onlyRow(rows);
        const outcome = text(row, "outcome");
        if (outcome === "site_not_found") return err(siteNotFound(siteId));
        if (outcome === "held") return err(leaseHeld(readLease(row)));
        if (outcome === "done") return ok({ ...readLease(row), ...readFormerHolder(row) });
        throw unknownOutcome(outcome);
      }),

    renewLease: ({ siteId, fencingToken, ttlMs }, options) =>
      flow(async function* () {
        const ttl = yield* leaseTime(ttlMs);
        const rows = yield* session.write(
          "renewLease",
          (bind) => `select f.outcome, ${result} from ${schema}.renew_lease(
            ${bind.text(siteId, "siteId")}, ${bind.integer(fencingToken, "fencingToken")}, ${bind.integer(ttl, "ttlMs")}) f`,
          options,
        );
        const row = onlyRow(rows);
        const outcome = text(row, "outcome");
        if (outcome === "lease_lost") return err(leaseLost(siteId, fencingToken));
        if (outcome === "done") return ok(readLease(row));
        throw unknownOutcome(outcome);
      }),

    releaseLease: ({ siteId, fencingToken }, options) =>
      flow(async function* () {
        const rows = yield* session.write(
          "releaseLease",
          (bind) => `select f.released::text as released from ${schema}.release_lease(
            ${bind.text(siteId, "siteId")}, ${bind.integer(fencingToken, "fencingToken")}) f`,
          options,
        );
        return ok({ released: flag(onlyRow(rows), "released") });
      }),
  };
}

function leaseTime(ttlMs: number): Result<number, HostingErrorOf<"INVALID_INPUT">> {
  if (Number.isInteger(ttlMs) && ttlMs >= 1 && ttlMs <= longestTtlMs) return ok(ttlMs);
  const problem = `not a whole number of milliseconds from 1 to ${longestTtlMs}`;
  return err(hostingError("INVALID_INPUT", `A lease lasts 1 to ${longestTtlMs} ms.`, { field: "ttlMs", problem }));
}

function leaseHeld({ siteId, holder, expiresAt }: Lease): HostingErrorOf<"LEASE_HELD"> {
  const until = expiresAt.toISOString();
  return hostingError("LEASE_HELD", `${siteId} is held by ${holder} until ${until}.`, {
    siteId,
    holder,
    expiresAt: until,
  });
}

function readFormerHolder(row: Row): Pick<Lease, "takenFrom"> {
  const holder = optionalText(row, "former_holder");
  if (holder === undefined) return {};
  const fencingToken = integer(row, "former_token");
  return { takenFrom: { holder, fencingToken, expiredAt: time(row, "former_expired_at") } };
}

function readLease(row: Row): Lease {
  return {
    siteId: text(row, "id") as SiteId,
    holder: text(row, "lease_holder"),
    fencingToken: integer(row, "fencing_token"),
    expiresAt: time(row, "lease_expires_at"),
  };
}
