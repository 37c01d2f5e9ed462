import type { Readable } from "node:stream";

/** The output of a program, pulled by one reader. */
export interface OutputReader {
  /** Waits for the next chunk; `undefined` after the last one, or once the rest was given up. */
  next(): Promise<Uint8Array | undefined>;
  /** Lets all that is left run through unseen. */
  giveUp(): void;
  /** Says that the stream will never tell of its end: it is over after what has come already. */
  breakOff(): void;
}

/**
 * Reads one chunk ahead, so that the end of the output is noticed although nobody asks for it: a program that writes nothing
 * needs no reader. Node's own iterator would destroy the stream of a reader who leaves, which for an SSH channel is to end
 * the program; and it notices an end only while it is being asked.
 */
export function outputReader(output: Readable): OutputReader {
  let held: Uint8Array | undefined;
  let givenUp = false;
  let over = false;
  let wake: () => void = () => undefined;

  const pull = (): void => {
    while (held === undefined) {
      const chunk: Uint8Array | null = output.read();
      if (chunk === null) break;
      if (!givenUp) held = chunk;
    }
    wake();
  };
  const end = (): void => {
    over = true;
    wake();
  };
  output.on("readable", pull).once("end", end).once("close", end).once("error", end);
  // A stream that breaks ends; what that means is told by how the program ended.
  output.on("error", () => undefined);

  return {
    next: async () => {
      for (;;) {
        if (held === undefined) pull();
        const chunk = held;
        held = undefined;
        if (chunk !== undefined) {
          pull();
          return chunk;
        }
        if (over || givenUp || output.readableEnded || output.destroyed) return undefined;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
    giveUp: () => {
      givenUp = true;
      held = undefined;
      pull();
    },
    breakOff: end,
  };
}
