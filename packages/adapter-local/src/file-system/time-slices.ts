/** Cuts long synchronous work into slices, so that timers and sockets of the host get their turn. */
export interface TimeSlices {
  /** Whether the slice is used up; asking is cheap. */
  over(): boolean;
  /**
   * Lets the event loop turn once and begins a new slice, one for all that wait. Throws the signal's reason when it has
   * fired.
   */
  next(): Promise<void>;
}

/**
 * Begins a first slice. Several loops side by side may share it.
 *
 * @example for (const file of files) { if (slices.over()) await slices.next(); link(file); }
 */
export function timeSlices(signal: AbortSignal | undefined, sliceMs = 8): TimeSlices {
  signal?.throwIfAborted();
  let end = performance.now() + sliceMs;
  let turn: Promise<void> | undefined;
  const begin = async (): Promise<void> => {
    await new Promise<void>((resolve) => setImmediate(resolve));
    turn = undefined;
    signal?.throwIfAborted();
    end = performance.now() + sliceMs;
  };
  return {
    over: () => performance.now() >= end,
    next: () => (turn ??= begin()),
  };
}
