import { offAbort, onAbort } from "./abort-listeners.ts";

/** What a promise gives, or the signal's reason when that fires first. The work behind the promise goes on. */
export async function untilSignal<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  let leave: () => void = () => {};
  const left = new Promise<never>((_, reject) => {
    leave = () => reject(signal.reason);
    onAbort(signal, leave);
    if (signal.aborted) leave();
  });
  try {
    return await Promise.race([promise, left]);
  } finally {
    offAbort(signal, leave);
  }
}
