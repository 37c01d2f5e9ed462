import { type HostingErrorOf, hostingError } from "../errors/index.ts";
import { adapterError } from "../ports/adapter-error.ts";
import type { Clock, ProcessOutcome, StartOptions, TransportError, TransportProcess } from "../ports/index.ts";
import { err, ok, type Result, ResultAsync } from "../result/index.ts";
import { errorTail } from "./error-tail.ts";
import { type OutputReader, outputReader } from "./output-reader.ts";
import { processInput } from "./process-input.ts";
import type { ProcessEnd, ProcessPipes } from "./process-pipes.ts";
import { exitCodeOfSignal, signalOfExitCode } from "./signal-names.ts";
import { stoppable } from "./stoppable.ts";

/** Whose program it is, and how it may run. */
export interface ProcessContext {
  /** The transport's name. */
  readonly transport: string;
  readonly clock: Clock;
  readonly options: StartOptions;
}

/** A {@link TransportProcess} that its transport can also bring to an end for a reason. */
export interface SupervisedProcess extends TransportProcess {
  /** Ends the program; its outcome is this error. Nothing happens when it has an outcome already. */
  failWith(error: TransportError): void;
}

const defaultMaxErrorBytes = 65_536;

/**
 * The whole contract of {@link TransportProcess} over three streams, so that each transport need only bring these: order of
 * writes, back-pressure, time limit, cancellation, and one outcome whatever comes first.
 */
export function transportProcess(pipes: ProcessPipes, context: ProcessContext): SupervisedProcess {
  const { transport, clock, options } = context;
  const { signal, timeoutMs } = options;
  const stderr = errorTail(pipes.errors, options.maxErrorBytes ?? defaultMaxErrorBytes);
  const input = processInput(pipes.input, pipes.ended);
  const output = outputReader(pipes.output);
  const taking = stoppable();
  void pipes.ended.then(taking.stop);
  let over = false;
  let ending: "stopped" | TransportError | undefined;
  let queue: Promise<unknown> = Promise.resolve();

  const endWith = (reason: "stopped" | TransportError): void => {
    if (over || ending !== undefined) return;
    ending = reason;
    pipes.kill();
    // Whoever reads on sees the end; unread output must not hold the program.
    output.giveUp();
  };

  const onAbort = (): void => endWith(abortedError(signal?.reason));
  signal?.addEventListener("abort", onAbort, { once: true });
  const timer = new AbortController();
  if (timeoutMs !== undefined) {
    void clock.sleep(timeoutMs, timer.signal).then(() => {
      if (!timer.signal.aborted) endWith(timeoutError(transport, timeoutMs));
    });
  }

  const settle = async (): Promise<Result<ProcessOutcome, TransportError>> => {
    const end = await pipes.ended;
    // Nothing more will come; what has come already is still handed over.
    if (end.kind === "lost") output.breakOff();
    else await pipes.closed;
    over = true;
    timer.abort();
    signal?.removeEventListener("abort", onAbort);
    if (ending !== undefined && ending !== "stopped") return err(ending);
    return outcomeOf(end, ending === "stopped", transport, stderr());
  };
  const settled = settle();
  if (signal?.aborted === true) onAbort();

  const enqueue = <T>(task: () => Promise<Result<T, TransportError>>): ResultAsync<T, TransportError> => {
    const result = queue.then(task);
    queue = result;
    return new ResultAsync(result);
  };

  /** Whether all of a source was taken. */
  const writeEach = async (source: AsyncIterable<Uint8Array>): Promise<boolean> => {
    const iterator = source[Symbol.asyncIterator]();
    let exhausted = false;
    try {
      for (;;) {
        // A source may be waiting for something that never comes, while the program has ended.
        const step = await taking.wait(iterator.next());
        if (step === undefined) return false;
        exhausted = step.done === true;
        if (step.done === true) return true;
        if (!(await input.write(step.value))) return false;
      }
    } catch (cause) {
      exhausted = true;
      throw cause;
    } finally {
      // Not waited for: a generator that hangs in its own `await` answers `return()` only when that ends.
      if (!exhausted) void Promise.resolve(iterator.return?.()).catch(() => undefined);
    }
  };

  const writeAll = async (
    bytes: Uint8Array | AsyncIterable<Uint8Array>,
  ): Promise<Result<{ readonly accepted: boolean }, TransportError>> => {
    try {
      const accepted = bytes instanceof Uint8Array ? await input.write(bytes) : await writeEach(bytes);
      if (!accepted && ending !== undefined && ending !== "stopped") return err(ending);
      return ok({ accepted });
    } catch (cause) {
      const error = adapterError(cause, { adapter: transport, operation: "write", state: "unknown", signal });
      endWith(error);
      return err(error);
    }
  };

  return {
    stdout: outputOf(output, pipes.ended, transport, () => ending),
    write: (bytes) => enqueue(() => writeAll(bytes)),
    closeInput: () =>
      enqueue(async () => {
        input.end();
        return ok(undefined);
      }),
    outcome: () => new ResultAsync(settled),
    stop: () => {
      endWith("stopped");
      return new ResultAsync(settled.then(() => ok(undefined)));
    },
    failWith: endWith,
  };
}

async function* outputOf(
  output: OutputReader,
  ended: Promise<ProcessEnd>,
  transport: string,
  ending: () => "stopped" | TransportError | undefined,
): AsyncGenerator<Uint8Array, void> {
  try {
    for (let chunk = await output.next(); chunk !== undefined; chunk = await output.next()) yield chunk;
  } finally {
    output.giveUp();
  }
  // A stream that was cut off ends like any other. Only the program's end tells whether this was the whole of it.
  const end = await ended;
  const reason = ending();
  if (reason === "stopped") return;
  if (reason !== undefined) throw reason;
  if (end.kind === "lost") throw lostError(transport, end.cause);
}

function outcomeOf(
  end: ProcessEnd,
  stopped: boolean,
  transport: string,
  stderr: Uint8Array,
): Result<ProcessOutcome, TransportError> {
  switch (end.kind) {
    case "exited":
      return ok({ exitCode: end.code, signal: signalOfExitCode(end.code), stderr });
    case "signalled":
      return ok({ exitCode: exitCodeOfSignal(end.signal), signal: end.signal, stderr });
    case "lost":
      // Whoever closes a channel on purpose may never hear how the program took it.
      if (stopped) return ok({ exitCode: exitCodeOfSignal("SIGKILL"), signal: "SIGKILL", stderr });
      return err(lostError(transport, end.cause));
  }
}

function lostError(transport: string, cause: unknown): HostingErrorOf<"TRANSPORT_LOST"> {
  const message = `The connection of ${transport} was lost while a program ran.`;
  return hostingError("TRANSPORT_LOST", message, { transport, operation: "run", state: "unknown" }, { cause });
}

function abortedError(cause: unknown): HostingErrorOf<"ABORTED"> {
  return hostingError("ABORTED", "The program was ended by its caller.", { operation: "run" }, { cause });
}

function timeoutError(transport: string, timeoutMs: number): HostingErrorOf<"ADAPTER_TIMEOUT"> {
  const message = `A program on ${transport} did not end within ${timeoutMs} ms, and was ended.`;
  return hostingError("ADAPTER_TIMEOUT", message, {
    adapter: transport,
    operation: "run",
    timeoutMs,
    state: "unknown",
  });
}
