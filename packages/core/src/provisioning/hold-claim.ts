import { hasCode } from "../errors/index.ts";
import type { OperationClaim } from "../ports/operation-store.ts";
import { flow, ok, type ResultAsync } from "../result/index.ts";
import type { ProvisioningPorts } from "./provisioning-ports.ts";

/** A claim while it is held; a heartbeat renews it. */
export interface HeldClaim extends OperationClaim {
  /** Fires when the claim is lost or the operation stopped, or when the caller gives up. For steps. */
  readonly signal: AbortSignal;
  /** Fires only in the first two cases. For records, which a caller's cancelled signal must not cancel. */
  readonly lost: AbortSignal;
}

/** Runs `body` under a claim that was taken, with a heartbeat, and gives it back whatever happened. */
export function holdClaim<T, E>(
  ports: ProvisioningPorts,
  claim: OperationClaim,
  caller: AbortSignal | undefined,
  body: (held: HeldClaim) => ResultAsync<T, E>,
): ResultAsync<T, E> {
  return flow(async function* () {
    const lost = new AbortController();
    const stopped = new AbortController();
    const beating = beat(ports, claim, lost, stopped.signal);
    ports.running.set(claim.operationId, lost);
    try {
      const signal = caller === undefined ? lost.signal : AbortSignal.any([caller, lost.signal]);
      return ok(yield* body({ ...claim, signal, lost: lost.signal }));
    } finally {
      stopped.abort();
      await beating;
      if (ports.running.get(claim.operationId) === lost) ports.running.delete(claim.operationId);
      const { operationId, epoch } = claim;
      // Given back with the end already, as a rule. If this fails, the claim ends by itself.
      void (await ports.store.releaseClaim({ operationId, epoch }));
    }
  });
}

/**
 * Renews until it is stopped. A claim that somebody has taken ends the work; one for an older wish does not: the step under way may end in
 * peace, and the next one is refused by the ledger.
 */
async function beat(
  { store, clock, policy }: ProvisioningPorts,
  claim: OperationClaim,
  lost: AbortController,
  stopped: AbortSignal,
): Promise<void> {
  const { claimTtlMs: ttlMs } = policy;
  let sureUntil = clock.now().getTime() + ttlMs;
  while (!stopped.aborted && !lost.signal.aborted) {
    await clock.sleep(ttlMs / 3, stopped);
    if (stopped.aborted) return;
    const askedAt = clock.now().getTime();
    const renewed = await store.renewClaim({ ...claim, ttlMs });
    if (renewed.isOk()) sureUntil = askedAt + ttlMs;
    else if (hasCode(renewed.error, "OPERATION_LOST")) {
      if (renewed.error.details.reason !== "superseded") lost.abort(renewed.error);
      return;
    } else if (clock.now().getTime() >= sureUntil) lost.abort(renewed.error);
  }
}
