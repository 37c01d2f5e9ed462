import {
  err,
  flow,
  type HostingErrorOf,
  hostingError,
  type IdempotencyRecords,
  type JsonValue,
  ok,
  type Result,
} from "@hostelry/core/adapter";
import {
  type Columns,
  flag,
  integer,
  optionalJson,
  optionalText,
  optionalTime,
  type Row,
  selectList,
  text,
} from "../database/columns.ts";
import type { Session } from "../database/session.ts";
import { onlyRow, unknownOutcome } from "./outcome.ts";

const columns: Columns = {
  operation: "text",
  seed: "text",
  attempt: "integer",
  holder: "text",
  lease_expires_at: "time",
  note: "json",
  result: "json",
};

const longestLeaseMs = 3_600_000;
const longestKeepMs = 31_536_000_000;
const longestNote = 65_536;

/** Idempotency keys, in a schema. */
export function idempotencyRecords(session: Session): IdempotencyRecords {
  const { schema } = session;
  const result = selectList(columns, "(f.result)");

  return {
    beginIdempotent: ({ keyHash, operation, fingerprint, holder, seed, leaseMs, keepMs }, options) =>
      flow(async function* () {
        const lease = yield* wholeNumber(leaseMs, "leaseMs", longestLeaseMs);
        const keep = yield* wholeNumber(keepMs, "keepMs", longestKeepMs);
        const rows = yield* session.write(
          "beginIdempotent",
          (bind) => `select f.outcome, f.resumed::text as resumed, ${result} from ${schema}.begin_idempotent(
            ${bind.text(keyHash, "keyHash")}, ${bind.text(operation, "operation")},
            ${bind.text(fingerprint, "fingerprint")}, ${bind.text(holder, "holder")}, ${bind.text(seed, "seed")},
            ${bind.integer(lease, "leaseMs")}, ${bind.integer(keep, "keepMs")}) f`,
          options,
        );
        const row = onlyRow(rows);
        const outcome = text(row, "outcome");
        if (outcome === "conflict") return err(keyConflict(operation, text(row, "operation")));
        if (outcome === "in_progress") return err(inProgress(row));
        if (outcome === "finished") {
          return ok({ state: "finished" as const, seed: text(row, "seed"), result: recordedResult(row) });
        }
        if (outcome !== "started") throw unknownOutcome(outcome);
        const note = optionalJson<JsonValue>(row, "note");
        return ok({
          state: "started" as const,
          attempt: integer(row, "attempt"),
          resumed: flag(row, "resumed"),
          seed: text(row, "seed"),
          ...(note === undefined ? {} : { note }),
        });
      }),

    renewIdempotent: ({ keyHash, attempt, leaseMs }, options) =>
      flow(async function* () {
        const lease = yield* wholeNumber(leaseMs, "leaseMs", longestLeaseMs);
        const rows = yield* session.write(
          "renewIdempotent",
          (bind) => `select f.renewed::text as renewed from ${schema}.renew_idempotent(
            ${bind.text(keyHash, "keyHash")}, ${bind.integer(attempt, "attempt")}, ${bind.integer(lease, "leaseMs")}) f`,
          options,
        );
        return ok({ renewed: flag(onlyRow(rows), "renewed") });
      }),

    noteIdempotent: ({ keyHash, attempt, note }, options) =>
      flow(async function* () {
        yield* shortEnough(note);
        const rows = yield* session.write(
          "noteIdempotent",
          (bind) => `select f.outcome, ${result} from ${schema}.note_idempotent(
            ${bind.text(keyHash, "keyHash")}, ${bind.integer(attempt, "attempt")}, ${bind.json(note)}) f`,
          options,
        );
        const row = onlyRow(rows);
        return text(row, "outcome") === "done" ? ok(undefined) : err(inProgress(row));
      }),

    completeIdempotent: ({ keyHash, attempt, result: given, keepMs }, options) =>
      flow(async function* () {
        const keep = yield* wholeNumber(keepMs, "keepMs", longestKeepMs);
        const rows = yield* session.write(
          "completeIdempotent",
          (bind) => `select f.outcome, ${result} from ${schema}.complete_idempotent(
            ${bind.text(keyHash, "keyHash")}, ${bind.integer(attempt, "attempt")}, ${bind.json(given)},
            ${bind.integer(keep, "keepMs")}) f`,
          options,
        );
        const row = onlyRow(rows);
        const outcome = text(row, "outcome");
        if (outcome === "absent") return ok({ result: given });
        if (outcome === "taken") return err(inProgress(row));
        if (outcome === "done") return ok({ result: recordedResult(row) });
        throw unknownOutcome(outcome);
      }),

    endIdempotent: ({ keyHash, attempt }, options) =>
      flow(async function* () {
        const rows = yield* session.write(
          "endIdempotent",
          (bind) => `select f.ended::text as ended from ${schema}.end_idempotent(
            ${bind.text(keyHash, "keyHash")}, ${bind.integer(attempt, "attempt")}) f`,
          options,
        );
        return ok({ ended: flag(onlyRow(rows), "ended") });
      }),
  };
}

/** Only read where the column is not null; the JSON value `null` is a result as well. */
function recordedResult(row: Row): JsonValue {
  return JSON.parse(text(row, "result")) as JsonValue;
}

function shortEnough(note: JsonValue): Result<void, HostingErrorOf<"INVALID_INPUT">> {
  if (JSON.stringify(note).length <= longestNote) return ok(undefined);
  const problem = `longer than ${longestNote} characters of JSON`;
  return err(hostingError("INVALID_INPUT", `A note is ${problem}.`, { field: "note", problem }));
}

function wholeNumber(value: number, field: string, most: number): Result<number, HostingErrorOf<"INVALID_INPUT">> {
  if (Number.isInteger(value) && value >= 1 && value <= most) return ok(value);
  const problem = `not a whole number of milliseconds from 1 to ${most}`;
  return err(hostingError("INVALID_INPUT", `${field} is ${problem}.`, { field, problem }));
}

function keyConflict(operation: string, usedFor: string): HostingErrorOf<"IDEMPOTENCY_CONFLICT"> {
  return hostingError("IDEMPOTENCY_CONFLICT", `This key belongs to another request (${usedFor}).`, {
    operation,
    usedFor,
  });
}

/** A key that is gone has no row: then nobody holds it, and the attempt that asks has no right to it either. */
function inProgress(row: Row): HostingErrorOf<"IDEMPOTENCY_IN_PROGRESS"> {
  const operation = optionalText(row, "operation") ?? "unknown";
  const holder = optionalText(row, "holder") ?? "nobody";
  const expiresAt = (optionalTime(row, "lease_expires_at") ?? new Date()).toISOString();
  const message = `${holder} is at work on this ${operation} until ${expiresAt} at least.`;
  return hostingError("IDEMPOTENCY_IN_PROGRESS", message, { operation, holder, expiresAt });
}
