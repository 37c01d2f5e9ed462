import { type HostingError, type Result, ResultAsync } from "@hostelry/core/adapter";

/** One call of a port's method. */
export interface InterceptedCall {
  readonly method: string;
  readonly args: readonly unknown[];
  /** 1 for the first call of any method. */
  readonly number: number;
  /** 1 for the first call of this method. */
  readonly numberOfMethod: number;
}

/** What a port's method gives. */
export type Answer = Result<unknown, HostingError>;

/**
 * Stands in front of a port whose methods answer with Results (a store, a blob store, a target, a content source): every
 * call goes through `around`, which may call `proceed` never, once or more often. Names and capabilities pass through.
 */
export function intercept<P extends object>(
  port: P,
  around: (call: InterceptedCall, proceed: () => PromiseLike<Answer>) => Promise<Answer>,
): P {
  const counts = new Map<string, number>();
  let number = 0;
  return new Proxy(port, {
    get: (target, property, receiver) => {
      const value: unknown = Reflect.get(target, property, receiver);
      if (typeof property === "symbol" || typeof value !== "function") return value;
      return (...args: readonly unknown[]): unknown => {
        number += 1;
        const numberOfMethod = (counts.get(property) ?? 0) + 1;
        counts.set(property, numberOfMethod);
        const call: InterceptedCall = { method: property, args, number, numberOfMethod };
        return new ResultAsync(around(call, async () => Reflect.apply(value, target, args)));
      };
    },
  });
}

/** The signal among a call's arguments: ports take it in the last one. */
export function signalOf(call: InterceptedCall): AbortSignal | undefined {
  const last = call.args.at(-1);
  if (typeof last !== "object" || last === null || !("signal" in last)) return undefined;
  return last.signal instanceof AbortSignal ? last.signal : undefined;
}
