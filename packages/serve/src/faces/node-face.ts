import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { TLSSocket } from "node:tls";
import { answerAlways, reportProblem } from "../answer/answer-always.ts";
import { type AnswerContext, pageFor } from "../answer/answer-request.ts";
import type { Reply } from "../answer/reply.ts";
import type { SiteRequest } from "../answer/site-request.ts";
import { pages } from "../page/pages.ts";

/** The Node face: answers on `response`, and never rejects. */
export async function answerNode(
  context: AnswerContext,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  const request = siteRequest(incoming, gone.signal);
  // More than one Host header: programs differ in which one they believe (RFC 9112 section 3.2 asks for 400).
  const hosts = incoming.headersDistinct["host"]?.length ?? 0;
  const reply = hosts > 1 ? pageFor(request, pages.malformedRequest) : await answerAlways(context, request);
  try {
    await send(reply, response);
  } catch (cause) {
    reportProblem(context, request, cause);
    // Part of the body is out already: only a broken connection tells the client that it is not whole.
    response.destroy();
  }
}

async function send({ status, headers, body }: Reply, response: ServerResponse): Promise<void> {
  if (response.destroyed) {
    if (body !== null && !(body instanceof Uint8Array)) await body[Symbol.asyncIterator]().return?.();
    return;
  }
  response.writeHead(status, { ...headers });
  if (body === null || body instanceof Uint8Array) response.end(body ?? undefined);
  else await pipeline(Readable.from(body, { objectMode: false }), response);
}

function siteRequest(incoming: IncomingMessage, signal: AbortSignal): SiteRequest {
  const absolute = absoluteForm.exec(incoming.url ?? "");
  return {
    method: incoming.method ?? "",
    authority: absolute?.[1] ?? incoming.headers.host ?? "",
    target: absolute === null ? (incoming.url ?? "") : absolute[2] || "/",
    https: incoming.socket instanceof TLSSocket,
    header: (name) => {
      const value = incoming.headers[name];
      return Array.isArray(value) ? value.join(", ") : value;
    },
    signal,
  };
}

/** `GET http://host/path`: a server must take it, and its host counts, not the header's (RFC 9112 section 3.2.2). */
const absoluteForm = /^https?:\/\/([^/?#]*)([^#]*)/i;
