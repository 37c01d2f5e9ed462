import { inProcessRunner } from "@hostelry/core";
import type { OperationRunner } from "@hostelry/core/adapter";
import { simulatedClock } from "../../clock/simulated-clock.ts";
import type { OperationRunnerHarness } from "../../conformance/operation-runner/operation-runner-harness.ts";

/** The harness of core's own runner, for the kit's own tests. `spoil` may break what it makes: that is how saboteurs are built. */
export function inProcessRunnerHarness(
  spoil: (runner: OperationRunner) => OperationRunner = (runner) => runner,
): OperationRunnerHarness {
  return {
    capabilities: inProcessRunner().capabilities,
    make: async () => {
      const clock = simulatedClock();
      const subject = spoil(inProcessRunner({ clock, onError: () => undefined }));
      return {
        subject,
        now: () => clock.now(),
        passTime: (milliseconds) => clock.advance(milliseconds),
        dispose: async () => {
          // A case that failed may have left a delivery that never ends: nobody waits for it.
          void subject.stop({ graceMs: 0 });
          await clock.advance(1);
        },
      };
    },
  };
}
