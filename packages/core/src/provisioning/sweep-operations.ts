import { hasCode } from "../errors/index.ts";
import type { CallOptions } from "../ports/call-options.ts";
import type { ResourceSecrets } from "../ports/resource-provider.ts";
import type { StoreError } from "../ports/store/index.ts";
import { flow, ok, type ResultAsync } from "../result/index.ts";
import { byPlace } from "./by-place.ts";
import type { Operation } from "./operation.ts";
import type { ProvisioningPorts } from "./provisioning-ports.ts";
import type { ResourcePlace } from "./resource.ts";
import { type RunOperationError, runOperation } from "./run-operation.ts";

/** Options of `provisioning.sweep`. */
export interface SweepOperationsOptions extends CallOptions {
  /** One place only. Default: all. */
  readonly place?: ResourcePlace | undefined;
  /** Take up no more than so many. 1 to 1000; default 1000. */
  readonly highest?: number | undefined;
  /** Places worked at side by side. Default: the policy's `placeConcurrency`. */
  readonly concurrency?: number | undefined;
  /** Secrets for every operation of this sweep. Default: what `secretsOf` gives for each. */
  readonly secrets?: ResourceSecrets | undefined;
}

/** What became of operations in a sweep. */
export interface SweptOperations {
  /** Those that were worked on, as they are now: `active`, `deleted`, `failed`, or waiting with a reason. */
  readonly worked: readonly Operation[];
  /** Those that another process was faster with, or that were not begun. */
  readonly skipped: readonly Operation[];
  /** Those that could not be worked on, and stay due. */
  readonly broken: readonly { readonly operation: Operation; readonly error: RunOperationError }[];
}

/**
 * Takes up every operation that is due and that nobody has: what was asked for, what has waited long enough, and what a dead process left.
 * Side by side over places, one after the other at a place that is serial. To be called from time to time, by any number of processes.
 */
export function sweepOperations(
  ports: ProvisioningPorts,
  options: SweepOperationsOptions = {},
): ResultAsync<SweptOperations, StoreError> {
  const { signal, place, highest = 1000, secrets } = options;
  return flow(async function* () {
    const due = yield* ports.store.listDueOperations({ now: ports.clock.now(), limit: highest, place }, { signal });
    const outcomes = await byPlace(ports, due, options, ({ id }, own) =>
      runOperation(ports, id, { signal: own, secrets }),
    );
    const worked: Operation[] = [];
    const skipped: Operation[] = [];
    const broken: { readonly operation: Operation; readonly error: RunOperationError }[] = [];
    for (const operation of due) {
      const outcome = outcomes.get(operation);
      if (outcome === undefined) skipped.push(operation);
      else if (outcome.isOk()) worked.push(outcome.value);
      else if (hasCode(outcome.error, "OPERATION_HELD", "OPERATION_NOT_FOUND")) skipped.push(operation);
      else broken.push({ operation, error: outcome.error });
    }
    return ok({ worked, skipped, broken });
  });
}
