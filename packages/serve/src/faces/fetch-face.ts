import { answerAlways, reportProblem } from "../answer/answer-always.ts";
import type { AnswerContext } from "../answer/answer-context.ts";
import type { HeaderList } from "../answer/reply.ts";
import type { SiteRequest } from "../answer/site-request.ts";

/**
 * The WHATWG face. The URL decides host and path; its parser has resolved dot segments and backslashes before we see it.
 */
export async function answerFetch(context: AnswerContext, incoming: Request): Promise<Response> {
  const url = new URL(incoming.url);
  const gone = new AbortController();
  let signal: AbortSignal | undefined;
  const request: SiteRequest = {
    method: incoming.method,
    authority: url.host,
    target: url.pathname + url.search,
    https: url.protocol === "https:",
    headers: Object.fromEntries(incoming.headers),
    signal: () => {
      signal ??= AbortSignal.any([incoming.signal, gone.signal]);
      return signal;
    },
  };
  const { status, headers, body } = await answerAlways(context, request);
  const content = body === null || body instanceof Uint8Array ? body : bodyStream(context, request, body, gone);
  return new Response(content, {
    status,
    headers: pairs(headers),
  });
}

function pairs(headers: HeaderList): [string, string][] {
  const list: [string, string][] = [];
  for (let at = 0; at < headers.length; at += 2) list.push([headers[at] ?? "", headers[at + 1] ?? ""]);
  return list;
}

/** Bytes on demand; when the client leaves, the source is ended at once, also in the midst of a read. */
function bodyStream(
  context: AnswerContext,
  request: SiteRequest,
  body: AsyncIterable<Uint8Array>,
  gone: AbortController,
): ReadableStream<Uint8Array> {
  const iterator = body[Symbol.asyncIterator]();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const step = await iterator.next();
        if (step.done === true) controller.close();
        else controller.enqueue(step.value);
      } catch (cause) {
        reportProblem(context, request, cause);
        controller.error(cause);
      }
    },
    async cancel(reason) {
      gone.abort(reason);
      await iterator.return?.();
    },
  });
}
