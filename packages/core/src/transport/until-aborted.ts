import { stoppable } from "./stoppable.ts";

/**
 * The same chunks, until the signal fires: then it throws the signal's reason at once, also when the source is waiting
 * for somebody who never sends.
 */
export async function* untilAborted(
  chunks: AsyncIterable<Uint8Array>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void> {
  if (signal === undefined) {
    yield* chunks;
    return;
  }
  signal.throwIfAborted();
  const iterator = chunks[Symbol.asyncIterator]();
  const wanted = stoppable();
  signal.addEventListener("abort", wanted.stop, { once: true });
  let ended = false;
  try {
    for (;;) {
      const step = await wanted.wait(iterator.next());
      if (step === undefined) throw signal.reason;
      if (step.done === true) {
        ended = true;
        return;
      }
      yield step.value;
    }
  } finally {
    signal.removeEventListener("abort", wanted.stop);
    // Not waited for: a generator that hangs in its own `await` answers `return()` only when that ends.
    if (!ended) void Promise.resolve(iterator.return?.()).catch(() => {});
  }
}
