import type { Clock, Command, CommandOutput, ResultAsync, Transport, TransportError } from "@hostelry/core/adapter";

/** Runs of one program that learns from its input what it is to do. */
export interface ReadyRun {
  /** Gives the input to the program that waits for one, or to a new one, and gathers what it writes. */
  run(input: Uint8Array, signal: AbortSignal | undefined): ResultAsync<CommandOutput, TransportError>;
  /** Starts the program of the next call, unless others wait for a session. It is ended when nobody comes soon, or when others need its session. */
  prepare(): void;
}

/**
 * So long a program waits for its input. To start one is two of three ways there and back, which is worth something where one call follows the
 * other; but it also takes one of the few sessions that a server allows on a connection.
 */
const readyForMs = 3000;

/** A program that has been started, or is about to be. */
interface Started {
  readonly output: ResultAsync<CommandOutput, TransportError>;
  /** All of its input; `undefined`: there will be none, and it ends by itself. */
  readonly give: (input: Uint8Array | undefined) => void;
  readonly isReading: () => boolean;
  readonly ending: AbortController;
  /** Fires when it is over, or somebody's. */
  readonly waitsNoMore: AbortController;
}

/** Makes runs of a program. */
export function readyRun(
  transport: Transport,
  clock: Clock,
  argv: Command["argv"],
  bounds: { readonly timeoutMs: number; readonly maxOutputBytes: number },
): ReadyRun {
  let ready: Started | undefined;

  const start = (): Started => {
    let give: Started["give"] = () => undefined;
    const given = new Promise<Uint8Array | undefined>((resolve) => {
      give = resolve;
    });
    const ending = new AbortController();
    const waitsNoMore = new AbortController();
    let isReading = false;
    const input = (async function* () {
      isReading = true;
      const bytes = await given;
      if (bytes !== undefined) yield bytes;
    })();
    const timeoutMs = bounds.timeoutMs + readyForMs;
    const output = transport.run({ argv }, { ...bounds, timeoutMs, input, signal: ending.signal });
    return { output, give, isReading: () => isReading, ending, waitsNoMore };
  };

  /** Ends a program that nobody has taken; says whether it had a session to give. */
  const dismiss = (own: Started): boolean => {
    if (ready !== own) return false;
    ready = undefined;
    own.waitsNoMore.abort();
    // One that runs is not killed, which takes a session of its own. One that waits for a session itself is called off.
    const isRunning = own.isReading();
    if (isRunning) own.give(undefined);
    else own.ending.abort();
    return isRunning;
  };

  return {
    run: (input, signal) => {
      const own = ready ?? start();
      ready = undefined;
      own.waitsNoMore.abort();
      const onAbort = (): void => own.ending.abort(signal?.reason);
      if (signal?.aborted === true) onAbort();
      signal?.addEventListener("abort", onAbort, { once: true });
      const forget = (): void => signal?.removeEventListener("abort", onAbort);
      void own.output.match(forget, forget);
      own.give(input);
      return own.output;
    },
    prepare: () => {
      if (ready !== undefined || transport.crowd?.isCrowded() === true) return;
      const own = start();
      ready = own;
      const forget = transport.crowd?.onCrowded(() => dismiss(own));
      // It can't be started now, or has ended: the next call starts one, and meets the reason.
      const isOver = (): void => {
        if (ready === own) ready = undefined;
        own.waitsNoMore.abort();
      };
      void own.output.match(isOver, isOver);
      void clock.sleep(readyForMs, own.waitsNoMore.signal).then(() => {
        forget?.();
        dismiss(own);
      });
    },
  };
}
