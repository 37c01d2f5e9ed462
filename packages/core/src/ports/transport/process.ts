import type { ResultAsync } from "../../result/index.ts";
import type { CallOptions } from "../call-options.ts";
import type { TransportError } from "./transport-error.ts";

/** A program with its arguments. No shell looks at them: each reaches the program as it is. */
export interface Command {
  /** The program (a path, or a name found on the other side's `PATH`), then its arguments. */
  readonly argv: readonly [string, ...string[]];
}

/** How to start a program. */
export interface StartOptions extends CallOptions {
  /** After so long the program and all its children are ended; `outcome` is `ADAPTER_TIMEOUT`. Default: no bound. */
  readonly timeoutMs?: number | undefined;
  /** So many bytes of the end of the error output are kept. Default 65,536. */
  readonly maxErrorBytes?: number | undefined;
}

/** How to run a program to its end. */
export interface RunOptions extends StartOptions {
  /** What it reads from its standard input. Default: nothing. */
  readonly input?: Uint8Array | AsyncIterable<Uint8Array> | undefined;
  /** More output than this ends the program. Default 1,048,576. */
  readonly maxOutputBytes?: number | undefined;
}

/** How a program ended. Any exit code is a value: what it means is the caller's to know. */
export interface ProcessOutcome {
  /** 0 to 255. A program ended by signal n has 128 + n, as shells say it. */
  readonly exitCode: number;
  /** Name of the signal that ended it, e.g. `SIGKILL`; `null` when it ended by itself. Codes above 128 are read so. */
  readonly signal: string | null;
  /** The end of what it wrote to its error output, at most `maxErrorBytes`. */
  readonly stderr: Uint8Array;
}

/** What a program that ran to its end wrote. */
export interface CommandOutput extends ProcessOutcome {
  readonly stdout: Uint8Array;
}

/** A running program. */
export interface TransportProcess {
  /**
   * What it writes, as it comes; can be iterated once. It is pulled: a program that writes faster than it is read waits.
   * `outcome` comes when the output was read to its end or given up (by leaving the iteration, or by `stop`); a program that
   * writes nothing needs no reader.
   * The iteration ends with the program, also when that has closed its output before. It throws the {@link TransportError}
   * that `outcome` answers; a program that fails by itself ends it normally.
   */
  readonly stdout: AsyncIterable<Uint8Array>;

  /**
   * Sends bytes to the program's input, in the order of the calls.
   *
   * Absent: a program that has ended takes nothing: `accepted: false`. Look at `outcome`.
   * Repeated: sends more.
   * Concurrent: one after the other, never mixed.
   * Cancelled: by the signal of `start`.
   * Half-way: `accepted: false` when the program takes no more, or the connection is lost; `outcome` tells which. A source
   *   that throws ends the program: an error of ours is passed on, anything else is `ADAPTER_FAILED` with that cause.
   * Limits: resolves when the transport can take more, not when the program has read it; memory does not grow with the
   *   number of bytes. Chunks may be used again by the caller once it resolves, and those of a source once the next is
   *   asked for.
   */
  write(bytes: Uint8Array | AsyncIterable<Uint8Array>): ResultAsync<{ readonly accepted: boolean }, TransportError>;

  /**
   * Ends the program's input, after everything written before.
   *
   * Absent: an ended program is success.
   * Repeated: success.
   * Concurrent: waits for writes that began before it.
   * Cancelled: by the signal of `start`.
   * Half-way: a lost connection is told by `outcome`.
   * Limits: what is written afterwards is not accepted.
   */
  closeInput(): ResultAsync<void, TransportError>;

  /**
   * Waits for the program's end.
   *
   * Absent: does not arise.
   * Repeated: answers the same.
   * Concurrent: any number of callers.
   * Cancelled: by the signal of `start`: `ABORTED`.
   * Half-way: a lost connection is `TRANSPORT_LOST` with state `unknown`; the program is ended on the other side.
   * Limits: comes after the last byte of output was handed over or given up.
   */
  outcome(): ResultAsync<ProcessOutcome, TransportError>;

  /**
   * Ends the program with all its children, at once and without asking it.
   *
   * Absent: an ended program is success.
   * Repeated: success.
   * Concurrent: once.
   * Cancelled: it takes no signal.
   * Half-way: when the connection is lost meanwhile, the other side ends it.
   * Limits: resolves when it has ended; its `outcome` then tells the signal, `SIGKILL`.
   */
  stop(): ResultAsync<void, TransportError>;
}
