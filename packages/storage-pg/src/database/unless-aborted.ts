/**
 * What `promise` comes to; or rejects with the signal's reason, `graceMs` after the signal: what is under way goes on
 * elsewhere, and its own answer, if it comes soon, is better to know than `ABORTED`.
 */
export function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined, graceMs: number): Promise<T> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined;
    const abort = (): void => {
      timer = setTimeout(() => reject(signal.reason), graceMs);
    };
    if (signal.aborted) abort();
    else signal.addEventListener("abort", abort, { once: true });
    void promise.then(resolve, reject).finally(() => {
      clearTimeout(timer);
      signal.removeEventListener("abort", abort);
    });
  });
}
