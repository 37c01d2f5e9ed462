import PQueue from "p-queue";
import { type HostingErrorOf, hostingError } from "../errors/index.ts";
import { type Clock, systemClock } from "../ports/clock.ts";
import type { DeliverOperation, OperationRunner, SubmittedOperation } from "../ports/operation-runner.ts";
import { err, errAsync, ok, okAsync, type Result, ResultAsync } from "../result/index.ts";
import type { OperationId } from "./operation.ts";

/** Options of {@link inProcessRunner}. */
export interface InProcessRunnerOptions {
  /** Operations worked on side by side. Default 8. */
  readonly concurrency?: number | undefined;
  /** Default: the machine's clock. */
  readonly clock?: Clock | undefined;
  /** Told when a delivery rejects, which is a bug. Default: an unhandled rejection. */
  readonly onError?: ((error: unknown) => void) | undefined;
}

/** After a delivery that has rejected. */
const rejectedPauseMs = 5000;
const defaultGraceMs = 10_000;

interface Entry {
  readonly operationId: OperationId;
  readonly key: string;
  state: "delivered" | "queued" | "timed";
  /** While timed: the moment. While being delivered: when to deliver once more, if at all. */
  due: Date | undefined;
  /** Ends the wait of one that is timed. */
  disarm: AbortController;
}

/**
 * A runner in this process: a queue in memory, one at a time per key. It forgets everything with the process, and needs not remember: core hands
 * it what the store knows to be open. With a store that several processes share, each may have one.
 */
export function inProcessRunner(options: InProcessRunnerOptions = {}): OperationRunner {
  const { concurrency = 8, clock = systemClock } = options;
  const { onError = (error) => void Promise.reject(error) } = options;
  const entries = new Map<OperationId, Entry>();
  let run: Run | undefined;

  const arm = (entry: Entry, at: Date | undefined): void => {
    if (run === undefined) {
      entry.state = "timed";
      entry.due = at;
      return;
    }
    const waitMs = at === undefined ? 0 : at.getTime() - clock.now().getTime();
    if (waitMs <= 0) {
      enqueue(run, entry);
      return;
    }
    entry.state = "timed";
    entry.due = at;
    entry.disarm = new AbortController();
    const { signal } = entry.disarm;
    const during = run;
    void clock.sleep(waitMs, AbortSignal.any([signal, during.over.signal])).then(() => {
      if (!signal.aborted && during === run) arm(entry, at);
    });
  };

  const enqueue = (during: Run, entry: Entry): void => {
    entry.state = "queued";
    entry.due = undefined;
    const ofKey = during.keys.get(entry.key) ?? new PQueue({ concurrency: 1 });
    during.keys.set(entry.key, ofKey);
    void ofKey
      .add(() => during.slots.add(() => deliver(during, entry)))
      .finally(() => {
        if (ofKey.size === 0 && ofKey.pending === 0 && during.keys.get(entry.key) === ofKey) {
          during.keys.delete(entry.key);
        }
      });
  };

  const deliver = async (during: Run, entry: Entry): Promise<void> => {
    if (during.over.signal.aborted) return;
    entry.state = "delivered";
    let again: Date | undefined;
    try {
      again = (await during.deliver(entry.operationId, during.stopped.signal)).again;
    } catch (error) {
      onError(error);
      again = new Date(clock.now().getTime() + rejectedPauseMs);
    }
    const next = earlier(again, entry.due);
    entries.delete(entry.operationId);
    if (next !== undefined && !during.over.signal.aborted) put({ ...entry, notBefore: next });
  };

  const put = ({ operationId, key, notBefore }: SubmittedOperation): void => {
    const known = entries.get(operationId);
    if (known === undefined) {
      const entry: Entry = { operationId, key, state: "timed", due: undefined, disarm: new AbortController() };
      entries.set(operationId, entry);
      arm(entry, notBefore);
    } else if (known.state === "delivered") {
      known.due = earlier(known.due, notBefore ?? clock.now());
    } else if (
      known.state === "timed" &&
      (notBefore === undefined || known.due === undefined || notBefore < known.due)
    ) {
      known.disarm.abort();
      arm(known, notBefore);
    }
  };

  return {
    spec: "operation-runner/1",
    name: "in process",
    capabilities: { durable: false, shared: false },

    start: (deliver) => {
      if (run !== undefined) {
        const details = { adapter: "in process", operation: "start", state: "unchanged" } as const;
        return errAsync(hostingError("ADAPTER_FAILED", "The runner runs already.", details, { retryable: false }));
      }
      const slots = new PQueue({ concurrency });
      run = { deliver, slots, keys: new Map(), over: new AbortController(), stopped: new AbortController() };
      for (const entry of entries.values()) arm(entry, entry.due);
      return okAsync(undefined);
    },

    submit: (request) => {
      put(request);
      return okAsync(undefined);
    },

    stop: ({ graceMs = defaultGraceMs, signal } = {}) => {
      const ending = run;
      if (ending === undefined) return okAsync(undefined);
      ending.ended ??= end(ending, graceMs, clock).then(() => {
        entries.clear();
        if (run === ending) run = undefined;
      });
      return new ResultAsync(endedBefore(ending.ended, signal));
    },
  };
}

interface Run {
  readonly deliver: DeliverOperation;
  readonly slots: PQueue;
  readonly keys: Map<string, PQueue>;
  /** Nothing new is delivered. */
  readonly over: AbortController;
  /** What is under way is to end. */
  readonly stopped: AbortController;
  ended?: Promise<void>;
}

async function end(run: Run, graceMs: number, clock: Clock): Promise<void> {
  run.over.abort();
  const idle = new AbortController();
  void clock.sleep(graceMs, idle.signal).then(() => run.stopped.abort());
  await Promise.all([...run.keys.values()].map((ofKey) => ofKey.onIdle()));
  await run.slots.onIdle();
  idle.abort();
}

/** Waits for the end, unless the caller gives up; it ends all the same. */
async function endedBefore(
  ended: Promise<void>,
  signal: AbortSignal | undefined,
): Promise<Result<void, HostingErrorOf<"ABORTED">>> {
  const givenUp = new Promise<void>((resolve) => {
    if (signal?.aborted === true) resolve();
    signal?.addEventListener("abort", () => resolve(), { once: true });
  });
  await Promise.race([ended, givenUp]);
  if (signal?.aborted !== true) return ok(undefined);
  return err(hostingError("ABORTED", "The end is not waited for any more.", { operation: "stop" }));
}

function earlier(one: Date | undefined, other: Date | undefined): Date | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return one < other ? one : other;
}
