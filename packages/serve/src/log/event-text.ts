/** An event as a client dispatches it (WHATWG HTML, server-sent events, "interpreting an event stream"). */
export interface ServerEvent {
  /** What the client asks to go on behind. */
  readonly id?: string | undefined;
  /** Default `message`. */
  readonly event?: string | undefined;
  /** Any JSON. Absent: the client takes the id and dispatches nothing. */
  readonly data?: unknown;
}

/**
 * The text of an event. A client takes it as a whole when it has read the empty line, with its id, or forgets it: so one that is
 * cut off anywhere asks again for exactly what it has not dispatched. JSON has no line end of its own.
 */
export function eventText({ id, event, data }: ServerEvent): string {
  return `${id === undefined ? "" : `id: ${id}\n`}${event === undefined ? "" : `event: ${event}\n`}${
    data === undefined ? "" : `data: ${JSON.stringify(data)}\n`
  }\n`;
}

/** A line that clients ignore, and that keeps proxies from taking a quiet connection for a dead one. */
export const heartbeat = ":\n\n";
