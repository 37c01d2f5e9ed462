import { type HostingErrorOf, hostingError } from "../errors/index.ts";
import type { Operation, OperationId, OperationState } from "./operation.ts";

/** `OPERATION_NOT_FOUND`. */
export function operationNotFound(operationId: OperationId): HostingErrorOf<"OPERATION_NOT_FOUND"> {
  return hostingError("OPERATION_NOT_FOUND", `There is no operation ${operationId}.`, { operationId });
}

/** `OPERATION_TRANSITION_INVALID`: what is wanted is not open from that state. */
export function operationTransitionInvalid(
  operationId: OperationId,
  state: OperationState,
  event: string,
): HostingErrorOf<"OPERATION_TRANSITION_INVALID"> {
  const message = `${operationId} is ${state}: it can't be asked to ${event}.`;
  return hostingError("OPERATION_TRANSITION_INVALID", message, { operationId, state, event });
}

/** `OPERATION_HELD`: it, or something else in the same lane, is being worked on. */
export function operationHeld(
  operationId: OperationId,
  holder: string,
  expiresAt: Date,
): HostingErrorOf<"OPERATION_HELD"> {
  const until = expiresAt.toISOString();
  const message = `${operationId} waits for ${holder}, who works on it or at the same place until ${until}.`;
  return hostingError("OPERATION_HELD", message, { operationId, holder, expiresAt: until });
}

const losses = {
  cancelled: "somebody stopped the operation",
  released: "it was given back",
  superseded: "something else is wanted by now",
  taken: "another holder has taken over",
} as const;

/**
 * `OPERATION_LOST`: a claim is over. `undefined` while it is not.
 *
 * @param holds whether the claim of the operation's epoch has not been given back.
 */
export function operationLost(
  operation: Pick<Operation, "epoch" | "id" | "round" | "state">,
  claim: { readonly epoch: number; readonly round: number },
  holds: boolean,
): HostingErrorOf<"OPERATION_LOST"> | undefined {
  const reason = lossOf(operation, claim, holds);
  if (reason === undefined) return undefined;
  const { epoch } = claim;
  const message = `Claim ${epoch} of ${operation.id} is over: ${losses[reason]}.`;
  return hostingError("OPERATION_LOST", message, { operationId: operation.id, epoch, reason });
}

function lossOf(
  { epoch, round, state }: Pick<Operation, "epoch" | "round" | "state">,
  claim: { readonly epoch: number; readonly round: number },
  holds: boolean,
): keyof typeof losses | undefined {
  if (epoch !== claim.epoch) return "taken";
  if (round !== claim.round) return "superseded";
  if (!holds) return "released";
  return state === "provisioning" || state === "deleting" ? undefined : "cancelled";
}
