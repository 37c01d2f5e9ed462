import { type LogStore, type LogStreamId, systemClock } from "@hostelry/core/adapter";
import { type EventHandler, type EventHandlerOptions, eventHandler } from "./event-handler.ts";
import type { EventAccess, EventRequest } from "./event-request.ts";
import { logFeed } from "./log-feed.ts";

/** What a handler of logs needs. */
export interface LogHandlerOptions extends EventHandlerOptions {
  /** Where the logs are. */
  readonly logs: Pick<LogStore, "awaitMore" | "read">;
  /**
   * Whether a client may follow a log, and which: the host knows its users and its addresses. An `EventSource` can't send headers of
   * its own: use a cookie, or an address that is signed and soon over. A throw is answered with 500 and told as a problem.
   */
  readonly access: (request: EventRequest) => EventAccess<LogStreamId> | Promise<EventAccess<LogStreamId>>;
}

/**
 * Makes a handler that shows logs while they are written. Each line is an event `{ sequence, channel, at, text }` whose id is its
 * sequence; the last event, `end`, says `{ outcome, at }`. A client that comes back with `Last-Event-ID`, or `?after=`, is given
 * exactly what it has not had; one that knows the end is told 204 and stops. An event `reset` says that the log was removed and begun
 * anew: what follows is all of it.
 *
 * All clients of a log are served by one reading of the store. A client costs one piece of text of some 32 KB at most; whoever does
 * not read it is cut off, and nobody waits for him, least of all the writer. A log that nobody has begun is waited for.
 */
export function createLogHandler(options: LogHandlerOptions): EventHandler {
  const { logs, access, clock = systemClock } = options;
  return eventHandler({ ...options, feed: logFeed({ logs, clock }), access });
}
