import { createHash } from "node:crypto";
import type { JsonValue } from "../audit/audit-entry.ts";
import { type HostingErrorOf, hostingError } from "../errors/index.ts";
import type { IdempotentCall } from "../ports/index.ts";
import { err, ok, type Result } from "../result/index.ts";

/** A call as its sender names it. */
export interface NamedCall {
  readonly operation: string;
  readonly actor: string;
  readonly key: string;
  /** Whatever decides what the call does, always in the same order. {@link optional} for what may be left out. */
  readonly input: readonly JsonValue[];
}

/** Visible ASCII, as in the IETF's draft of the `Idempotency-Key` header field. */
const keyPattern = /^[\x21-\x7e]{1,255}$/;

/**
 * What a store knows a call by. Both hashes are of JSON that is built in one order, so equal input has equal bytes. The
 * key is hashed with its actor: what one customer sends can't meet what another one sent.
 */
export function callIdentity(call: NamedCall): Result<IdempotentCall, HostingErrorOf<"INVALID_INPUT">> {
  const { operation, actor, key, input } = call;
  if (!keyPattern.test(key)) {
    const problem = "must be 1 to 255 visible ASCII characters";
    const details = { field: "idempotencyKey", problem };
    return err(hostingError("INVALID_INPUT", `An idempotency key ${problem}.`, details));
  }
  return ok({ keyHash: digestOf([actor, key]), operation, fingerprint: digestOf([operation, ...input]) });
}

/** Input that may be left out: left out is not the same as `null`. */
export function optional(value: JsonValue | undefined): JsonValue {
  return value === undefined ? [] : [value];
}

function digestOf(values: readonly JsonValue[]): string {
  return createHash("sha256").update(JSON.stringify(values)).digest("hex");
}
