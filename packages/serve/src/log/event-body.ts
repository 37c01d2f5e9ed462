import type { Clock } from "@hostelry/core/adapter";
import type { OpenFeed } from "./event-feed.ts";
import { heartbeat } from "./event-text.ts";

/** How a body is made. */
export interface EventBodyOptions {
  readonly feed: OpenFeed;
  /** Ends it: the client is gone, or the handler is closed. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly heartbeatMs: number;
  /** How long a client waits before it connects again. */
  readonly retryMs: number;
}

/** The text of a response: at once something, so that headers go out; then the feed, with a heartbeat where it is quiet. */
export async function* eventBody(options: EventBodyOptions): AsyncGenerator<string, void, undefined> {
  const { feed, signal, clock, heartbeatMs, retryMs } = options;
  yield `retry: ${retryMs}\n\n`;
  const events = feed(signal);
  let next: Promise<IteratorResult<string, void>> | undefined;
  try {
    while (!signal.aborted) {
      next ??= events.next();
      const step = await unlessQuiet(next, clock, heartbeatMs);
      if (step === undefined) {
        yield heartbeat;
        continue;
      }
      next = undefined;
      if (step.done === true) return;
      yield step.value;
    }
  } finally {
    // The signal has fired: what still waits ends with it, and what it meets then is nobody's.
    next?.catch(() => undefined);
    events.return().catch(() => undefined);
  }
}

/** What a promise resolves with, or `undefined` when that takes too long. */
async function unlessQuiet<T>(promise: Promise<T>, clock: Clock, milliseconds: number): Promise<T | undefined> {
  const awake = new AbortController();
  try {
    return await Promise.race([promise, clock.sleep(milliseconds, awake.signal).then(() => undefined)]);
  } finally {
    awake.abort();
  }
}
