import type { HostingErrorOf } from "../errors/index.ts";
import type { AdapterError, CallOptions } from "../ports/call-options.ts";
import type { PlanError, ResourceError, ResourceObservation, ResourceStep } from "../ports/resource-provider.ts";
import { flow, ok, type ResultAsync } from "../result/index.ts";
import { checkResourceAddress } from "./operation-limits.ts";
import type { ProvisioningPorts } from "./provisioning-ports.ts";
import type { Resource, ResourceGoal } from "./resource.ts";

/** Options of `provisioning.plan`. */
export interface PlanResourceOptions extends CallOptions {
  /** Default `present`. */
  readonly goal?: ResourceGoal | undefined;
  /** As when it is requested. */
  readonly repair?: boolean | undefined;
  readonly replace?: boolean | undefined;
}

/** What would be done. */
export interface ResourcePlan {
  readonly resource: Resource;
  readonly observation: ResourceObservation;
  /** No steps: nothing is to be done. Each is preceded by an observation when it is done, so that later ones may turn out otherwise. */
  readonly steps: readonly ResourceStep[];
}

/** Errors of `provisioning.plan`. */
export type PlanResourceError =
  | AdapterError
  | HostingErrorOf<"INVALID_INPUT">
  | HostingErrorOf<"RESOURCE_PROVIDER_MISSING">
  | PlanError
  | ResourceError;

/** Looks what there is of a resource and says what would be done; writes nothing and changes nothing. */
export function planResource(
  ports: ProvisioningPorts,
  resource: Resource,
  { signal, goal = "present", repair, replace }: PlanResourceOptions = {},
): ResultAsync<ResourcePlan, PlanResourceError> {
  return flow(async function* () {
    yield* checkResourceAddress(resource);
    const provider = yield* ports.providerOf(resource);
    const checked = yield* provider.check(resource);
    const observation = yield* provider.observe(checked, { signal });
    const steps = yield* provider.plan({ resource: checked, goal, observation, repair, replace });
    return ok({ resource: checked, observation, steps });
  });
}
