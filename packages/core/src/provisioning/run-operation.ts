import { type HostingErrorOf, hasCode } from "../errors/index.ts";
import type { CallOptions } from "../ports/call-options.ts";
import type { GuardedResourceProvider } from "../ports/guard-resource-provider.ts";
import type { OperationClaim, OperationClaimError, SettleOperation } from "../ports/operation-store.ts";
import type { ResourceError, ResourceSecrets } from "../ports/resource-provider.ts";
import { err, flow, ok, type Result, type ResultAsync } from "../result/index.ts";
import { retryAt } from "./back-off.ts";
import { type HeldClaim, holdClaim } from "./hold-claim.ts";
import { type LookAhead, stillHolds } from "./look-ahead.ts";
import { type Operation, type OperationId, openOperationStates } from "./operation.ts";
import { operationNotice } from "./operation-notice.ts";
import { laneOf, type ProvisioningPorts } from "./provisioning-ports.ts";
import { type Pursuit, pursueGoal } from "./pursue-goal.ts";
import { reasonOf, redactFacts } from "./redact-secrets.ts";

/** Options of `provisioning.run`. */
export interface RunOperationOptions extends CallOptions {
  /** What the steps need; forgotten with the call. Default: what `secretsOf` gives. */
  readonly secrets?: ResourceSecrets | undefined;
  /** What `provisioning.lookAhead` told: the first look, if it still holds. Default: the run looks. */
  readonly ahead?: LookAhead | undefined;
}

/** Errors of `provisioning.run`: that nobody could work on it. What the world said is in the operation. */
export type RunOperationError = OperationClaimError | HostingErrorOf<"ABORTED"> | HostingErrorOf<"OPERATION_HELD">;

/**
 * Works on an operation until the goal is reached, it is given up, or it has to wait (see `state`, `reason` and `dueAt` of what is
 * answered). Nothing to do now is success. May be called by any number of processes at once, and again after any crash.
 */
export function runOperation(
  ports: ProvisioningPorts,
  operationId: OperationId,
  options: RunOperationOptions = {},
): ResultAsync<Operation, RunOperationError> {
  const { store, clock, holder, policy, emit } = ports;
  const { signal } = options;
  return flow(async function* () {
    const known = yield* store.getOperation(operationId, { signal });
    if (!openOperationStates.includes(known.state)) return ok(known);
    const provider = ports.providerOf(known);
    const lane = provider.isOk() ? laneOf(provider.value) : undefined;
    const now = clock.now();
    const request = { operationId, holder, ttlMs: policy.claimTtlMs, lane, now };
    const claim = yield* store.claimOperation(request, { signal });
    if (!claim.claimed) return ok(claim.operation);
    const { operation, steps } = claim;
    emit(operationNotice(operation, "claimed", now));
    const { epoch, round } = operation;
    const worked = await holdClaim(ports, { operationId, epoch, round }, signal, (held) =>
      flow(async function* () {
        const prepared = await prepare(ports, operation, provider, held, options);
        if (prepared.isErr()) {
          const { error } = prepared;
          return settle(ports, operation, held, { end: "failed", error, step: undefined, progressed: false }, {});
        }
        const work = { ports, operation, held, ...prepared.value };
        const isAbsent = stillHolds(options.ahead, operation, now);
        return settle(ports, operation, held, yield* pursueGoal(work, steps, { isAbsent }), work.secrets);
      }),
    );
    // Somebody else works on it, wants something else, or has stopped it: no failure of this call. The operation says what is so.
    const isLost = worked.isErr() && (hasCode(worked.error, "OPERATION_LOST") || isEndedByOthers(worked.error, signal));
    return isLost ? store.getOperation(operationId, { signal }) : worked;
  });
}

function isEndedByOthers(error: RunOperationError, caller: AbortSignal | undefined): boolean {
  return hasCode(error, "ABORTED") && caller?.aborted !== true;
}

interface Prepared {
  readonly provider: GuardedResourceProvider;
  readonly secrets: ResourceSecrets;
}

async function prepare(
  ports: ProvisioningPorts,
  operation: Operation,
  provider: Result<GuardedResourceProvider, ResourceError>,
  { signal }: HeldClaim,
  options: RunOperationOptions,
): Promise<Result<Prepared, ResourceError>> {
  if (provider.isErr()) return err(provider.error);
  const { capabilities } = provider.value;
  if (options.secrets !== undefined) return ok({ provider: provider.value, secrets: options.secrets });
  if (capabilities.secrets.length === 0) return ok({ provider: provider.value, secrets: {} });
  const found = await ports.secretsOf(operation, { signal });
  return found.map((secrets) => ({ provider: provider.value, secrets }));
}

/** Writes down how the work ended. */
function settle(
  ports: ProvisioningPorts,
  operation: Operation,
  held: HeldClaim,
  pursuit: Pursuit,
  secrets: ResourceSecrets,
): ResultAsync<Operation, OperationClaimError> {
  const { operationId, epoch, round, lost } = held;
  const now = ports.clock.now();
  const end = endOf(ports, operation, pursuit, secrets);
  return ports.store.settleOperation({ operationId, epoch, round, now, ...end }, { signal: lost }).map((settled) => {
    const kind = kinds[end.move === "finish" && settled.state === "deleted" ? "deleted" : end.move];
    ports.emit(operationNotice(settled, kind, now, "reason" in end ? { reason: end.reason } : {}));
    return settled;
  });
}

const kinds = { finish: "active", deleted: "deleted", wait: "waiting", fail: "failed" } as const;

/** Attempts leave a reason; this is for records that somebody else has written. */
const exhausted = { code: "ADAPTER_FAILED", message: "All attempts came to nothing." } as const;

type Settlement = SettleOperation extends infer S
  ? S extends SettleOperation
    ? Omit<S, keyof OperationClaim | "now">
    : never
  : never;

function endOf(ports: ProvisioningPorts, operation: Operation, pursuit: Pursuit, secrets: ResourceSecrets): Settlement {
  const before = pursuit.progressed ? 0 : operation.attempts;
  switch (pursuit.end) {
    case "reached":
      return { move: "finish", facts: redactFacts(pursuit.facts, secrets) };
    case "unfinished":
      return { move: "wait", dueAt: ports.clock.now(), attempts: before };
    case "unsettled": {
      const { error, until } = pursuit;
      if (error === undefined) return { move: "wait", dueAt: until, attempts: before, reason: operation.reason };
      const attempts = before + 1;
      const pausedUntil = retryAt(ports, attempts, error);
      const dueAt = pausedUntil > until ? pausedUntil : until;
      return { move: "wait", dueAt, attempts, reason: reasonOf(error, secrets) };
    }
    case "exhausted":
      return { move: "fail", reason: operation.reason ?? exhausted, attempts: operation.attempts };
    case "failed": {
      const { error, step } = pursuit;
      const attempts = before + 1;
      const reason = reasonOf(error, secrets, step);
      if (!error.retryable || attempts >= ports.policy.maxAttempts) return { move: "fail", reason, attempts };
      return { move: "wait", dueAt: retryAt(ports, attempts, error), attempts, reason };
    }
  }
}
