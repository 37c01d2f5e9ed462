import type { Writable } from "node:stream";

/** The input of a program, as something that can be waited for. */
export interface ProcessInput {
  /** Hands a chunk over and waits until it was taken. `false`: the program takes nothing any more. */
  write(bytes: Uint8Array): Promise<boolean>;
  /** Ends the input. */
  end(): void;
}

/** Wraps a stream whose reader may go away at any time; `over` settles when nobody reads any more. */
export function processInput(input: Writable, over: Promise<unknown>): ProcessInput {
  let open = true;
  const waiting = new Set<(taken: boolean) => void>();
  const shut = (): void => {
    open = false;
    for (const settle of waiting) settle(false);
  };
  // EPIPE and the like: the program has closed its input, which is its right.
  input.on("error", shut).once("close", shut);
  void over.then(shut);
  return {
    write: (bytes) =>
      new Promise((resolve) => {
        if (!open) return resolve(false);
        const settle = (taken: boolean): void => {
          waiting.delete(settle);
          resolve(taken);
        };
        waiting.add(settle);
        // Waits until the stream has let go of the chunk: the caller may use its memory again.
        input.write(bytes, (error) => settle(error === null || error === undefined));
      }),
    end: () => {
      if (open) input.end();
      open = false;
    },
  };
}
