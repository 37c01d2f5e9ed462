import assert from "node:assert/strict";
import type {
  PlanResource,
  Resource,
  ResourceObservation,
  ResourceProvider,
  ResourceSecrets,
  ResourceStep,
} from "@hostelry/core/adapter";
import { assertSame, expectOk } from "../expectation.ts";

/** No kind of resource needs more steps than that. */
const mostSteps = 50;

/** How to pursue a goal. */
export interface Pursuit extends Partial<Pick<PlanResource, "goal" | "repair" | "replace">> {
  readonly secrets: ResourceSecrets;
  /** Stop after so many steps. Default: none. */
  readonly steps?: number | undefined;
}

/** What there is. */
export async function look(provider: ResourceProvider, resource: Resource): Promise<ResourceObservation> {
  return expectOk(provider.observe(resource));
}

/** Observes, plans, does the first step, and so on, as core does, until there is no step; gives those that were done. */
export async function pursue(
  provider: ResourceProvider,
  resource: Resource,
  pursuit: Pursuit,
): Promise<readonly ResourceStep[]> {
  const { goal = "present", repair, replace, secrets, steps: highest = mostSteps } = pursuit;
  const done: ResourceStep[] = [];
  while (done.length < highest) {
    const observation = await look(provider, resource);
    const [step] = await expectOk(Promise.resolve(provider.plan({ resource, goal, observation, repair, replace })));
    if (step === undefined) return done;
    assert.ok(done.length < mostSteps, `the goal is reached within ${mostSteps} steps`);
    const before = done.at(-1)?.name;
    assert.notEqual(step.name, before, `what ${before} did is seen afterwards`);
    const idempotencyKey = `${resource.key}:1:${step.name}`;
    const applied = await expectOk(provider.apply({ resource, step, idempotencyKey }, { secrets }));
    if (applied.observation !== undefined) {
      assertSame(await look(provider, resource), applied.observation, `what ${step.name} says that it has seen`);
    }
    done.push(step);
  }
  return done;
}
