import { isHostingError } from "@hostelry/core/adapter";
import { hostName } from "../address/host-name.ts";
import { pages } from "../page/pages.ts";
import { type AnswerContext, answerRequest, pageFor } from "./answer-request.ts";
import type { Reply } from "./reply.ts";
import type { SiteRequest } from "./site-request.ts";

/**
 * Answers every request, whatever happens: a failed source, or a resolver that throws, is a page without internals for
 * the visitor and a problem for the host. A client that is gone is no problem.
 */
export async function answerAlways(context: AnswerContext, request: SiteRequest): Promise<Reply> {
  try {
    const answer = await answerRequest(context, request);
    if (answer.isOk()) return answer.value;
    reportProblem(context, request, answer.error);
  } catch (cause) {
    reportProblem(context, request, cause);
  }
  return pageFor(request, pages.failure);
}

/**
 * Tells the host, unless the client has simply left. A typed error of the source is told also then: newer Nodes close the
 * response, as if the client had left, before they hand over why its body failed.
 */
export function reportProblem(context: AnswerContext, request: SiteRequest, cause: unknown): void {
  const isOfSource = isHostingError(cause) && cause.code !== "ABORTED";
  if (request.signal.aborted && !isOfSource) return;
  const error = cause instanceof Error ? cause : new Error(String(cause));
  const path = request.target.split("?", 1)[0] ?? "";
  context.onProblem({ error, host: hostName(request.authority), path });
}
