import type { Operation, OperationEventKind, OperationNotice } from "./operation.ts";

/** What a listener is told of an operation. */
export function operationNotice(
  { id: operationId, state, round, epoch, actor }: Operation,
  kind: OperationEventKind,
  at: Date,
  told: Pick<OperationNotice, "reason" | "step"> = {},
): OperationNotice {
  const { step, reason } = told;
  return {
    operationId,
    kind,
    state,
    round,
    epoch,
    at,
    actor,
    ...(step === undefined ? {} : { step }),
    ...(reason === undefined ? {} : { reason }),
  };
}
