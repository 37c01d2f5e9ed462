import type { ActingOptions } from "../ports/call-options.ts";

/** How idempotency keys behave; every field has a default in `createHosting`. */
export interface IdempotencyPolicy {
  /** How long a result is kept, in milliseconds: until then the same call gives the same answer. Default 24 hours. */
  readonly keepMs: number;
  /**
   * Keys from which the tokens of previews opened with an idempotency key are derived, 32 bytes or more each. The first
   * one is used for new previews; the others are those of before, for as long as results are kept. Default none: then
   * `previews.open` takes no idempotency key. All processes on one store need the same.
   */
  readonly secrets: readonly Uint8Array[];
}

/** Options of a call that can be told apart from its own repetition. */
export interface IdempotentOptions extends ActingOptions {
  /**
   * Names this request: 1 to 255 visible ASCII characters, chosen by the sender, e.g. a random UUID. Sent again with the
   * same input it has no second effect and gives the first result. A key belongs to the `actor` who sent it.
   */
  readonly idempotencyKey?: string | undefined;
}

const defaultKeepMs = 24 * 60 * 60 * 1000;
const shortestSecret = 32;

/**
 * The policy with its defaults.
 *
 * @throws TypeError for a secret of fewer than 32 bytes, or a time that can't be meant.
 */
export function idempotencyPolicy(given: Partial<IdempotencyPolicy> = {}): IdempotencyPolicy {
  const { keepMs = defaultKeepMs, secrets = [] } = given;
  if (!Number.isInteger(keepMs) || keepMs < 1) throw new TypeError("idempotency.keepMs is a number of milliseconds.");
  if (secrets.some((secret) => secret.byteLength < shortestSecret))
    throw new TypeError(`Each of idempotency.secrets has ${shortestSecret} bytes or more.`);
  return { keepMs, secrets };
}
