import type { JsonValue } from "../audit/audit-entry.ts";
import { type HostingError, type HostingErrorOf, hostingError, isHostingError } from "../errors/index.ts";
import type { HostingPorts } from "../ports/hosting-ports.ts";
import type { StoreError } from "../ports/store/index.ts";
import { err, flow, ok, type Result, type ResultAsync } from "../result/index.ts";
import { type Attempt, keyedAttempt, onlyAttempt } from "./attempt.ts";
import { callIdentity } from "./call-identity.ts";
import { newSeed } from "./derived-secrets.ts";
import { isFinal } from "./final-error.ts";
import { type HeldKey, holdKey } from "./hold-key.ts";
import type { IdempotentOptions } from "./idempotency-policy.ts";
import { decodeValue, encodeValue } from "./result-json.ts";

/** What an idempotency key can add to the errors of a call. */
export type IdempotencyError =
  | StoreError
  | HostingErrorOf<"IDEMPOTENCY_CONFLICT">
  | HostingErrorOf<"IDEMPOTENCY_IN_PROGRESS">
  | HostingErrorOf<"IDEMPOTENCY_RESULT_LOST">
  | HostingErrorOf<"INVALID_INPUT">;

/** A call that may have a key. */
export interface OnceCall<T> {
  /** As the API names it, e.g. `sites.create`. */
  readonly operation: string;
  /** Whatever decides what the call does, always in the same order. */
  readonly input: readonly JsonValue[];
  readonly options: IdempotentOptions | undefined;
  /** What of a value is stored, where that is not all of it. */
  readonly kept?: ((value: T) => unknown) | undefined;
  /** Makes the value whole again; `undefined` when that can't be done any more. */
  readonly restored?: ((kept: unknown, attempt: Pick<Attempt, "id" | "tokens">) => T | undefined) | undefined;
}

/**
 * Does `work` once for an idempotency key, however often and wherever it is called: the first result is recorded, and
 * given to every repetition. Without a key it is done each time.
 *
 * `work` must be re-enterable: a holder that dies is followed by another attempt, with the same ids and its notes.
 */
export function once<T, E extends HostingError>(
  ports: HostingPorts,
  call: OnceCall<T>,
  work: (attempt: Attempt) => ResultAsync<T, E>,
): ResultAsync<T, E | IdempotencyError> {
  const { operation, input, options } = call;
  const { idempotencyKey: key, actor = "system", signal } = options ?? {};
  if (key === undefined) return work(onlyAttempt(ports));
  return flow(async function* () {
    const identity = yield* callIdentity({ operation, actor, key, input });
    const times = { leaseMs: ports.publishing.leaseTtlMs, keepMs: ports.idempotency.keepMs };
    const request = { ...identity, holder: ports.holder, seed: newSeed(ports.random), ...times };
    const begun = yield* ports.store.beginIdempotent(request, { signal });
    if (begun.state === "finished") return replay<T, E>(ports, call, begun.seed, begun.result);
    const { keyHash } = identity;
    const held = holdKey(ports, { keyHash, attempt: begun.attempt });
    try {
      const attempt = keyedAttempt(ports, begun, (note) => held.remember(note));
      const outcome = await work(attempt);
      if (outcome.isErr() && !isFinal(outcome.error)) return err(outcome.error);
      return yield* await record(ports, call, held, begun.seed, outcome);
    } finally {
      await held.release();
    }
  });
}

/** Records an outcome; gives the one that was recorded first, should that be another attempt's. */
async function record<T, E extends HostingError>(
  ports: HostingPorts,
  call: OnceCall<T>,
  held: HeldKey,
  seed: string,
  outcome: Result<T, E>,
): Promise<Result<Result<T, E | IdempotencyError>, IdempotencyError>> {
  const kept = outcome.isOk() ? { value: encodeKept(call, outcome.value) } : { error: encodeValue(outcome.error) };
  const document: JsonValue = { version: 1, ...kept };
  const recorded = await held.complete(document);
  if (recorded.isErr()) return err(recorded.error);
  const isOwn = JSON.stringify(recorded.value) === JSON.stringify(document);
  return ok(isOwn ? outcome : replay<T, E>(ports, call, seed, recorded.value));
}

function encodeKept<T>({ kept = (value: T) => value }: OnceCall<T>, value: T): JsonValue {
  return encodeValue(kept(value));
}

function replay<T, E extends HostingError>(
  ports: HostingPorts,
  call: OnceCall<T>,
  seed: string,
  document: JsonValue,
): Result<T, E | IdempotencyError> {
  const { operation, restored } = call;
  const lost = (reason: string, cause?: unknown): HostingErrorOf<"IDEMPOTENCY_RESULT_LOST"> =>
    hostingError(
      "IDEMPOTENCY_RESULT_LOST",
      `What came of this ${operation} can't be shown again: ${reason}.`,
      {
        operation,
        reason,
      },
      { cause },
    );
  try {
    const { version, value, error } = decodeValue(document) as Record<string, unknown>;
    if (version !== 1) return err(lost("it was recorded by another version"));
    // Recorded by this function, which got it from `work`: an error of E.
    if (isHostingError(error)) return err(error as E);
    if (restored === undefined) return ok(value as T);
    const attempt = keyedAttempt(ports, { seed, resumed: true }, () => {
      throw new TypeError("A finished call takes no notes.");
    });
    const whole = restored(value, attempt);
    return whole === undefined ? err(lost("the secret it was made with is no longer known")) : ok(whole);
  } catch (cause) {
    return err(lost("it was recorded by another version", cause));
  }
}
