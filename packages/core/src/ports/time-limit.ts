/** What a call is that did not come back in time. */
export const late: unique symbol = Symbol("late");

/** A time limit for many calls of one kind. */
export interface TimeLimit {
  /** Begins a call. What it is given fires when the time is over and the call has not answered; never after its answer. */
  begin(over: AbortController): LimitedCall;
}

/** A call under a time limit. */
export interface LimitedCall {
  /** What the call answers, or `late`. */
  race<T>(answer: PromiseLike<T> | T): Promise<T | typeof late>;
}

/** Calls that began at about the same time, under one timer. */
interface Span {
  readonly isOpen: () => boolean;
  /** No more calls will begin in it. */
  readonly close: () => void;
  readonly enter: (giveUp: () => void) => void;
  readonly leave: (giveUp: () => void) => void;
}

/**
 * Calls that begin within a hundredth of the limit share a timer, and are given up together: each of them at most so much later
 * than the limit. A timer for each of ten thousand small reads costs as much as the reading.
 */
export function timeLimit(timeoutMs: number): TimeLimit {
  let latest: Span | undefined;
  const spanNow = (): Span => {
    if (latest?.isOpen() === true) return latest;
    latest?.close();
    latest = openSpan(timeoutMs, timeoutMs / 100);
    return latest;
  };
  return {
    begin: (over) => {
      const span = spanNow();
      return {
        race: <T>(answer: PromiseLike<T> | T) =>
          new Promise<T | typeof late>((resolve, reject) => {
            const giveUp = (): void => {
              resolve(late);
              over.abort();
            };
            span.enter(giveUp);
            // What can be waited for is: a promise around a promise costs three turns of the queue.
            const answering = isThenable(answer) ? answer : Promise.resolve(answer);
            answering.then(
              (value) => {
                span.leave(giveUp);
                resolve(value);
              },
              (cause: unknown) => {
                span.leave(giveUp);
                reject(cause);
              },
            );
          }),
      };
    },
  };
}

function isThenable<T>(answer: PromiseLike<T> | T): answer is PromiseLike<T> {
  return typeof answer === "object" && answer !== null && "then" in answer && typeof answer.then === "function";
}

function openSpan(timeoutMs: number, spanMs: number): Span {
  const closesAt = performance.now() + spanMs;
  const waiting = new Set<() => void>();
  let state: "closed" | "open" | "over" = "open";
  const timer = setTimeout(() => {
    state = "over";
    for (const giveUp of [...waiting]) giveUp();
  }, timeoutMs + spanMs);
  timer.unref();
  const restIfIdle = (): void => {
    if (waiting.size > 0) return;
    if (state === "closed") clearTimeout(timer);
    else timer.unref();
  };
  return {
    isOpen: () => state === "open" && performance.now() < closesAt,
    close: () => {
      state = "closed";
      restIfIdle();
    },
    enter: (giveUp) => {
      // A process stays for what it waits for, and not for a limit that nobody is under.
      if (waiting.size === 0) timer.ref();
      waiting.add(giveUp);
    },
    leave: (giveUp) => {
      waiting.delete(giveUp);
      restIfIdle();
    },
  };
}
