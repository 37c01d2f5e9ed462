import { type HostingErrorOf, hasCode, hostingError } from "../errors/index.ts";
import type { OperationClaimError } from "../ports/operation-store.ts";
import type { ResourceError, ResourceObservation, ResourceStep } from "../ports/resource-provider.ts";
import { err, flow, ok, type Result, type ResultAsync } from "../result/index.ts";
import { doStep, type OperationWork, unsettledUntil, withEntry } from "./do-step.ts";
import type { Operation, OperationStep } from "./operation.ts";
import { type ResourceFacts, type ResourceGoal, resourceName } from "./resource.ts";

/** How far a run has come. */
export type PursuitEnd =
  | { readonly end: "reached"; readonly facts: ResourceFacts }
  /** A step that may still be going on in the world; nothing can be said before then. */
  | { readonly end: "unsettled"; readonly until: Date; readonly error: ResourceError | undefined }
  /** The goal is not reached, and its attempts were used up before: the last one had to settle first. */
  | { readonly end: "exhausted" }
  /** It has used up the steps of a run. */
  | { readonly end: "unfinished" }
  | { readonly end: "failed"; readonly error: ResourceError; readonly step: string | undefined };

/** How a run ended, and whether a step was done that had never been done in this round. */
export type Pursuit = PursuitEnd & { readonly progressed: boolean };

/**
 * Observes, plans, does the first step, and observes again, until the goal is reached or something is in the way. A step that failed without
 * its effect being certain is never repeated on faith: what is seen afterwards says whether it is done, and what comes next. A step that was
 * done in this run, and is wanted again by what is seen, is not repeated at once either.
 *
 * With `isAbsent` the first look was taken ahead. A step that fails after that one is judged by a look of now: what is in its way may be new.
 */
export function pursueGoal(
  work: OperationWork,
  ledger: readonly OperationStep[],
  { isAbsent }: { readonly isAbsent: boolean },
): ResultAsync<Pursuit, OperationClaimError | HostingErrorOf<"ABORTED">> {
  const { ports, provider, operation, held } = work;
  const { signal } = held;
  return flow(async function* () {
    let steps = ledger;
    let progressed = false;
    let failed: { readonly name: string; readonly error: ResourceError } | undefined;
    const done = new Set<string>();
    let seen: ResourceObservation | undefined = isAbsent ? { status: "absent" } : undefined;
    for (let count = 0; count <= ports.policy.mostSteps; count += 1) {
      const until = unsettledUntil(steps, ports.clock.now());
      if (until !== undefined) return ok({ end: "unsettled", until, error: failed?.error, progressed } as const);
      const looked = await lookAndPlan(work, seen);
      if (looked.isErr()) {
        if (signal.aborted) return err(stopped(looked.error, signal));
        return ok({ end: "failed", error: looked.error, step: undefined, progressed } as const);
      }
      if (looked.value.reached) return ok({ end: "reached", facts: looked.value.facts, progressed } as const);
      if (!progressed && operation.attempts >= ports.policy.maxAttempts) {
        return ok({ end: "exhausted", progressed } as const);
      }
      const { step } = looked.value;
      if (failed?.name === step.name) {
        return ok({ end: "failed", error: failed.error, step: step.name, progressed } as const);
      }
      if (done.has(step.name)) {
        return ok({ end: "failed", error: notConverged(operation, step), step: step.name, progressed } as const);
      }
      const missing = (step.secrets ?? []).find((secret) => work.secrets[secret] === undefined);
      if (missing !== undefined) {
        return ok({ end: "failed", error: secretMissing(operation, missing), step: step.name, progressed } as const);
      }
      if (count === ports.policy.mostSteps) break;
      const isNew = !steps.some(
        (each) => each.name === step.name && each.round === held.round && each.state === "done",
      );
      const { entry, error, observation } = yield* doStep({ ...work, provider }, step);
      const isCertain = entry.outcome === "unchanged" && !(isAbsent && count === 0);
      steps = withEntry(steps, entry);
      seen = observation;
      if (error === undefined) {
        done.add(step.name);
        progressed ||= isNew;
        failed = undefined;
      } else if (signal.aborted) {
        return err(stopped(error, signal));
      } else if (isCertain) {
        return ok({ end: "failed", error, step: step.name, progressed } as const);
      } else failed = { name: step.name, error };
    }
    return ok({ end: "unfinished", progressed } as const);
  });
}

type Looked =
  | { readonly reached: true; readonly facts: ResourceFacts }
  | { readonly reached: false; readonly step: ResourceStep };

/** Plans by what was seen, if anything was, and otherwise by a look of its own. */
async function lookAndPlan(
  { provider, operation, held }: OperationWork,
  seen: ResourceObservation | undefined,
): Promise<Result<Looked, ResourceError>> {
  const { goal, allows } = operation;
  const observed = seen === undefined ? await provider.observe(operation, { signal: held.signal }) : ok(seen);
  if (observed.isErr()) return err(observed.error);
  const observation = observed.value;
  const facts = reachedFacts(goal, observation);
  if (facts !== undefined) return ok({ reached: true, facts });
  const [repair, replace] = [allows.includes("repair"), allows.includes("replace")];
  const planned = provider.plan({ resource: operation, goal, observation, repair, replace });
  if (planned.isErr()) return err(planned.error);
  const [step] = planned.value;
  return step === undefined ? err(noStep(provider.name, operation, observation)) : ok({ reached: false, step });
}

/** The facts of an observation that shows the goal reached. */
export function reachedFacts(goal: ResourceGoal, observation: ResourceObservation): ResourceFacts | undefined {
  if (goal === "absent") return observation.status === "absent" ? {} : undefined;
  return observation.status === "same" ? observation.facts : undefined;
}

function notConverged(operation: Operation, step: ResourceStep): HostingErrorOf<"RESOURCE_NOT_CONVERGED"> {
  const { kind, place, key } = operation;
  const message = `The step ${step.name} of ${resourceName(operation)} was done, and its effect is not there.`;
  return hostingError("RESOURCE_NOT_CONVERGED", message, { kind, place, key, step: step.name });
}

function secretMissing({ kind, place, key }: Operation, secret: string): HostingErrorOf<"RESOURCE_SECRET_MISSING"> {
  const message = `The next step of ${resourceName({ kind, place, key })} needs the secret ${secret}.`;
  return hostingError("RESOURCE_SECRET_MISSING", message, { kind, place, secret });
}

function noStep(
  adapter: string,
  operation: Operation,
  { status }: ResourceObservation,
): HostingErrorOf<"ADAPTER_FAILED"> {
  const message = `${adapter} knows no step from ${status} to ${operation.goal} for ${resourceName(operation)}.`;
  const details = { adapter, operation: "plan", state: "unchanged" } as const;
  return hostingError("ADAPTER_FAILED", message, details, { retryable: false });
}

/** The error of a run that somebody stopped: the caller, or whoever took the claim. */
function stopped(error: ResourceError, signal: AbortSignal): HostingErrorOf<"ABORTED"> {
  if (hasCode(error, "ABORTED")) return error;
  const message = "The run of the operation was ended.";
  return hostingError("ABORTED", message, { operation: "run" }, { cause: signal.reason });
}
