import type { HostingErrorOf } from "../errors/index.ts";
import type { HostingPorts } from "../ports/hosting-ports.ts";
import type { StoreError } from "../ports/store/index.ts";
import type { Target } from "../ports/target.ts";
import { err, flow, ok, type ResultAsync } from "../result/index.ts";
import { askAll } from "./ask-targets.ts";
import { type FleetPolicy, requiredTargets } from "./fleet-policy.ts";
import type { HeldLease } from "./hold-lease.ts";
import { type TargetFailureError, targetFailure } from "./target-failures.ts";

/**
 * Brings the site's serving state, as the record has it now, to every target that can enforce one; with a policy, to as
 * many of them as it asks.
 */
export function applyServingState(
  ports: HostingPorts,
  held: HeldLease,
  targets: readonly Target[],
  policy: FleetPolicy = "all-or-nothing",
): ResultAsync<void, StoreError | TargetFailureError | HostingErrorOf<"SITE_NOT_FOUND">> {
  return flow(async function* () {
    const { siteId, fencingToken, lost } = held;
    const { state } = yield* ports.store.getSite(siteId, { signal: lost });
    const able = targets.filter(({ capabilities }) => capabilities.servingState);
    const answers = await askAll(ports, able, lost, (target, signal) =>
      target.setServingState({ siteId, state, fencingToken }, { signal }),
    );
    const done = answers.filter(({ result }) => result?.isOk()).length;
    if (done >= requiredTargets(policy, able.length)) return ok(undefined);
    const failed = {
      siteId,
      publication: fencingToken,
      step: `set the serving state to ${state}`,
      state: "unknown",
    } as const;
    return err(targetFailure(answers, failed));
  });
}
