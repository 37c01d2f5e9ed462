import { nextOperationState, type Operation, type SettleOperation } from "@hostelry/core/adapter";
import type { MemoryOperations } from "./memory-operations.ts";
import { put } from "./operation-acts.ts";

/** An operation after the work of a claim, which is given back. */
export function settled(records: MemoryOperations, operation: Operation, request: SettleOperation): Operation {
  const { now } = request;
  const state = nextOperationState(operation, request.move) ?? operation.state;
  const since = state === operation.state ? operation.stateSince : now;
  records.claims.delete(operation.id);
  const changed = { state, stateSince: since };
  switch (request.move) {
    case "finish": {
      const kind = state === "deleted" ? "deleted" : "active";
      const facts = { ...changed, facts: request.facts, attempts: 0, reason: undefined, dueAt: undefined };
      return put(records, operation, facts, { kind, at: now });
    }
    case "fail": {
      const { reason, attempts } = request;
      const facts = { ...changed, reason, attempts, dueAt: undefined };
      return put(records, operation, facts, { kind: "failed", at: now, reason });
    }
    case "wait": {
      const { reason, attempts, dueAt } = request;
      return put(records, operation, { ...changed, reason, attempts, dueAt }, { kind: "waiting", at: now, reason });
    }
  }
}
