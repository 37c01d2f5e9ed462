import { throwIfAborted } from "./source/unreadable.ts";

/** This thread is given back after so much work in one go. */
const turnMs = 8;

/**
 * Gives this thread back now and then while much is to be done. The returned function is called between two pieces of
 * work: `undefined` if there is time left, else a promise to wait for, which rejects when the signal has fired.
 */
export function threadTurns(signal?: AbortSignal): () => Promise<void> | undefined {
  let ends = performance.now() + turnMs;
  const pass = async (): Promise<void> => {
    await new Promise((resolve) => setImmediate(resolve));
    throwIfAborted(signal);
    ends = performance.now() + turnMs;
  };
  return () => (performance.now() < ends ? undefined : pass());
}
