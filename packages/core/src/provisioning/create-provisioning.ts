import type { ActingOptions, AdapterError, CallOptions, Page } from "../ports/call-options.ts";
import type { ListOperations, OperationActError } from "../ports/operation-store.ts";
import type { StoreError } from "../ports/store/index.ts";
import { flow, ok, type ResultAsync } from "../result/index.ts";
import { awaitOperation, type FollowOperationsRequest, followOperations } from "./follow-operation.ts";
import { type LookAhead, type LookAheadError, lookAhead } from "./look-ahead.ts";
import type { Operation, OperationEvent, OperationId, OperationStep } from "./operation.ts";
import { type PlanResourceError, type PlanResourceOptions, planResource, type ResourcePlan } from "./plan-resource.ts";
import { type ProvisioningOptions, provisioningPorts } from "./provisioning-ports.ts";
import { type ReconciledResources, type ReconcileResourcesOptions, reconcileResources } from "./reconcile-resources.ts";
import {
  cancelOperation,
  type MoveOperationError,
  type RequestOperationError,
  requestOperation,
  type WishOptions,
  wishOperation,
} from "./request-operation.ts";
import type { Resource, ResourceAddress } from "./resource.ts";
import { type RunOperationError, type RunOperationOptions, runOperation } from "./run-operation.ts";
import { startRunner } from "./start-runner.ts";
import { type SweepOperationsOptions, type SweptOperations, sweepOperations } from "./sweep-operations.ts";

/** The use-cases of making resources exist, keeping them as they are wanted, and taking them away. */
export interface Provisioning {
  /** Writes down that a resource is wanted; answers at once with the operation to follow. */
  request(resource: Resource, options?: WishOptions): ResultAsync<Operation, AdapterError | RequestOperationError>;
  /** Looks what there is of a resource and says what would be done; changes nothing. */
  plan(resource: Resource, options?: PlanResourceOptions): ResultAsync<ResourcePlan, PlanResourceError>;
  /** Looks, without a claim, for what nobody has begun to make; for the next `run`, while something else is done at that place. */
  lookAhead(operationId: OperationId, options?: CallOptions): ResultAsync<LookAhead | undefined, LookAheadError>;
  /** Works on an operation until it is done, given up, or has to wait. */
  run(operationId: OperationId, options?: RunOperationOptions): ResultAsync<Operation, RunOperationError>;
  /** Writes down that a resource is to go. */
  remove(operationId: OperationId, options?: WishOptions): ResultAsync<Operation, MoveOperationError>;
  /** Begins anew what has failed, towards the goal it had. */
  retry(operationId: OperationId, options?: WishOptions): ResultAsync<Operation, MoveOperationError>;
  /** Stops an operation: `failed`, with reason `OPERATION_CANCELLED`. What was done stays done. */
  cancel(operationId: OperationId, options?: ActingOptions): ResultAsync<Operation, MoveOperationError>;
  /** Tells what happens, event by event, until nothing is left to be done. */
  follow(request?: FollowOperationsRequest): AsyncGenerator<OperationEvent, void, undefined>;
  /** Waits until nothing is left to be done about an operation. */
  settled(operationId: OperationId, options?: CallOptions): ResultAsync<Operation, OperationActError>;
  /** Works on everything that is due. */
  sweep(options?: SweepOperationsOptions): ResultAsync<SweptOperations, StoreError>;
  /** Finds what is not as it is recorded, and begins to mend it as far as the call lets it. */
  reconcile(options?: ReconcileResourcesOptions): ResultAsync<ReconciledResources, StoreError>;
  /** Has the runner bring operations to this process, until `stop`. Without a runner: `INVALID_INPUT`. */
  start(options?: CallOptions): ResultAsync<void, StoreError>;
  /** Ends what `start` began: waits for what is under way, and stops it after `graceMs` (default 10,000). */
  stop(options?: CallOptions & { readonly graceMs?: number | undefined }): ResultAsync<void, AdapterError>;
  /** Reads an operation. */
  get(operationId: OperationId, options?: CallOptions): ResultAsync<Operation, OperationActError>;
  /** The operation of an address that is not deleted, or `undefined`. */
  find(address: ResourceAddress, options?: CallOptions): ResultAsync<Operation | undefined, StoreError>;
  /** Lists operations, oldest first. */
  list(request?: ListOperations, options?: CallOptions): ResultAsync<Page<Operation>, StoreError>;
  /** The ledger of an operation: what was begun, and how it ended. */
  steps(operationId: OperationId, options?: CallOptions): ResultAsync<readonly OperationStep[], StoreError>;
  /** Forgets what was deleted before a time, at most a thousand. */
  forgetDeleted(
    request: { readonly deletedBefore: Date },
    options?: CallOptions,
  ): ResultAsync<{ readonly removed: number }, StoreError>;
}

/** Composes the use-cases of provisioning. */
export function createProvisioning(options: ProvisioningOptions): Provisioning {
  const ports = provisioningPorts(options);
  const { store } = ports;
  const runner = startRunner(ports);
  return {
    request: (resource, wish) => requestOperation(ports, resource, wish),
    plan: (resource, planning) => planResource(ports, resource, planning),
    lookAhead: (operationId, call) => lookAhead(ports, operationId, call),
    run: (operationId, running) => runOperation(ports, operationId, running),
    remove: (operationId, wish) => wishOperation(ports, operationId, "remove", wish),
    retry: (operationId, wish) => wishOperation(ports, operationId, "retry", wish),
    cancel: (operationId, acting) => cancelOperation(ports, operationId, acting),
    follow: (request) => followOperations(ports, request),
    settled: (operationId, call) => awaitOperation(ports, operationId, call),
    sweep: (sweeping) => sweepOperations(ports, sweeping),
    reconcile: (reconciling) => reconcileResources(ports, reconciling),
    start: (call) => runner.start(call),
    stop: (stopping) => runner.stop(stopping),
    get: (operationId, call) => store.getOperation(operationId, call),
    find: ({ kind, place, key }, call) =>
      flow(async function* () {
        let after: string | undefined;
        do {
          const page: Page<Operation> = yield* store.listOperations({ kind, place, key, after, limit: 1000 }, call);
          const living = page.items.find(({ state }) => state !== "deleted");
          if (living !== undefined) return ok(living);
          after = page.next;
        } while (after !== undefined);
        return ok(undefined);
      }),
    list: (request, call) => store.listOperations(request, call),
    steps: (operationId, call) => store.listSteps(operationId, call),
    forgetDeleted: ({ deletedBefore }, call) => store.forgetDeleted({ deletedBefore, highest: 1000 }, call),
  };
}
