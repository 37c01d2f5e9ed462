import { type HostingErrorOf, hostingError } from "../errors/index.ts";
import type { CallOptions } from "../ports/call-options.ts";
import type { Clock } from "../ports/clock.ts";
import type { OperationActError, OperationStore } from "../ports/operation-store.ts";
import { err, flow, ok, type ResultAsync } from "../result/index.ts";
import { type Operation, type OperationEvent, type OperationId, openOperationStates } from "./operation.ts";

/** What to follow. */
export interface FollowOperationsRequest extends CallOptions {
  /** One operation only. Default: all. */
  readonly operationId?: OperationId | undefined;
  /** The sequence of the last event that is known. Default 0: from the start. */
  readonly after?: number | undefined;
}

/** One wait for news; the store may answer earlier. */
const waitMs = 10_000;
const firstPauseMs = 100;
const longestPauseMs = 5000;
const batch = 500;

/**
 * Follows events for as long as the signal lets it: every one after the given sequence once, in order, without gap. Of one operation, ends with
 * the event that leaves nothing to be done (`active`, `failed`, `cancelled`, `deleted`), unless more has followed. What is retryable
 * is waited out.
 *
 * @throws HostingError what the store answers and repeating can't mend.
 */
export async function* followOperations(
  { store, clock }: { readonly store: Pick<OperationStore, "awaitEvent" | "listEvents">; readonly clock: Clock },
  { operationId, after = 0, signal }: FollowOperationsRequest = {},
): AsyncGenerator<OperationEvent, void, undefined> {
  let known = after;
  let isOver = false;
  let pauseMs = firstPauseMs;
  while (signal?.aborted !== true) {
    const listed = await store.listEvents({ after: known, limit: batch, operationId }, { signal });
    if (listed.isOk()) {
      for (const event of listed.value) {
        known = event.sequence;
        isOver = operationId !== undefined && !openOperationStates.includes(event.state);
        yield event;
      }
      pauseMs = firstPauseMs;
      if (isOver && listed.value.length < batch) return;
      if (listed.value.length > 0) continue;
    }
    const news = listed.isOk() ? await store.awaitEvent({ after: known, waitMs, operationId }, { signal }) : listed;
    if (news.isOk()) continue;
    if (signal?.aborted) return;
    if (!news.error.retryable) throw news.error;
    await clock.sleep(pauseMs, signal);
    pauseMs = Math.min(pauseMs * 2, longestPauseMs);
  }
}

/**
 * Waits until nothing is left to be done about an operation: `active`, `failed` or `deleted`. Somebody has to work on it meanwhile: a
 * runner, or whoever calls `run` or `sweep`.
 */
export function awaitOperation(
  ports: { readonly store: OperationStore; readonly clock: Clock },
  operationId: OperationId,
  { signal }: CallOptions = {},
): ResultAsync<Operation, HostingErrorOf<"ABORTED"> | OperationActError> {
  const { store } = ports;
  return flow(async function* () {
    for (;;) {
      // The newest event first, so that none is missed between the look and the wait.
      const newest = yield* newestEvent(store, operationId, signal);
      const operation = yield* store.getOperation(operationId, { signal });
      if (!openOperationStates.includes(operation.state)) return ok(operation);
      if (signal?.aborted) return err(hostingError("ABORTED", "The wait was ended.", { operation: "await" }));
      yield* store.awaitEvent({ after: newest, waitMs, operationId }, { signal });
    }
  });
}

function newestEvent(
  store: OperationStore,
  operationId: OperationId,
  signal: AbortSignal | undefined,
): ResultAsync<number, OperationActError> {
  return flow(async function* () {
    let newest = 0;
    for (;;) {
      const events = yield* store.listEvents({ after: newest, limit: 1000, operationId }, { signal });
      newest = events.at(-1)?.sequence ?? newest;
      if (events.length < 1000) return ok(newest);
    }
  });
}
