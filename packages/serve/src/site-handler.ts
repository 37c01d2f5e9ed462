import type { IncomingMessage, ServerResponse } from "node:http";
import { emitWarning } from "node:process";
import { systemClock } from "@hostelry/core/adapter";
import type { AnswerContext } from "./answer/answer-request.ts";
import type { ServeProblem, SiteHandlerOptions } from "./answer/site-handler-options.ts";
import { answerFetch } from "./faces/fetch-face.ts";
import { answerNode } from "./faces/node-face.ts";

/** A site handler's two faces: the same answers, whichever is used. */
export interface SiteHandler {
  /** For hosts that speak WHATWG `Request` and `Response`. Never rejects. */
  fetch(request: Request): Promise<Response>;
  /** For `node:http`, `node:https`, and frameworks that take a Node listener. Never throws. */
  node(request: IncomingMessage, response: ServerResponse): void;
}

const defaultRetryAfterSeconds = 600;

/**
 * Makes a handler that serves the sites of a content source by host name: live content, previews to those who hold the
 * token, and pages for every other case. It holds no resource and no record; all it reads is the content source.
 *
 * Files are answered with a strong entity tag made of their content, so conditional requests are right on every node and
 * across releases. Failures are answered with a page that tells nothing, and reported to `onProblem`.
 */
export function createSiteHandler(options: SiteHandlerOptions): SiteHandler {
  const context: AnswerContext = {
    content: options.content,
    resolve: options.resolve,
    clock: options.clock ?? systemClock,
    retryAfterSeconds: options.retryAfterSeconds ?? defaultRetryAfterSeconds,
    https: options.https,
    onProblem: options.onProblem ?? warn,
  };
  return {
    fetch: (request) => answerFetch(context, request),
    node: (request, response) => void answerNode(context, request, response),
  };
}

function warn({ error, host, path }: ServeProblem): void {
  const code = "code" in error ? String(error.code) : error.name;
  emitWarning(`${host}${path}: ${error.message}`, { type: "HostelryServe", code });
}
