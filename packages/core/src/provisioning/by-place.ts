import { allSettled, ok, type Result, ResultAsync } from "../result/index.ts";
import type { Operation } from "./operation.ts";
import type { ProvisioningPorts } from "./provisioning-ports.ts";

/** Options of work on many operations. */
export interface ByPlaceOptions {
  /** Places worked at side by side. Default: the policy's `placeConcurrency`. */
  readonly concurrency?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Does something with operations, side by side over places; at each place one after the other where a provider is serial, and bounded
 * otherwise. Gives what came of each, in their order; `undefined` for those that were not begun.
 */
export async function byPlace<T, E>(
  ports: Pick<ProvisioningPorts, "policy" | "providerOf">,
  operations: readonly Operation[],
  { concurrency = ports.policy.placeConcurrency, signal }: ByPlaceOptions,
  act: (operation: Operation, signal: AbortSignal) => ResultAsync<T, E>,
): Promise<ReadonlyMap<Operation, Result<T, E>>> {
  const outcomes = new Map<Operation, Result<T, E>>();
  const places = groupByPlace(operations);
  const atPlaces = [...places.values()].map((there) => (placeSignal: AbortSignal) => {
    const isSerial = there.some((operation) => isSerialAt(ports, operation));
    const jobs = there.map((operation) => (jobSignal: AbortSignal) => {
      const note = async (): Promise<Result<undefined, never>> => {
        outcomes.set(operation, await act(operation, jobSignal));
        return ok(undefined);
      };
      return new ResultAsync(note());
    });
    const atOnce = isSerial ? 1 : ports.policy.concurrencyPerPlace;
    return new ResultAsync<undefined, never>(
      allSettled(jobs, { concurrency: atOnce, signal: placeSignal }).then(() => ok(undefined)),
    );
  });
  await allSettled(atPlaces, { concurrency, signal });
  return outcomes;
}

function isSerialAt({ providerOf }: Pick<ProvisioningPorts, "providerOf">, operation: Operation): boolean {
  const provider = providerOf(operation);
  return provider.isOk() && provider.value.capabilities.serial;
}

function groupByPlace(operations: readonly Operation[]): ReadonlyMap<string, readonly Operation[]> {
  const places = new Map<string, Operation[]>();
  for (const operation of operations) {
    const there = places.get(operation.place);
    if (there === undefined) places.set(operation.place, [operation]);
    else there.push(operation);
  }
  return places;
}
