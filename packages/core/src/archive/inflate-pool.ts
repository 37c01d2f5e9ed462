import { availableParallelism } from "node:os";
import type { DigestJob, UnpackJob, UnpackResult } from "./inflate-worker.mjs";
import { type WorkerHand, workerHand } from "./worker-hand.ts";

/** Workers that unpack runs. Shared by the whole process; does not keep it alive. */
export interface InflatePool {
  /** Number of workers. */
  readonly size: number;
  /** A buffer in the job moves to the worker and comes back in the result. */
  unpack(job: UnpackJob): Promise<UnpackResult>;
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

let unpackers: readonly WorkerHand[] = [];
let digester: WorkerHand | undefined;
let idle: NodeJS.Timeout | undefined;
let unavailable = false;

const present = (hand: WorkerHand): boolean => !hand.lost;

function dismissIdle(): void {
  if (unpackers.some(({ pending }) => pending > 0) || (digester?.pending ?? 0) > 0) return;
  for (const hand of unpackers) hand.dismiss();
  digester?.dismiss();
  unpackers = [];
  digester = undefined;
}

/** Starts the time after which workers without work are ended anew. */
function startIdleTime(): void {
  clearTimeout(idle);
  idle = setTimeout(dismissIdle, idleMs);
  idle.unref();
}

function hire(count: number): readonly WorkerHand[] {
  unpackers = unpackers.filter(present);
  const missing = Math.max(0, count - unpackers.length);
  unpackers = [...unpackers, ...Array.from({ length: missing }, workerHand)];
  return unpackers.slice(0, count);
}

const leastBusy = (left: WorkerHand, right: WorkerHand): WorkerHand => (right.pending < left.pending ? right : left);

/** The pool with at least `workers` workers, or `undefined` when workers can't be had here. */
export async function inflatePool(workers: number): Promise<InflatePool | undefined> {
  if (unavailable || workers < 1) return undefined;
  const hired = hire(workers);
  startIdleTime();
  const ready = await Promise.all(hired.map((hand) => hand.ready));
  let hands: readonly WorkerHand[] = hired.filter((_, index) => ready[index] === true);
  const size = hands.length;
  if (size === 0) {
    unavailable = true;
    return undefined;
  }
  return {
    size,
    unpack: (job) => {
      // While one large entry was streamed, they may have had nothing to do for so long that they were ended.
      hands = hands.filter(present);
      if (hands.length === 0) hands = hire(size);
      return hands.reduce(leastBusy).unpack(job).finally(startIdleTime);
    },
  };
}

/**
 * Lets a worker of its own take the hash of a file, while others unpack it. `undefined` when that worker is at work for
 * somebody else or workers can't be had here; the promise rejects when the worker could not do it.
 */
export function digestThere(job: Omit<DigestJob, "kind">): Promise<string> | undefined {
  if (unavailable || (digester !== undefined && present(digester) && digester.pending > 0)) return undefined;
  if (digester === undefined || !present(digester)) {
    digester = workerHand();
    void digester.ready.then((ready) => {
      unavailable ||= !ready;
    });
  }
  return digester.digest({ kind: "digest", ...job }).finally(startIdleTime);
}
