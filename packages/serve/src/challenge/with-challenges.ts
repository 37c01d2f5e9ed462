import type { IncomingMessage, ServerResponse } from "node:http";
import { hostName } from "../address/host-name.ts";
import type { ServeProblem } from "../answer/site-handler-options.ts";
import { warnOfProblem } from "../answer/warn-of-problem.ts";
import { siteRequest } from "../faces/node-request.ts";
import type { SiteHandler } from "../site-handler.ts";
import type { ChallengeAnswers } from "./challenge-answers.ts";

const place = /^\/\.well-known\/acme-challenge\/([A-Za-z0-9_-]{1,200})$/;
const headers = {
  // RFC 8555, section 8.3, wants no type in particular; this one no browser makes a page of.
  "content-type": "application/octet-stream",
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
};

/** Settings of {@link withChallenges}. */
export interface ChallengeOptions {
  /** Told of every lookup that failed. Default: a process warning, which Node prints to stderr. Must not throw. */
  readonly onProblem?: ((problem: ServeProblem) => void) | undefined;
}

/**
 * Puts answers to HTTP-01 challenges before a handler: before its host names, canonical redirects, maintenance, guards and rules, for
 * a name gets its certificate before anything else works. Only GET and HEAD of a token that is known; everything else is the
 * handler's, and so are the tokens that a site serves itself. Answers by HTTP and HTTPS alike: an authority comes by HTTP, and
 * may have been redirected by what stands before us.
 *
 * A lookup that fails is 503 without a word, so that the authority does not take the site's own 404 for the answer.
 */
export function withChallenges(
  handler: SiteHandler,
  answers: ChallengeAnswers,
  { onProblem = warnOfProblem }: ChallengeOptions = {},
): SiteHandler {
  const contentFor = async (method: string, authority: string, target: string): Promise<string | null> => {
    const token = method === "GET" || method === "HEAD" ? place.exec(target)?.[1] : undefined;
    return token === undefined ? null : answers.contentOf(hostName(authority), token);
  };
  const tell = (cause: unknown, authority: string, path: string): void => {
    const error = cause instanceof Error ? cause : new Error("the lookup of a challenge failed", { cause });
    onProblem({ error, host: hostName(authority), path });
  };
  return {
    fetch: async (request) => {
      const { pathname, host } = new URL(request.url);
      if (!place.test(pathname)) return handler.fetch(request);
      let content: string | null;
      try {
        content = await contentFor(request.method, host, pathname);
      } catch (cause) {
        tell(cause, host, pathname);
        return new Response(null, { status: 503, headers });
      }
      if (content === null) return handler.fetch(request);
      return new Response(request.method === "HEAD" ? null : content, { headers });
    },
    node: (request, response, next) => {
      const { method, authority, target } = siteRequest(request, response);
      const path = target.split("?", 1)[0] ?? "";
      if (!place.test(path)) return handler.node(request, response, next);
      contentFor(method, authority, path).then(
        (content) => {
          if (content === null) handler.node(request, response, next);
          else send(request, response, content);
        },
        (cause) => {
          tell(cause, authority, path);
          response.writeHead(503, headers).end();
        },
      );
    },
  };
}

function send(request: IncomingMessage, response: ServerResponse, content: string): void {
  const body = Buffer.from(content);
  response.writeHead(200, { ...headers, "content-length": body.length });
  response.end(request.method === "HEAD" ? undefined : body);
}
