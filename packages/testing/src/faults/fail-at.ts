import { err, type HostingError, hostingError } from "@hostelry/core/adapter";
import { type InterceptedCall, intercept } from "./intercept.ts";

/** Which calls a fault strikes. */
export interface FaultPlace {
  /** Only calls of this method; default: of any. */
  readonly method?: string | undefined;
  /** Which of them, from 1; default: all. */
  readonly call?: number | undefined;
  /** `before`: the call does nothing. `after`: it does everything, and only the answer is lost. Default `before`. */
  readonly when?: "after" | "before" | undefined;
}

/** A fault to inject. */
export interface Fault extends FaultPlace {
  /** The answer. Default: `ADAPTER_FAILED`, with state `unchanged` before and `unknown` after the call. */
  readonly error?: HostingError | undefined;
  /** Throws this instead of answering with an error: what a guard must catch. */
  readonly throws?: unknown;
}

/**
 * The port, with a fault: some calls fail, before or after they have done their work.
 *
 * @example failAt(store, { method: "compareAndSetSlot", when: "after" }) // written, but the answer was lost
 */
export function failAt<P extends object>(port: P, fault: Fault): P {
  return intercept(port, async (call, proceed) => {
    if (!strikes(fault, call)) return proceed();
    if (fault.when === "after") {
      const done = await proceed();
      if (done.isErr()) return done;
    }
    if ("throws" in fault) throw fault.throws;
    return err(fault.error ?? injectedFailure(call, fault));
  });
}

/** Whether a fault is meant for a call. */
export function strikes(place: FaultPlace, call: InterceptedCall): boolean {
  if (place.method === undefined) return place.call === undefined || place.call === call.number;
  return place.method === call.method && (place.call === undefined || place.call === call.numberOfMethod);
}

function injectedFailure({ method }: InterceptedCall, { when }: Fault): HostingError {
  const state = when === "after" ? "unknown" : "unchanged";
  const details = { adapter: "fault injector", operation: method, state } as const;
  return hostingError("ADAPTER_FAILED", `${method} was made to fail.`, details);
}
