import { Worker } from "node:worker_threads";
import type { DigestJob, UnpackJob, UnpackResult, WorkerAnswer, WorkerJob } from "./inflate-worker.mjs";

/** One worker. It does its jobs in order, and keeps the process alive only while it has some. */
export interface WorkerHand {
  /** `false`: it could not be started, as in a bundled host without the worker's file. Never rejects. */
  readonly ready: Promise<boolean>;
  /** Jobs that are not answered yet. */
  readonly pending: number;
  /** It has ended and takes no jobs any more. */
  readonly lost: boolean;
  /** Does a job; a buffer in it moves to the worker. Rejects with what the worker met, an error with a `code`. */
  unpack(job: UnpackJob): Promise<UnpackResult>;
  digest(job: DigestJob): Promise<string>;
  /** Ends the worker. */
  dismiss(): void;
}

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (cause: unknown) => void;
}

/** Starts a worker. Jobs may be given to it at once; they wait until it listens. */
export function workerHand(): WorkerHand {
  // No arguments of the host's process: a loader it runs under is of no use here and slow to start.
  const worker = new Worker(new URL("./inflate-worker.mjs", import.meta.url), {
    execArgv: [],
    workerData: { hostelryInflateWorker: true },
  });
  const waiting: Waiting[] = [];
  let lost: { readonly cause: unknown } | undefined;
  let started: (ready: boolean) => void = () => {};
  const ready = new Promise<boolean>((resolve) => {
    started = resolve;
  });

  const lose = (cause: unknown): void => {
    lost ??= { cause };
    started(false);
    for (const job of waiting.splice(0)) job.reject(cause);
  };
  worker.once("error", lose);
  worker.once("exit", () => lose(new Error("the inflate worker ended")));
  worker.once("message", () => {
    started(true);
    worker.on("message", (answer: WorkerAnswer<unknown>) => {
      const job = waiting.shift();
      if (waiting.length === 0) worker.unref();
      if (answer.failure === undefined) job?.resolve(answer.value);
      else job?.reject(Object.assign(new Error(answer.failure.message), { code: answer.failure.code }));
    });
  });
  // Not kept alive for an idle worker, but for the first message, which tells that it has started.
  void ready.then(() => (waiting.length === 0 ? worker.unref() : undefined));

  const send = (job: WorkerJob, transfer: readonly ArrayBuffer[]): Promise<unknown> =>
    new Promise((resolve, reject) => {
      if (lost !== undefined) return reject(lost.cause);
      waiting.push({ resolve, reject });
      worker.ref();
      worker.postMessage(job, transfer);
    });

  return {
    ready,
    get pending() {
      return waiting.length;
    },
    get lost() {
      return lost !== undefined;
    },
    unpack: (job) => send(job, job.bytes === undefined ? [] : [job.bytes]) as Promise<UnpackResult>,
    digest: (job) => send(job, []) as Promise<string>,
    dismiss: () => {
      lose(new Error("the inflate worker was ended"));
      void worker.terminate();
    },
  };
}
