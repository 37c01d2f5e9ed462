import type { IncomingMessage, ServerResponse } from "node:http";
import type { Clock } from "@hostelry/core/adapter";
import type { SiteRequest } from "../answer/site-request.ts";
import { siteRequest } from "../faces/node-request.ts";
import type { EventAnswer, EventAnswerer } from "./event-answer.ts";

/** Answers on a response of Node's. */
export function nodeEvents(answerer: EventAnswerer, incoming: IncomingMessage, response: ServerResponse): void {
  const request = siteRequest(incoming, response);
  void answerer.answer(request).then((answer) => send(answerer, request, answer, response));
}

async function send(
  { clock, stallMs, report }: EventAnswerer,
  request: SiteRequest,
  { status, headers, body, done }: EventAnswer,
  response: ServerResponse,
): Promise<void> {
  const gone = new AbortController();
  const leave = (): void => gone.abort();
  try {
    if (response.destroyed) return;
    response.writeHead(status, headers as string[]);
    if (body === undefined) {
      response.end();
      return;
    }
    response.once("close", leave);
    for await (const text of body(gone.signal)) {
      // No more than this one piece waits for a client that does not read.
      if (!response.write(text) && !(await hasDrained(response, clock, stallMs))) {
        response.destroy();
        return;
      }
    }
    response.end();
  } catch (cause) {
    if (!gone.signal.aborted) report(request, cause);
    // A broken connection, not an end: the client comes again.
    response.destroy();
  } finally {
    response.removeListener("close", leave);
    leave();
    done?.();
  }
}

/** Whether a client has taken what was written, within a time. */
async function hasDrained(response: ServerResponse, clock: Clock, milliseconds: number): Promise<boolean> {
  const awake = new AbortController();
  let drained = false;
  const wake = (): void => {
    drained = true;
    awake.abort();
  };
  const leave = (): void => awake.abort();
  response.once("drain", wake);
  response.once("close", leave);
  try {
    if (response.destroyed) return false;
    await clock.sleep(milliseconds, awake.signal);
    return drained;
  } finally {
    response.removeListener("drain", wake);
    response.removeListener("close", leave);
  }
}
