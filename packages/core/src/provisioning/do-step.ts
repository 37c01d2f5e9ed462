import type { FailureState } from "../errors/index.ts";
import type { GuardedResourceProvider } from "../ports/guard-resource-provider.ts";
import type { OperationClaimError } from "../ports/operation-store.ts";
import type { ResourceError, ResourceObservation, ResourceSecrets, ResourceStep } from "../ports/resource-provider.ts";
import { flow, ok, type ResultAsync } from "../result/index.ts";
import type { HeldClaim } from "./hold-claim.ts";
import { idempotencyKeyOf, type Operation, type OperationStep } from "./operation.ts";
import { operationNotice } from "./operation-notice.ts";
import type { ProvisioningPorts } from "./provisioning-ports.ts";
import { reasonOf, redactText } from "./redact-secrets.ts";

/** What a run works with. */
export interface OperationWork {
  readonly ports: ProvisioningPorts;
  readonly provider: GuardedResourceProvider;
  readonly operation: Operation;
  readonly held: HeldClaim;
  readonly secrets: ResourceSecrets;
}

/** A step that was done or failed, as the ledger has it. */
export interface DoneStep {
  readonly entry: OperationStep;
  /** What the provider said, if it failed. */
  readonly error: ResourceError | undefined;
  /** What it has seen afterwards, if it has looked. */
  readonly observation: ResourceObservation | undefined;
}

/**
 * Does one step: written down before, done, written down after. What the provider says is no error of this call; that the ledger
 * refuses is.
 */
export function doStep(work: OperationWork, step: ResourceStep): ResultAsync<DoneStep, OperationClaimError> {
  const { ports, provider, operation, held, secrets } = work;
  const { store, clock, emit } = ports;
  const { operationId, epoch, round } = held;
  const claim = { operationId, epoch, round, name: step.name };
  const tell = (kind: "step-done" | "step-failed" | "step-intended", entry: OperationStep, at: Date): void => {
    emit(operationNotice(operation, kind, at, { step: step.name, reason: entry.reason }));
  };
  return flow(async function* () {
    const { effect, settleMs = 0 } = step;
    const begunAt = clock.now();
    const intent = { ...claim, effect, settleMs, title: redactText(step.title, secrets), now: begunAt };
    const intended = yield* store.intendStep(intent, { signal: held.signal });
    tell("step-intended", intended, begunAt);
    const idempotencyKey = idempotencyKeyOf(operation, step.name);
    const applied = await provider.apply(
      { resource: operation, step, idempotencyKey },
      { signal: held.signal, secrets },
    );
    const endedAt = clock.now();
    const outcome = applied.isOk() ? applied.value.state : outcomeOf(applied.error);
    const reason = applied.isOk() ? undefined : reasonOf(applied.error, secrets, step.name);
    // Also when the caller has given up: what was done has to be known.
    const entry = yield* store.concludeStep({ ...claim, outcome, reason, now: endedAt }, { signal: held.lost });
    tell(applied.isOk() ? "step-done" : "step-failed", entry, endedAt);
    if (applied.isErr()) return ok({ entry, error: applied.error, observation: undefined });
    return ok({ entry, error: undefined, observation: applied.value.observation });
  });
}

/** What an error says is known of the world. */
function outcomeOf({ details }: ResourceError): FailureState {
  const { state } = details as { readonly state?: unknown };
  return state === "unchanged" || state === "changed" ? state : "unknown";
}

/** Until when the world can't be relied upon, for a step of unknown outcome may still be going on in it. */
export function unsettledUntil(steps: readonly OperationStep[], now: Date): Date | undefined {
  const moments = steps
    .filter(({ outcome, settleMs }) => outcome === "unknown" && settleMs > 0)
    .map(({ intendedAt, concludedAt, settleMs }) => Math.max(+intendedAt, +(concludedAt ?? 0)) + settleMs);
  const last = Math.max(0, ...moments);
  return last > now.getTime() ? new Date(last) : undefined;
}

/** The ledger with an entry written anew. */
export function withEntry(steps: readonly OperationStep[], entry: OperationStep): readonly OperationStep[] {
  return [...steps.filter(({ name, round }) => name !== entry.name || round !== entry.round), entry];
}
