import { type HostingErrorOf, hostingError, isHostingError } from "../errors/index.ts";
import { err, type Result, ResultAsync } from "../result/index.ts";
import { adapterError } from "./adapter-error.ts";
import type { CallOptions } from "./call-options.ts";
import { late, type TimeLimit, timeLimit } from "./time-limit.ts";

/** What the guard needs to know of a method. */
export interface GuardedMethod {
  /** Which argument holds the {@link CallOptions}, counted from 0. */
  readonly options: number;
  /** After so long the call is given up with `ADAPTER_TIMEOUT`; `null` for work without a bound of its own. */
  readonly timeoutMs: number | null;
  /**
   * For what is called ten thousand times and has a limit of its own: where the caller gave no signal, there is none. Node's
   * signals leave a kilobyte each that only a full garbage collection takes away.
   */
  readonly spare?: boolean | undefined;
}

type Call = (...values: readonly unknown[]) => unknown;

/**
 * Wraps one method of a foreign adapter: a throw, a rejection, a foreign error or something that is no Result becomes
 * `ADAPTER_FAILED`; a call that does not come back is given up, and its signal fired.
 */
export function guardCall(adapter: string, operation: string, method: GuardedMethod, call: Call): Call {
  const limit = method.timeoutMs === null ? undefined : timeLimit(method.timeoutMs);
  return (...values) => {
    const options = (values[method.options] ?? {}) as CallOptions;
    return new ResultAsync(settle(adapter, operation, method, limit, call, values, options));
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
): Promise<Result<unknown, unknown>> {
  const { signal } = options;
  const foreign = (cause: unknown): unknown => adapterError(cause, { adapter, operation, state: "unknown", signal });
  if (signal?.aborted === true) return err(aborted(operation, signal.reason));
  try {
    const limited = limit?.begin(signal !== undefined || method.spare !== true);
    const guarded = [...values];
    // Not `{ ...options, signal }`: V8 keeps what it makes for a property added to a copy until a full garbage collection.
    guarded[method.options] = Object.assign({}, options, { signal: anyOf(signal, limited?.signal) });
    const answering = call(...guarded);
    const answer = limited === undefined ? await answering : await limited.race(answering);
    if (answer === late) return err(timeoutError(adapter, operation, method.timeoutMs ?? 0));
    if (!isResult(answer)) return err(foreign(new TypeError(`${operation} did not answer with a Result`)));
    if (answer.isErr() && !isHostingError(answer.error)) return err(foreign(answer.error));
    return answer;
  } catch (cause) {
    return err(foreign(cause));
  }
}

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
