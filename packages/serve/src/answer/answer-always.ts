import { type ContentError, isHostingError, type ResultAsync } from "@hostelry/core/adapter";
import { hostName } from "../address/host-name.ts";
import { replyNow } from "../file/send-bytes.ts";
import type { AnswerContext } from "./answer-context.ts";
import { answerRequest } from "./answer-request.ts";
import type { Reply } from "./reply.ts";
import type { SiteRequest } from "./site-request.ts";

/**
 * Answers every request, whatever happens: a failed source, or a resolver that throws, is a page without internals for
 * the visitor and a problem for the host. A client that is gone is no problem. At once where nothing has to be waited for.
 */
export function answerAlways(context: AnswerContext, request: SiteRequest): Reply | Promise<Reply> {
  try {
    const answer = answerRequest(context, request);
    return "status" in answer ? answer : answerLater(context, request, answer);
  } catch (cause) {
    return failure(context, request, cause);
  }
}

async function answerLater(
  context: AnswerContext,
  request: SiteRequest,
  answering: ResultAsync<Reply, ContentError>,
): Promise<Reply> {
  try {
    const answer = await answering;
    return answer.isOk() ? answer.value : failure(context, request, answer.error);
  } catch (cause) {
    return failure(context, request, cause);
  }
}

function failure(context: AnswerContext, request: SiteRequest, cause: unknown): Reply {
  reportProblem(context, request, cause);
  const page = replyNow(context.bodies, context.pages.reply(request, "failure"));
  if (page === undefined) throw new TypeError("Pages need no bytes of files.");
  return page;
}

/**
 * Tells the host, unless the client has simply left. A typed error of the source is told also then: newer Nodes close the
 * response, as if the client had left, before they hand over why its body failed.
 */
export function reportProblem(context: AnswerContext, request: SiteRequest, cause: unknown): void {
  const isOfSource = isHostingError(cause) && cause.code !== "ABORTED";
  if (request.signal().aborted && !isOfSource) return;
  const error = cause instanceof Error ? cause : new Error(String(cause));
  const path = request.target.split("?", 1)[0] ?? "";
  context.onProblem({ error, host: hostName(request.authority), path });
}
