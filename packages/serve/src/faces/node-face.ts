import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { answerAlways, reportProblem } from "../answer/answer-always.ts";
import type { AnswerContext } from "../answer/answer-context.ts";
import { isUnknownHost } from "../answer/answer-request.ts";
import type { Reply } from "../answer/reply.ts";
import type { SiteRequest } from "../answer/site-request.ts";
import { replyNow } from "../file/send-bytes.ts";
import { siteRequest } from "./node-request.ts";

/** The Node face: answers on `response`, or leaves that to `next`, and never throws. */
export function answerNode(
  context: AnswerContext,
  incoming: IncomingMessage,
  response: ServerResponse,
  next: (() => void) | undefined,
): void {
  const request = siteRequest(incoming, response);
  // Programs differ in which of two hosts they believe (RFC 9112 section 3.2 asks for 400).
  if (hasTwoHosts(incoming.rawHeaders)) {
    const refusal = replyNow(context.bodies, context.pages.reply(request, "malformedRequest"));
    if (refusal !== undefined) send(context, request, refusal, response);
    return;
  }
  if (next === undefined) {
    answer(context, request, response);
    return;
  }
  const unknown = isUnknownHost(context, request.authority);
  if (unknown === true) next();
  else if (unknown === false) answer(context, request, response);
  else void unknown.then((isUnknown) => (isUnknown ? next() : answer(context, request, response)));
}

function answer(context: AnswerContext, request: SiteRequest, response: ServerResponse): void {
  const reply = answerAlways(context, request);
  if ("status" in reply) send(context, request, reply, response);
  else void reply.then((late) => send(context, request, late, response));
}

function send(context: AnswerContext, request: SiteRequest, reply: Reply, response: ServerResponse): void {
  const { status, headers, body } = reply;
  try {
    if (response.destroyed) {
      end(body);
      return;
    }
    response.writeHead(status, headers as string[]);
    if (body === null || body instanceof Uint8Array) {
      response.end(body);
      return;
    }
    pipeline(Readable.from(body, { objectMode: false }), response).catch((cause: unknown) => fail(cause));
  } catch (cause) {
    end(body);
    fail(cause);
  }

  function fail(cause: unknown): void {
    reportProblem(context, request, cause);
    // Part of the body may be out already: only a broken connection tells the client that it is not whole.
    response.destroy();
  }
}

/** Tells a source that nobody will read any further. */
function end(body: Reply["body"]): void {
  if (body !== null && !(body instanceof Uint8Array)) void body[Symbol.asyncIterator]().return?.();
}

function hasTwoHosts(rawHeaders: readonly string[]): boolean {
  let hosts = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at];
    if (name?.length === 4 && name.toLowerCase() === "host") hosts += 1;
  }
  return hosts > 1;
}
