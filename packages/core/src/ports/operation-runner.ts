import type { OperationId } from "../provisioning/operation.ts";
import type { ResultAsync } from "../result/index.ts";
import type { AdapterError, CallOptions } from "./call-options.ts";

/** What a runner can do; read by core and by the conformance kit. */
export interface OperationRunnerCapabilities {
  /** What was submitted survives the end of the process. `false`: core submits what the store knows to be open, when it starts and from time to time. */
  readonly durable: boolean;
  /** Several processes share the work. `false`: each has a queue of its own, and the claims of the operation store keep them apart. */
  readonly shared: boolean;
}

/** Something to deliver. */
export interface SubmittedOperation {
  readonly operationId: OperationId;
  /** One at a time of a key. Core gives the operation's id, or the lane of a place where things are done one after the other. */
  readonly key: string;
  /** Not before then. Default: at once. */
  readonly notBefore?: Date | undefined;
}

/** What was made of a delivery. */
export interface DeliveredOperation {
  /** Deliver it again, not before then; left out: it is done with. */
  readonly again?: Date | undefined;
}

/**
 * Works on an operation. It never rejects for what happens in the world, only for a bug; whoever delivers then delivers again, later.
 * The signal fires when the runner stops: the work ends early and the operation stays open.
 */
export type DeliverOperation = (operationId: OperationId, signal: AbortSignal) => Promise<DeliveredOperation>;

/**
 * Brings operations to a process that works on them; what the work consists of, and how far it has come, is no business of
 * the runner: that is in the operation store. An engine that does more (steps, replay, timers) is used for nothing but this.
 *
 * Its promise: what was submitted and not done with is delivered at least once, to one at a time per key, in the order of submission
 * per key as far as `notBefore` allows, and again when whoever had it dies.
 */
export interface OperationRunner {
  readonly spec: "operation-runner/1";
  /** For error messages, e.g. `in process`. */
  readonly name: string;
  readonly capabilities: OperationRunnerCapabilities;

  /**
   * Begins to deliver.
   *
   * Absent: with nothing submitted it waits.
   * Repeated: while it runs, `ADAPTER_FAILED`: one runner delivers to one.
   * Concurrent: one of several calls begins.
   * Cancelled: `ABORTED`, and it has not begun.
   * Half-way: has begun or has not.
   * Limits: what was submitted before is delivered now.
   */
  start(deliver: DeliverOperation, options?: CallOptions): ResultAsync<void, AdapterError>;

  /**
   * Asks for an operation to be delivered.
   *
   * Absent: whether there is such an operation is not asked.
   * Repeated: while it waits, it is delivered once, at the earlier of both moments. While it is being delivered, once more afterwards.
   * Concurrent: any number, also with deliveries.
   * Cancelled: `ABORTED`; it may have been submitted.
   * Half-way: submitted or not.
   * Limits: before `start` and after `stop` it is kept where `durable`, and otherwise forgotten with the process.
   */
  submit(request: SubmittedOperation, options?: CallOptions): ResultAsync<void, AdapterError>;

  /**
   * Ends: no further deliveries; those under way are waited for, and their signals fired after `graceMs`.
   *
   * Absent: not begun: success.
   * Repeated: success.
   * Concurrent: all wait for the same end.
   * Cancelled: `ABORTED`; it ends all the same.
   * Half-way: what was not done with is delivered again by the next start where `durable`.
   * Limits: `graceMs` default 10,000.
   */
  stop(options?: CallOptions & { readonly graceMs?: number | undefined }): ResultAsync<void, AdapterError>;
}
