import {
  err,
  type HostingErrorOf,
  type MoveOperation,
  nextOperationState,
  type Operation,
  type OperationEventKind,
  ok,
  operationTransitionInvalid,
  type Result,
} from "@hostelry/core/adapter";
import { conflict } from "../store/store-context.ts";
import type { MemoryOperations } from "./memory-operations.ts";
import { known, newRound, put } from "./operation-acts.ts";

const events: Readonly<Record<MoveOperation["move"], OperationEventKind>> = {
  cancel: "cancelled",
  drift: "drifted",
  remove: "deleting",
  retry: "requested",
};

/** An operation after a wish, or after its stop. */
export function moved(
  records: MemoryOperations,
  { operationId, move, expectVersion, allows, actor, now }: MoveOperation,
): Result<
  Operation,
  | HostingErrorOf<"OPERATION_NOT_FOUND">
  | HostingErrorOf<"OPERATION_TRANSITION_INVALID">
  | HostingErrorOf<"STORE_CONFLICT">
> {
  return known(records, operationId).andThen((operation) => {
    const { state, version } = operation;
    if (expectVersion !== undefined && expectVersion !== version) {
      return err(conflict(`operation ${operationId}`, `at version ${expectVersion}`, `at version ${version}`));
    }
    if (isDone(operation, move)) return ok(structuredClone(operation));
    const next = nextOperationState(operation, move);
    if (next === undefined) return err(operationTransitionInvalid(operationId, state, move));
    const event = { kind: events[move], at: now, actor };
    if (move === "cancel") {
      const reason = { code: "OPERATION_CANCELLED", message: `${actor} stopped it.` } as const;
      return ok(
        put(records, operation, { state: next, stateSince: now, reason, dueAt: undefined }, { ...event, reason }),
      );
    }
    const goal = move === "remove" ? "absent" : operation.goal;
    const facts = { ...newRound(operation, now), state: next, goal, actor, allows: allows ?? operation.allows };
    return ok(put(records, operation, facts, event));
  });
}

function isDone({ state }: Operation, move: MoveOperation["move"]): boolean {
  return (move === "remove" && state === "deleting") || (move === "cancel" && state === "failed");
}
