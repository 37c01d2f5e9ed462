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
  let onAbort: () => void = () => {};
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
  });
  // Nobody may be waiting for it when it fires; the next race sees it all the same.
  aborted.catch(() => {});
  let ended = false;
  try {
    for (;;) {
      const step = await Promise.race([iterator.next(), aborted]);
      if (step.done === true) {
        ended = true;
        return;
      }
      yield step.value;
    }
  } finally {
    signal.removeEventListener("abort", onAbort);
    // Not waited for: a generator that hangs in its own `await` answers `return()` only when that ends.
    if (!ended) void Promise.resolve(iterator.return?.()).catch(() => {});
  }
}
