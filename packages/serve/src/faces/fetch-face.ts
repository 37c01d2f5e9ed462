import { answerAlways, reportProblem } from "../answer/answer-always.ts";
import type { AnswerContext } from "../answer/answer-context.ts";
import type { SiteRequest } from "../answer/site-request.ts";
import { fetchHeaders, fetchRequest } from "./fetch-request.ts";

/**
 * The WHATWG face. The URL decides host and path; its parser has resolved dot segments and backslashes before we see it.
 */
export async function answerFetch(context: AnswerContext, incoming: Request): Promise<Response> {
  const gone = new AbortController();
  const request = fetchRequest(incoming, gone.signal);
  const { status, headers, body } = await answerAlways(context, request);
  const content = body === null || body instanceof Uint8Array ? body : bodyStream(context, request, body, gone);
  return new Response(content, {
    status,
    headers: fetchHeaders(headers),
  });
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
