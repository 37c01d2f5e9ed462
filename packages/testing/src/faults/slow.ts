import type { Clock } from "@hostelry/core/adapter";
import { intercept, signalOf } from "./intercept.ts";

/** The port, with every call sleeping `milliseconds` on `clock` before it begins. The caller's signal ends the sleep. */
export function slow<P extends object>(port: P, clock: Clock, milliseconds: number): P {
  return intercept(port, async (call, proceed) => {
    await clock.sleep(milliseconds, signalOf(call));
    return proceed();
  });
}
