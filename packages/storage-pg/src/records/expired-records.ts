import {
  type ExpiredCount,
  type ExpiredRecords,
  err,
  flow,
  type HostingErrorOf,
  hostingError,
  ok,
  type Result,
} from "@hostelry/core/adapter";
import { integer, type Row } from "../database/columns.ts";
import type { Session } from "../database/session.ts";
import { onlyRow } from "./outcome.ts";

const highestLimit = 1000;

/** Records that may be removed, in a schema. */
export function expiredRecords(session: Session): ExpiredRecords {
  const { schema } = session;
  const counts = "f.previews::text as previews, f.keys::text as keys";

  return {
    countExpired: ({ previewsClosedBefore }, options) =>
      flow(async function* () {
        const rows = yield* session.read(
          "countExpired",
          (bind) =>
            `select ${counts} from ${schema}.count_expired(${bind.time(previewsClosedBefore, "previewsClosedBefore")}) f`,
          options,
        );
        return ok(readCount(onlyRow(rows)));
      }),

    removeExpired: ({ previewsClosedBefore, limit }, options) =>
      flow(async function* () {
        const highest = yield* checkLimit(limit);
        const rows = yield* session.write(
          "removeExpired",
          (bind) => `select ${counts} from ${schema}.remove_expired(
            ${bind.time(previewsClosedBefore, "previewsClosedBefore")}, ${bind.integer(highest, "limit")}) f`,
          options,
        );
        return ok(readCount(onlyRow(rows)));
      }),
  };
}

function checkLimit(limit: number): Result<number, HostingErrorOf<"INVALID_INPUT">> {
  if (Number.isInteger(limit) && limit >= 1 && limit <= highestLimit) return ok(limit);
  const problem = `not a whole number from 1 to ${highestLimit}`;
  return err(hostingError("INVALID_INPUT", `The limit is ${problem}.`, { field: "limit", problem }));
}

function readCount(row: Row): ExpiredCount {
  return { previews: integer(row, "previews"), idempotencyKeys: integer(row, "keys") };
}
