import type { IncomingMessage, ServerResponse } from "node:http";
import { type Clock, systemClock } from "@hostelry/core/adapter";
import { hostName } from "../address/host-name.ts";
import { type HeaderList, headerList } from "../answer/reply.ts";
import type { ServeProblem } from "../answer/site-handler-options.ts";
import { headerOf, type SiteRequest } from "../answer/site-request.ts";
import { warnOfProblem } from "../answer/warn-of-problem.ts";
import { clientPlaces } from "./client-places.ts";
import type { EventAnswer, EventAnswerer } from "./event-answer.ts";
import { eventBody } from "./event-body.ts";
import type { EventFeed } from "./event-feed.ts";
import { type EventAccess, type EventRequest, eventRequest } from "./event-request.ts";
import { fetchEvents } from "./fetch-events.ts";
import { nodeEvents } from "./node-events.ts";

/** What can be chosen for every handler of events. */
export interface EventHandlerOptions {
  /** Clients at the same time; one more is answered with 503. Default 1000. */
  readonly maxClients?: number | undefined;
  /** Clients at the same time of one log, or of one site's status. Default 200. */
  readonly maxClientsPerStream?: number | undefined;
  /** A quiet connection is given a comment this often. Default 15,000. */
  readonly heartbeatMs?: number | undefined;
  /** How long a client waits before it connects again, when it was cut off or had no place. Default 2000. */
  readonly retryMs?: number | undefined;
  /** A client that takes nothing for so long is cut off; it goes on where it was when it comes back. Default 30,000. */
  readonly stallMs?: number | undefined;
  /** Default: the machine's clock. */
  readonly clock?: Clock | undefined;
  /** Told of every stream that failed. Default: a process warning, which Node prints to stderr. Must not throw. */
  readonly onProblem?: ((problem: ServeProblem) => void) | undefined;
}

/** A handler of event streams (`text/event-stream`, what a browser's `EventSource` reads): two faces, the same answers. */
export interface EventHandler {
  /** For hosts that speak WHATWG `Request` and `Response`. Never rejects. */
  fetch(request: Request): Promise<Response>;
  /** For `node:http`, `node:https`, `node:http2` with its compatibility interface, and frameworks that take a Node listener. Never throws. */
  node(request: IncomingMessage, response: ServerResponse): void;
  /** How many clients follow now. */
  readonly clients: number;
  /** Ends all streams, and refuses new ones with 503: clients come back to another process, or later, and miss nothing. */
  close(): void;
}

/** What a handler of events is made of. */
export interface EventHandlerParts<T> extends EventHandlerOptions {
  readonly feed: EventFeed<T>;
  readonly access: (request: EventRequest) => EventAccess<T> | Promise<EventAccess<T>>;
}

const streamHeaders: HeaderList = headerList({
  // Proxies are told neither to keep, nor to compress, nor to gather it.
  "cache-control": "no-store, no-transform",
  "content-type": "text/event-stream; charset=utf-8",
  "x-accel-buffering": "no",
  "x-content-type-options": "nosniff",
});

/** Puts a handler together. */
export function eventHandler<T>(parts: EventHandlerParts<T>): EventHandler {
  const { feed, access, maxClients = 1000, maxClientsPerStream = 200 } = parts;
  const { heartbeatMs = 15_000, retryMs = 2000, stallMs = 30_000, clock = systemClock } = parts;
  const onProblem = parts.onProblem ?? warnOfProblem;
  const places = clientPlaces({ maxClients, maxClientsPerStream });
  const closing = new AbortController();
  const busy = (): EventAnswer => empty(503, { "retry-after": String(Math.max(1, Math.ceil(retryMs / 1000))) });

  const answer = async (request: SiteRequest): Promise<EventAnswer> => {
    if (request.method !== "GET" && request.method !== "HEAD") return empty(405, { allow: "GET, HEAD" });
    const asked = eventRequest(request);
    const allowed = await access(asked);
    if ("refuse" in allowed) return empty(allowed.refuse);
    const subject = allowed.allow;
    // Of an EventSource that connects again, the header is newer than the address.
    const id = headerOf(request, "last-event-id") || asked.query.get("after") || undefined;
    const opened = await feed.open(subject, id);
    if (opened === "invalid") return empty(400);
    // Tells an EventSource not to come again.
    if (opened === "over") return empty(204);
    if (request.method === "HEAD") return { status: 200, headers: streamHeaders };
    const done = closing.signal.aborted ? undefined : places.take(feed.key(subject));
    if (done === undefined) return busy();
    const body = (gone: AbortSignal): AsyncGenerator<string, void, undefined> => {
      const signal = AbortSignal.any([gone, closing.signal]);
      return eventBody({ feed: opened, signal, clock, heartbeatMs, retryMs });
    };
    return { status: 200, headers: streamHeaders, body, done };
  };

  const report = (request: SiteRequest, cause: unknown): void => {
    const error = cause instanceof Error ? cause : new Error(String(cause));
    const path = request.target.split("?", 1)[0] ?? "";
    onProblem({ error, host: hostName(request.authority), path });
  };

  const answerer: EventAnswerer = {
    clock,
    stallMs,
    report,
    answer: async (request) => {
      try {
        return await answer(request);
      } catch (cause) {
        report(request, cause);
        return empty(500);
      }
    },
  };
  return {
    fetch: (request) => fetchEvents(answerer, request),
    node: (request, response) => nodeEvents(answerer, request, response),
    get clients() {
      return places.taken;
    },
    close: () => closing.abort(),
  };
}

function empty(status: number, fields: Readonly<Record<string, string>> = {}): EventAnswer {
  const length = status === 204 ? {} : { "content-length": "0" };
  return { status, headers: headerList({ "cache-control": "no-store", ...length, ...fields }) };
}
