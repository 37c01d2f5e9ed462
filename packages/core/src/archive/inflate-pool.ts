import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { UnpackJob, UnpackResult } from "./inflate-worker.mjs";

/** A result together with the job's buffer, which comes back for further use. */
export interface PoolResult extends UnpackResult {
  readonly bytes: ArrayBuffer;
}

/** Workers that unpack runs. Shared by the whole process; does not keep it alive. */
export interface InflatePool {
  /** Number of workers. */
  readonly size: number;
  /** The buffer of the job moves to the worker and comes back in the result. */
  unpack(job: UnpackJob): Promise<PoolResult>;
}

/** Below this, starting a worker costs more than it saves. */
const minimumBytesForWorkers = 32 * 1024 * 1024;
const maxWorkers = 4;
const idleMs = 10_000;

/** How many workers are used for so many bytes when the caller did not say. */
export function defaultWorkers(bytes: number): number {
  const processors = availableParallelism();
  return bytes < minimumBytesForWorkers || processors < 2 ? 0 : Math.min(maxWorkers, processors);
}

interface Waiting {
  readonly job: UnpackJob;
  readonly resolve: (result: PoolResult) => void;
  readonly reject: (cause: unknown) => void;
}

interface Hand {
  readonly worker: Worker;
  current: Waiting | undefined;
}

const hands: Hand[] = [];
const queue: Waiting[] = [];
let idle: NodeJS.Timeout | undefined;
let unavailable = false;

function dismiss(hand: Hand): void {
  const index = hands.indexOf(hand);
  if (index >= 0) hands.splice(index, 1);
}

function assign(): void {
  for (const hand of hands) {
    if (hand.current !== undefined) continue;
    const next = queue.shift();
    if (next === undefined) break;
    hand.current = next;
    hand.worker.ref();
    hand.worker.postMessage(next.job, [next.job.bytes]);
  }
  clearTimeout(idle);
  if (hands.every((hand) => hand.current === undefined)) {
    idle = setTimeout(() => {
      for (const hand of hands.splice(0)) void hand.worker.terminate();
    }, idleMs);
    idle.unref();
  }
}

/** Starts a worker and waits until it listens; `undefined` when its file can't be loaded (a bundled host). */
function hire(): Promise<Hand | undefined> {
  return new Promise((resolve) => {
    // No arguments of the host's process: a loader it runs under is of no use here and slow to start.
    const worker = new Worker(new URL("./inflate-worker.mjs", import.meta.url), {
      execArgv: [],
      workerData: { hostelryInflateWorker: true },
    });
    const hand: Hand = { worker, current: undefined };
    const fail = (cause: unknown): void => {
      dismiss(hand);
      resolve(undefined);
      hand.current?.reject(cause);
      if (hands.length === 0) for (const waiting of queue.splice(0)) waiting.reject(cause);
    };
    worker.once("error", fail);
    worker.once("exit", () => fail(new Error("the inflate worker ended")));
    worker.once("message", () => {
      worker.on("message", (result: PoolResult) => {
        const done = hand.current;
        hand.current = undefined;
        worker.unref();
        done?.resolve(result);
        assign();
      });
      worker.unref();
      resolve(hand);
    });
  });
}

/** The pool with at least `workers` workers, or `undefined` when workers can't be had here. */
export async function inflatePool(workers: number): Promise<InflatePool | undefined> {
  if (unavailable) return undefined;
  clearTimeout(idle);
  const missing = Math.max(0, workers - hands.length);
  const started = await Promise.all(Array.from({ length: missing }, () => hire()));
  for (const hand of started) if (hand !== undefined) hands.push(hand);
  if (hands.length === 0) {
    unavailable = true;
    return undefined;
  }
  return {
    size: Math.min(workers, hands.length),
    unpack: (job) =>
      new Promise((resolve, reject) => {
        queue.push({ job, resolve, reject });
        assign();
      }),
  };
}
