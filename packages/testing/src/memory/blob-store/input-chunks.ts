/**
 * The chunks of an input, until `signal` fires: then its reason is thrown at once, also while the input is silent, and
 * the input is told to stop.
 */
export async function* inputChunks(
  bytes: Uint8Array | AsyncIterable<Uint8Array>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  signal?.throwIfAborted();
  if (bytes instanceof Uint8Array) {
    yield bytes;
    return;
  }
  const input = bytes[Symbol.asyncIterator]();
  const stopped = rejectedBy(signal);
  let ended = false;
  try {
    for (;;) {
      const step = await Promise.race([input.next(), stopped.promise]);
      if (step.done === true) {
        ended = true;
        return;
      }
      yield step.value;
    }
  } finally {
    stopped.dispose();
    // Not awaited: a generator that is stuck in its own `await` answers `return()` only when that ends.
    if (!ended) void input.return?.().catch(() => undefined);
  }
}

interface Stopped {
  readonly promise: Promise<never>;
  readonly dispose: () => void;
}

function rejectedBy(signal: AbortSignal | undefined): Stopped {
  let listener: (() => void) | undefined;
  const promise = new Promise<never>((_, reject) => {
    listener = () => reject(signal?.reason);
    signal?.addEventListener("abort", listener, { once: true });
  });
  // Raced above; when it fires between two races, the next race or `throwIfAborted` reports it.
  promise.catch(() => undefined);
  return {
    promise,
    dispose: () => {
      if (listener !== undefined) signal?.removeEventListener("abort", listener);
    },
  };
}
