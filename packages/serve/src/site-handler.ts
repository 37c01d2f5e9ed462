import type { IncomingMessage, ServerResponse } from "node:http";
import { type SiteId, systemClock } from "@hostelry/core/adapter";
import { answerContext } from "./answer/answer-context.ts";
import type { FilesHandlerOptions, SiteHandlerOptions } from "./answer/site-handler-options.ts";
import { warnOfProblem } from "./answer/warn-of-problem.ts";
import { filesContent } from "./content/files-content.ts";
import { answerFetch } from "./faces/fetch-face.ts";
import { answerNode } from "./faces/node-face.ts";

/** A site handler's two faces: the same answers, whichever is used. */
export interface SiteHandler {
  /** For hosts that speak WHATWG `Request` and `Response`. Never rejects. */
  fetch(request: Request): Promise<Response>;
  /**
   * For `node:http`, `node:https`, `node:http2` with its compatibility interface, and frameworks that take a Node listener.
   * Never throws.
   *
   * @param next called instead of answering when no site is served at the host name: Express and its like hand it in.
   */
  node(request: IncomingMessage, response: ServerResponse, next?: () => void): void;
}

/**
 * Makes a handler that serves the sites of a content source by host name: live content, previews to those who hold the
 * token, and pages for every other case. It holds no resource and no record; all it reads is the content source. With
 * `files` it serves these, at every host name. What it keeps in memory is bounded, however many sites there are.
 *
 * Files are answered with a strong entity tag made of their content, so conditional requests are right on every node and
 * across releases. Failures are answered with a page that tells nothing, and reported to `onProblem`.
 *
 * @throws TypeError for an option that can't be meant.
 */
export function createSiteHandler(options: SiteHandlerOptions | FilesHandlerOptions): SiteHandler {
  const context = answerContext("files" in options ? ofFiles(options) : options, options.onProblem ?? warnOfProblem);
  return {
    fetch: (request) => answerFetch(context, request),
    node: (request, response, next) => answerNode(context, request, response, next),
  };
}

function ofFiles({ files, ...options }: FilesHandlerOptions): SiteHandlerOptions {
  const address = { siteId: "site-files" as SiteId, slot: "live" } as const;
  const now = (options.clock ?? systemClock).now();
  return { ...options, content: filesContent(files, now), resolve: () => address };
}
