import {
  type CallOptions,
  flow,
  type OperationId,
  ok,
  type ResultAsync,
  type StoreError,
} from "@hostelry/core/adapter";
import { flag } from "../database/columns.ts";
import type { Session } from "../database/session.ts";
import { onlyRow } from "./outcome.ts";

/** What is rung when there is an event. */
export const operationsTopic = "operations";

/** Without a ring, one who waits looks this often. */
const pollMs = 1000;

interface EventWait {
  readonly after: number;
  readonly waitMs: number;
  readonly operationId?: OperationId | undefined;
}

/** Waits for an event: for its ring, and without one, second by second. */
export function awaitOperationEvent(
  session: Session,
  { after, waitMs, operationId }: EventWait,
  options: CallOptions | undefined,
): ResultAsync<{ readonly more: boolean }, StoreError> {
  return flow(async function* () {
    const overAt = performance.now() + waitMs;
    // Begun before the first look: what is written after it rings.
    const waiting = session.bell.wait(operationsTopic);
    try {
      for (;;) {
        const more = yield* look(session, after, operationId, options);
        const leftMs = overAt - performance.now();
        if (more || leftMs <= 0) return ok({ more });
        await waiting.rungWithin(Math.min(leftMs, pollMs), options?.signal);
      }
    } finally {
      waiting.leave();
    }
  });
}

function look(
  session: Session,
  after: number,
  operationId: OperationId | undefined,
  options: CallOptions | undefined,
): ResultAsync<boolean, StoreError> {
  return session
    .read(
      "awaitEvent",
      (bind) => `select exists (select from ${session.schema}.operation_event
        where operation_event.sequence > ${bind.integer(after, "after")}
        ${operationId === undefined ? "" : `and operation_event.operation_id = ${bind.text(operationId, "operationId")}`})::text as more`,
      options,
    )
    .map((rows) => flag(onlyRow(rows), "more"));
}
