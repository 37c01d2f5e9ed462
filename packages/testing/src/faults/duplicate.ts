import { intercept } from "./intercept.ts";

/** Settings of {@link duplicate}. */
export interface DuplicateOptions {
  /** Only these methods; default: all. */
  readonly methods?: readonly string[] | undefined;
  /** Which answer the caller gets. Default `second`, as after a request that was sent again. */
  readonly answer?: "first" | "second" | undefined;
}

/**
 * The port, with every call done twice, one after the other, as by a network that delivers twice. For methods that
 * promise to be repeatable, with arguments that can be read twice.
 */
export function duplicate<P extends object>(port: P, options: DuplicateOptions = {}): P {
  return intercept(port, async (call, proceed) => {
    const first = await proceed();
    if (options.methods !== undefined && !options.methods.includes(call.method)) return first;
    const second = await proceed();
    return options.answer === "first" ? first : second;
  });
}
