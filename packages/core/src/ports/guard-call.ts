import { type HostingErrorOf, hostingError, isHostingError } from "../errors/index.ts";
import { err, ok, type Result, ResultAsync } from "../result/index.ts";
import { adapterError } from "./adapter-error.ts";
import type { CallOptions } from "./call-options.ts";
import { type LentSignal, signalLender } from "./lent-signals.ts";
import { late, type TimeLimit, timeLimit } from "./time-limit.ts";

/** What the guard needs to know of a method. */
export interface GuardedMethod {
  /** Which argument holds the {@link CallOptions}, counted from 0. */
  readonly options: number;
  /** After so long the call is given up with `ADAPTER_TIMEOUT`; `null` for work without a bound of its own. */
  readonly timeoutMs: number | null;
  /** A port may leave it out. Default `false`. */
  readonly optional?: boolean | undefined;
  /**
   * For what is called ten thousand times, and gives something that is used after the answer: guards that, too, and says when its use has ended. Where
   * the caller gave no signal, the call then gets one that has served others before.
   */
  readonly lasting?: ((adapter: string, value: unknown, ended: () => void) => unknown) | undefined;
}

type Call = (...values: readonly unknown[]) => unknown;

/**
 * Wraps one method of a foreign adapter: a throw, a rejection, a foreign error or something that is no Result becomes
 * `ADAPTER_FAILED`; a call that does not come back is given up, and its signal fired.
 */
export function guardCall(adapter: string, operation: string, method: GuardedMethod, call: Call): Call {
  const limit = method.timeoutMs === null ? undefined : timeLimit(method.timeoutMs);
  const lend = method.lasting === undefined ? undefined : signalLender();
  return (...values) => {
    const options = (values[method.options] ?? {}) as CallOptions;
    const lent = options.signal === undefined ? lend?.() : undefined;
    return new ResultAsync(settle(adapter, operation, method, limit, call, values, options, lent));
  };
}

async function settle(
  adapter: string,
  operation: string,
  method: GuardedMethod,
  limit: TimeLimit | undefined,
  call: Call,
  values: readonly unknown[],
  options: CallOptions,
  lent: LentSignal | undefined,
): Promise<Result<unknown, unknown>> {
  const { signal } = options;
  let ended: (() => void) | undefined = lent?.giveBack;
  const foreign = (cause: unknown): unknown => adapterError(cause, { adapter, operation, state: "unknown", signal });
  if (signal?.aborted === true) return err(aborted(operation, signal.reason));
  try {
    const over = limit === undefined ? undefined : (lent?.controller ?? new AbortController());
    const guarded = [...values];
    // Not `{ ...options, signal }`: V8 keeps what it makes for a property added to a copy until a full garbage collection.
    guarded[method.options] = Object.assign({}, options, { signal: anyOf(signal, over?.signal) });
    const answering = call(...guarded);
    const answer =
      limit === undefined || over === undefined ? await answering : await limit.begin(over).race(answering);
    if (answer === late) return err(timeoutError(adapter, operation, method.timeoutMs ?? 0));
    if (!isResult(answer)) return err(foreign(new TypeError(`${operation} did not answer with a Result`)));
    if (answer.isErr() && !isHostingError(answer.error)) return err(foreign(answer.error));
    if (answer.isErr() || method.lasting === undefined) return answer;
    // By hand, not by `map`: neverthrow makes a generator function for each call of it, which V8 keeps until a full collection.
    const lasts = method.lasting(adapter, answer.value, ended ?? nothing);
    ended = undefined;
    return ok(lasts);
  } catch (cause) {
    return err(foreign(cause));
  } finally {
    ended?.();
  }
}

const nothing = (): void => undefined;

/** A signal for one call. The caller's own may be that of a thousand calls: what an adapter leaves on it would stay there. */
function anyOf(signal: AbortSignal | undefined, limit: AbortSignal | undefined): AbortSignal | undefined {
  if (signal === undefined) return limit;
  return AbortSignal.any(limit === undefined ? [signal] : [signal, limit]);
}

function isResult(value: unknown): value is Result<unknown, unknown> {
  if (typeof value !== "object" || value === null) return false;
  return (
    typeof (value as { isOk?: unknown }).isOk === "function" &&
    typeof (value as { isErr?: unknown }).isErr === "function"
  );
}

function aborted(operation: string, cause: unknown): HostingErrorOf<"ABORTED"> {
  return hostingError("ABORTED", `${operation} was ended by its caller before it began.`, { operation }, { cause });
}

function timeoutError(adapter: string, operation: string, timeoutMs: number): HostingErrorOf<"ADAPTER_TIMEOUT"> {
  const message = `${adapter} did not finish ${operation} within ${timeoutMs} ms.`;
  return hostingError("ADAPTER_TIMEOUT", message, { adapter, operation, timeoutMs, state: "unknown" });
}
