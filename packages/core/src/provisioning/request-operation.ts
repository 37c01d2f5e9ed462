import { type HostingErrorOf, hostingError } from "../errors/index.ts";
import { newId } from "../identity/identity.ts";
import type { ActingOptions, AdapterError } from "../ports/call-options.ts";
import type { OperationActError } from "../ports/operation-store.ts";
import type { StoreError } from "../ports/store/index.ts";
import { err, flow, ok, type Result, type ResultAsync } from "../result/index.ts";
import { handToRunner } from "./hand-to-runner.ts";
import type { Operation, OperationAllowance, OperationId } from "./operation.ts";
import { checkResourceAddress } from "./operation-limits.ts";
import type { OperationWish } from "./operation-machine.ts";
import { operationNotice } from "./operation-notice.ts";
import type { ProvisioningPorts } from "./provisioning-ports.ts";
import type { Resource } from "./resource.ts";

/** Options of wishes. */
export interface WishOptions extends ActingOptions {
  /** Take away or complete what is left of a broken creation or removal, where the provider knows how. Default false. */
  readonly repair?: boolean | undefined;
  /** Take away what can't be changed, and make it anew. Default false. */
  readonly replace?: boolean | undefined;
}

/** Errors of `provisioning.request`. */
export type RequestOperationError =
  | StoreError
  | HostingErrorOf<"OPERATION_TRANSITION_INVALID">
  | HostingErrorOf<"RESOURCE_PROVIDER_MISSING">
  | HostingErrorOf<"STORE_CONFLICT">;

/** Errors of further wishes for an operation. */
export type MoveOperationError =
  | OperationActError
  | HostingErrorOf<"OPERATION_TRANSITION_INVALID">
  | HostingErrorOf<"STORE_CONFLICT">;

/**
 * Writes down that a resource is wanted, and answers at once with the operation to follow. Wanted like that already: that operation, as it
 * is. Wanted otherwise: it starts over with the new desired state, and so does one that has failed.
 */
export function requestOperation(
  ports: ProvisioningPorts,
  resource: Resource,
  options: WishOptions = {},
): ResultAsync<Operation, AdapterError | RequestOperationError> {
  const { store, clock, random, emit } = ports;
  const { signal, actor = "system" } = options;
  return flow(async function* () {
    yield* checkResourceAddress(resource);
    const provider = yield* ports.providerOf(resource);
    const { kind, place, key, desired } = yield* provider.check(resource);
    const now = clock.now();
    const operationId = newId("operation", random) as OperationId;
    const wish = { operationId, resource: { kind, place, key, desired }, allows: allowancesOf(options), actor, now };
    const { operation, outcome } = yield* store.requestOperation(wish, { signal });
    if (outcome === "same") return ok(operation);
    emit(operationNotice(operation, "requested", now));
    await handToRunner(ports, operation);
    return ok(operation);
  });
}

const kinds = { drift: "drifted", remove: "deleting", retry: "requested" } as const;

/** Begins a new round of an operation. Nothing new is success, where the store says so. */
export function wishOperation(
  ports: ProvisioningPorts,
  operationId: OperationId,
  move: OperationWish,
  options: WishOptions & { readonly expectVersion?: number | undefined } = {},
): ResultAsync<Operation, MoveOperationError> {
  const { store, clock, emit } = ports;
  const { signal, actor = "system", expectVersion } = options;
  return flow(async function* () {
    const now = clock.now();
    const hasAllowances = options.repair !== undefined || options.replace !== undefined;
    const allows = hasAllowances ? allowancesOf(options) : undefined;
    const before = yield* store.getOperation(operationId, { signal });
    if (move === "remove") yield* checkRemovable(ports, before);
    const operation = yield* store.moveOperation({ operationId, move, expectVersion, allows, actor, now }, { signal });
    if (operation.round === before.round) return ok(operation);
    emit(operationNotice(operation, kinds[move], now));
    await handToRunner(ports, operation);
    return ok(operation);
  });
}

/** A provider that is missing now may be there when the removal is done. */
function checkRemovable(
  { providerOf }: ProvisioningPorts,
  { kind, place }: Operation,
): Result<undefined, HostingErrorOf<"INVALID_INPUT">> {
  const provider = providerOf({ kind, place });
  if (provider.isErr() || provider.value.capabilities.removes) return ok(undefined);
  const problem = `${provider.value.name} can't take a ${kind} away`;
  return err(hostingError("INVALID_INPUT", `${problem}, at ${place}.`, { field: "operationId", problem }));
}

/** Stops an operation; whoever works on it in this process at once, another process with its next word. */
export function cancelOperation(
  ports: ProvisioningPorts,
  operationId: OperationId,
  options: ActingOptions = {},
): ResultAsync<Operation, MoveOperationError> {
  const { store, clock, emit, running } = ports;
  const { signal, actor = "system" } = options;
  return flow(async function* () {
    const now = clock.now();
    const before = yield* store.getOperation(operationId, { signal });
    const operation = yield* store.moveOperation({ operationId, move: "cancel", actor, now }, { signal });
    running.get(operationId)?.abort(operation.reason);
    if (operation.version !== before.version) {
      emit(operationNotice(operation, "cancelled", now, { reason: operation.reason }));
    }
    return ok(operation);
  });
}

function allowancesOf({ repair, replace }: WishOptions): readonly OperationAllowance[] {
  return [...(repair === true ? (["repair"] as const) : []), ...(replace === true ? (["replace"] as const) : [])];
}
