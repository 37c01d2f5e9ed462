import { hasCode } from "../errors/index.ts";
import type { DeliveredOperation, DeliverOperation } from "../ports/operation-runner.ts";
import { type Operation, openOperationStates } from "./operation.ts";
import { laneOf, type ProvisioningPorts } from "./provisioning-ports.ts";
import { runOperation } from "./run-operation.ts";

/** Asks the runner, if there is one, to bring an operation. What it refuses is found by the next look at the store. */
export async function handToRunner(ports: ProvisioningPorts, operation: Operation): Promise<void> {
  if (ports.runner === undefined || operation.dueAt === undefined) return;
  const provider = ports.providerOf(operation);
  const lane = provider.isOk() ? laneOf(provider.value) : undefined;
  const request = { operationId: operation.id, key: lane ?? operation.id, notBefore: operation.dueAt };
  const handed = await ports.runner.submit(request);
  if (handed.isErr()) ports.onRunnerError(handed.error);
}

/** What a runner brings operations to. */
export function delivery(ports: ProvisioningPorts): DeliverOperation {
  const { clock, policy } = ports;
  const soon = (): DeliveredOperation => ({ again: new Date(clock.now().getTime() + policy.firstPauseMs) });
  return async (operationId, signal) => {
    const ran = await runOperation(ports, operationId, { signal });
    if (ran.isOk()) {
      const { state, dueAt } = ran.value;
      return openOperationStates.includes(state) && dueAt !== undefined ? { again: dueAt } : {};
    }
    if (hasCode(ran.error, "OPERATION_NOT_FOUND")) return {};
    if (!hasCode(ran.error, "OPERATION_HELD")) return soon();
    // Whoever has it may give it back long before that; then the next look at the store finds it.
    return { again: new Date(ran.error.details.expiresAt) };
  };
}
