import type { HostingErrorOf } from "../errors/index.ts";
import type { CallOptions } from "../ports/call-options.ts";
import type { OperationActError } from "../ports/operation-store.ts";
import type { ResourceError } from "../ports/resource-provider.ts";
import { flow, ok, type ResultAsync } from "../result/index.ts";
import type { Operation, OperationId } from "./operation.ts";
import type { ProvisioningPorts } from "./provisioning-ports.ts";

/** That nothing of a resource was there, seen before anybody had begun to make it. */
export interface LookAhead {
  readonly operationId: OperationId;
  /** The wish that it was looked for. */
  readonly round: number;
  /** When the look began. */
  readonly at: Date;
}

/** Errors of `provisioning.lookAhead`. */
export type LookAheadError = HostingErrorOf<"RESOURCE_PROVIDER_MISSING"> | OperationActError | ResourceError;

/** A look that was taken ahead is believed for so long. */
const believedForMs = 60_000;

/**
 * Looks for a resource that nobody has begun with, without a claim: while something else is done at its place. `run` does without its first look
 * then. Answers `undefined` where a look must not be taken ahead: somebody has begun, or something is there already, which work on
 * another resource may have a part in.
 */
export function lookAhead(
  { store, clock, providerOf }: Pick<ProvisioningPorts, "clock" | "providerOf" | "store">,
  operationId: OperationId,
  { signal }: CallOptions = {},
): ResultAsync<LookAhead | undefined, LookAheadError> {
  return flow(async function* () {
    const operation = yield* store.getOperation(operationId, { signal });
    if (operation.state !== "pending" || operation.epoch > 0) return ok(undefined);
    const provider = yield* providerOf(operation);
    const at = clock.now();
    const { status } = yield* provider.observe(operation, { signal });
    return ok(status === "absent" ? { operationId, round: operation.round, at } : undefined);
  });
}

/**
 * Whether a look still tells what there is to whoever has just claimed the operation. The first claim of all: nobody of ours has been at this
 * resource since.
 */
export function stillHolds(look: LookAhead | undefined, { id, round, epoch }: Operation, now: Date): boolean {
  if (look === undefined || look.operationId !== id || look.round !== round || epoch !== 1) return false;
  return now.getTime() - look.at.getTime() <= believedForMs;
}
