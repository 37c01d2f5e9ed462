import { hasCode } from "../errors/index.ts";
import type { ActingOptions, Page } from "../ports/call-options.ts";
import type { ResourceError, ResourceObservation, ResourceStep } from "../ports/resource-provider.ts";
import type { StoreError } from "../ports/store/index.ts";
import { flow, ok, type ResultAsync } from "../result/index.ts";
import { byPlace } from "./by-place.ts";
import type { Operation } from "./operation.ts";
import type { ProvisioningPorts } from "./provisioning-ports.ts";
import { reachedFacts } from "./pursue-goal.ts";
import { type MoveOperationError, wishOperation } from "./request-operation.ts";
import type { ResourceKind, ResourcePlace } from "./resource.ts";

/** Options of `provisioning.reconcile`. */
export interface ReconcileResourcesOptions extends ActingOptions {
  readonly place?: ResourcePlace | undefined;
  readonly kind?: ResourceKind | undefined;
  /**
   * `report`: says what has drifted, and what would be done. `safe`: begins the repair of what needs no destructive step. `all`: of
   * everything there is a plan for. Default `report`. What is begun is done by `sweep`, `run` or the runner.
   */
  readonly repair?: "all" | "report" | "safe" | undefined;
  /** Places looked at side by side. Default: the policy's `placeConcurrency`. */
  readonly concurrency?: number | undefined;
}

/** A resource that is not as it should be. */
export interface DriftedResource {
  /** As it is recorded; after its repair was begun, as it is then. */
  readonly operation: Operation;
  readonly observation: ResourceObservation;
  /** What would be done, or is begun; none where `refusal` says why. */
  readonly steps: readonly ResourceStep[];
  /** Why there is no plan. */
  readonly refusal?: ResourceError | undefined;
  /** Its repair has begun. */
  readonly repaired: boolean;
}

/** What a reconciliation found. */
export interface ReconciledResources {
  /** How many were looked at and are in order. */
  readonly inOrder: number;
  readonly drifted: readonly DriftedResource[];
  /** Those that could not be looked at: nothing is known of them. */
  readonly unknown: readonly { readonly operation: Operation; readonly error: ResourceError }[];
}

/**
 * Looks at everything that is recorded as `active`, says what is not there any more or not as desired, and with what steps that would be
 * mended; and begins that where the policy of the call lets it. A resource that somebody is working on is left alone.
 */
export function reconcileResources(
  ports: ProvisioningPorts,
  options: ReconcileResourcesOptions = {},
): ResultAsync<ReconciledResources, StoreError> {
  const { signal, place, kind } = options;
  return flow(async function* () {
    let inOrder = 0;
    const drifted: DriftedResource[] = [];
    const unknown: { readonly operation: Operation; readonly error: ResourceError }[] = [];
    let after: string | undefined;
    do {
      const request = { place, kind, state: "active", after, limit: 500 } as const;
      const page: Page<Operation> = yield* ports.store.listOperations(request, { signal });
      const outcomes = await byPlace(ports, page.items, options, (operation, own) =>
        look(ports, operation, { ...options, signal: own }),
      );
      for (const operation of page.items) {
        const outcome = outcomes.get(operation);
        if (outcome === undefined) continue;
        if (outcome.isErr()) unknown.push({ operation, error: outcome.error });
        else if (outcome.value === undefined) inOrder += 1;
        else drifted.push(outcome.value);
      }
      after = page.next;
    } while (after !== undefined);
    return ok({ inOrder, drifted, unknown });
  });
}

/** `undefined`: in order. */
function look(
  ports: ProvisioningPorts,
  operation: Operation,
  options: ReconcileResourcesOptions,
): ResultAsync<DriftedResource | undefined, ResourceError> {
  const { signal, actor, repair = "report" } = options;
  return flow(async function* () {
    const provider = yield* ports.providerOf(operation);
    const observation = yield* provider.observe(operation, { signal });
    if (reachedFacts("present", observation) !== undefined) return ok(undefined);
    const allows = { repair: operation.allows.includes("repair"), replace: operation.allows.includes("replace") };
    const planned = provider.plan({ resource: operation, goal: "present", observation, ...allows });
    if (planned.isErr()) return ok({ operation, observation, steps: [], refusal: planned.error, repaired: false });
    const steps = planned.value;
    const isSafe = steps.every(({ effect }) => effect !== "destructive");
    if (repair === "report" || (repair === "safe" && !isSafe)) {
      return ok({ operation, observation, steps, repaired: false });
    }
    const begun = await wishOperation(ports, operation.id, "drift", {
      signal,
      actor,
      expectVersion: operation.version,
    });
    if (begun.isOk()) return ok({ operation: begun.value, observation, steps, repaired: true });
    // Somebody wanted something else in between; what was seen may be of the way there.
    if (isOvertaken(begun.error)) return ok(undefined);
    return begun.map(() => undefined);
  });
}

function isOvertaken(error: MoveOperationError): boolean {
  return hasCode(error, "STORE_CONFLICT", "OPERATION_TRANSITION_INVALID", "OPERATION_NOT_FOUND");
}
