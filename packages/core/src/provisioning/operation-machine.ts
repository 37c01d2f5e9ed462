import type { Operation, OperationState } from "./operation.ts";

/** What can happen to an operation. */
export type OperationMove =
  /** It is wanted: anew, differently, or again after a failure. */
  | "request"
  /** A holder has claimed it. */
  | "begin"
  /** An observation showed that the goal is reached. */
  | "finish"
  /** It came to nothing for now, and is due again later. */
  | "wait"
  /** It came to nothing for good. */
  | "fail"
  /** Somebody stops it. */
  | "cancel"
  /** Somebody wants another try. */
  | "retry"
  /** It is there no more, or not as desired, and is to be repaired. */
  | "drift"
  /** It is to go. */
  | "remove";

/** All of them. */
export const operationMoves: readonly OperationMove[] = [
  "request",
  "begin",
  "finish",
  "wait",
  "fail",
  "cancel",
  "retry",
  "drift",
  "remove",
];

/** Moves that are a new wish, hence a new round. `cancel` is none: it ends a round. */
export type OperationWish = "drift" | "remove" | "retry";

/**
 * Every move there is; what is not here is refused with `OPERATION_TRANSITION_INVALID`. A retry of what failed while it was being taken away
 * goes on with that: {@link nextOperationState}. What is deleted stays so; a new wish for its address is a new operation.
 */
export const operationTransitions: {
  readonly [S in OperationState]: { readonly [M in OperationMove]?: OperationState };
} = {
  pending: { request: "pending", begin: "provisioning", cancel: "failed", remove: "deleting" },
  provisioning: {
    request: "pending",
    begin: "provisioning",
    finish: "active",
    wait: "provisioning",
    fail: "failed",
    cancel: "failed",
    remove: "deleting",
  },
  active: { request: "pending", drift: "pending", remove: "deleting" },
  failed: { request: "pending", retry: "pending", remove: "deleting" },
  deleting: {
    begin: "deleting",
    finish: "deleted",
    wait: "deleting",
    fail: "failed",
    cancel: "failed",
    remove: "deleting",
  },
  deleted: {},
};

/** Where a move leads, or `undefined` when the table has no such move. */
export function nextOperationState(
  { state, goal }: Pick<Operation, "goal" | "state">,
  move: OperationMove,
): OperationState | undefined {
  const next = operationTransitions[state][move];
  return move === "retry" && next !== undefined && goal === "absent" ? "deleting" : next;
}

/** The states from which a move leads anywhere. */
export function statesBefore(move: OperationMove): readonly OperationState[] {
  const all = Object.entries(operationTransitions) as [
    OperationState,
    { readonly [M in OperationMove]?: OperationState },
  ][];
  return all.flatMap(([state, moves]) => (moves[move] === undefined ? [] : [state]));
}
