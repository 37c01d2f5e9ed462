import { hostingError } from "../errors/index.ts";
import type { AdapterError, CallOptions } from "../ports/call-options.ts";
import type { StoreError } from "../ports/store/index.ts";
import { err, flow, ok, type Result, ResultAsync } from "../result/index.ts";
import { delivery, handToRunner } from "./hand-to-runner.ts";
import type { ProvisioningPorts } from "./provisioning-ports.ts";

/** A runner that is started and stopped. */
export interface StartedRunner {
  start(options?: CallOptions): ResultAsync<void, StoreError>;
  stop(options?: CallOptions & { readonly graceMs?: number | undefined }): ResultAsync<void, AdapterError>;
}

/**
 * Starts the runner, hands it what is due, and goes on looking for what nobody has taken up: what a dead process left, and what was written
 * down where the runner could not be told.
 */
export function startRunner(ports: ProvisioningPorts): StartedRunner {
  const { runner } = ports;
  let looking: { readonly stop: AbortController; readonly ended: Promise<void> } | undefined;
  return {
    start: (options = {}) =>
      flow(async function* () {
        if (runner === undefined) {
          const [field, problem] = ["runner", "there is none: give one to createProvisioning, or call sweep"];
          return err(hostingError("INVALID_INPUT", `Provisioning can't be started: ${problem}.`, { field, problem }));
        }
        yield* runner.start(delivery(ports), options);
        const stop = new AbortController();
        looking = { stop, ended: lookAgainAndAgain(ports, stop.signal) };
        return ok(undefined);
      }),
    stop: (options = {}) => {
      const end = async (): Promise<Result<void, AdapterError>> => {
        looking?.stop.abort();
        await looking?.ended;
        looking = undefined;
        return runner === undefined ? ok(undefined) : runner.stop(options);
      };
      return new ResultAsync(end());
    },
  };
}

async function lookAgainAndAgain(ports: ProvisioningPorts, signal: AbortSignal): Promise<void> {
  const { store, clock, policy, onRunnerError } = ports;
  while (!signal.aborted) {
    const due = await store.listDueOperations({ now: clock.now(), limit: 1000 }, { signal });
    if (due.isOk()) for (const operation of due.value) await handToRunner(ports, operation);
    else if (!signal.aborted) onRunnerError(due.error);
    await clock.sleep(policy.lookEveryMs, signal);
  }
}
