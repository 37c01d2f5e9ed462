import { type HostingErrorOf, hostingError, isHostingError } from "../errors/index.ts";
import { err, type Result, ResultAsync } from "../result/index.ts";
import { adapterError } from "./adapter-error.ts";
import type { CallOptions } from "./call-options.ts";

/** What the guard needs to know of a method. */
export interface GuardedMethod {
  /** Which argument holds the {@link CallOptions}, counted from 0. */
  readonly options: number;
  /** After so long the call is given up with `ADAPTER_TIMEOUT`; `null` for work without a bound of its own. */
  readonly timeoutMs: number | null;
}

type Call = (...values: readonly unknown[]) => unknown;

/**
 * Wraps one method of a foreign adapter: a throw, a rejection, a foreign error or something that is no Result becomes
 * `ADAPTER_FAILED`; a call that does not come back is given up, and its signal fired.
 */
export function guardCall(adapter: string, operation: string, method: GuardedMethod, call: Call): Call {
  return (...values) => {
    const options = (values[method.options] ?? {}) as CallOptions;
    return new ResultAsync(settle(adapter, operation, method, call, values, options));
  };
}

async function settle(
  adapter: string,
  operation: string,
  method: GuardedMethod,
  call: Call,
  values: readonly unknown[],
  options: CallOptions,
): Promise<Result<unknown, unknown>> {
  const { signal } = options;
  const context = { adapter, operation, state: "unknown", signal } as const;
  if (signal?.aborted === true) return err(aborted(operation, signal.reason));
  const giveUp = new AbortController();
  const timer = method.timeoutMs === null ? undefined : deadline(giveUp, method.timeoutMs);
  try {
    const guarded = [...values];
    guarded[method.options] = {
      ...options,
      signal: signal === undefined ? giveUp.signal : AbortSignal.any([signal, giveUp.signal]),
    };
    const answer = await Promise.race([call(...guarded), ...(timer === undefined ? [] : [timer.passed])]);
    if (answer === timedOut) {
      return err(timeoutError(adapter, operation, method.timeoutMs ?? 0));
    }
    if (!isResult(answer))
      return err(adapterError(new TypeError(`${operation} did not answer with a Result`), context));
    if (answer.isErr() && !isHostingError(answer.error)) return err(adapterError(answer.error, context));
    return answer;
  } catch (cause) {
    return err(adapterError(cause, context));
  } finally {
    timer?.clear();
  }
}

const timedOut: unique symbol = Symbol("timed out");

function deadline(giveUp: AbortController, timeoutMs: number): { passed: Promise<typeof timedOut>; clear: () => void } {
  let timer: NodeJS.Timeout | undefined;
  const passed = new Promise<typeof timedOut>((resolve) => {
    timer = setTimeout(() => {
      resolve(timedOut);
      giveUp.abort();
    }, timeoutMs);
  });
  return { passed, clear: () => clearTimeout(timer) };
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
