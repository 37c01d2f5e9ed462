import {
  type Clock,
  type ContentError,
  type ContentView,
  flow,
  hasCode,
  ok,
  type ResultAsync,
  type SiteContent,
} from "@hostelry/core/adapter";
import { hostName } from "../address/host-name.ts";
import type { HostResolver, SiteAddress } from "../address/site-address.ts";
import type { Page } from "../page/page.ts";
import { pageReply } from "../page/page.ts";
import { pages } from "../page/pages.ts";
import { guardPreview } from "../preview/preview-gate.ts";
import { type Reply, withHeaders, withoutBody } from "./reply.ts";
import { encodePath, parseTarget, type RequestTarget } from "./request-target.ts";
import { redirect, sendFile, sendNotFoundFile } from "./send-file.ts";
import type { ServeProblem, SiteHandlerOptions } from "./site-handler-options.ts";
import type { SiteRequest } from "./site-request.ts";

/** The handler's options with their defaults filled in. */
export interface AnswerContext {
  readonly content: SiteHandlerOptions["content"];
  readonly resolve: HostResolver;
  readonly clock: Pick<Clock, "now">;
  readonly retryAfterSeconds: number;
  readonly https: boolean | undefined;
  readonly onProblem: (problem: ServeProblem) => void;
}

/** Never to be kept or indexed by anybody, and its address, which may hold a token, never told to other sites. */
const previewHeaders = {
  "cache-control": "private, no-store",
  "referrer-policy": "no-referrer",
  "x-robots-tag": "noindex, nofollow",
};

/**
 * The one core of both faces. Order: host → site → serving state → preview guard → method → path → file. Fails only when
 * the content source does.
 */
export function answerRequest(context: AnswerContext, request: SiteRequest): ResultAsync<Reply, ContentError> {
  return flow(async function* () {
    const address = await context.resolve(hostName(request.authority));
    if (address === null) return ok(pageFor(request, pages.unknownHost));
    const content = yield* context.content.look(address, { signal: request.signal });
    if (content === null) return ok(pageFor(request, pages.unknownHost));
    const reply = yield* answerFrom(context, request, address, content);
    return ok(address.slot === "live" ? reply : withHeaders(reply, previewHeaders));
  });
}

function answerFrom(
  context: AnswerContext,
  request: SiteRequest,
  address: SiteAddress,
  content: SiteContent,
): ResultAsync<Reply, ContentError> {
  return flow(async function* () {
    const { servingState } = content;
    if (servingState !== "live") {
      const headers = { "retry-after": String(context.retryAfterSeconds) };
      return ok(pageFor(request, { ...pages[servingState], headers }));
    }
    const parsed = parseTarget(request.target);
    if (parsed.isErr()) return ok(pageFor(request, pages.malformedRequest));
    const target = parsed.value;
    const reading = request.method === "GET" || request.method === "HEAD";
    const gate = address.slot === "live" ? undefined : passGate(context, request, target, content);
    if (gate !== undefined && (gate.status !== 303 || reading)) return ok(gate);
    if (!reading) return ok(pageFor(request, pages.methodNotAllowed));
    if (content.view === null) return ok(pageFor(request, pages.nothingPublished));
    const served = await answerPath(context, request, target, content.view);
    if (!hasCode(served.isErr() ? served.error : undefined, "RELEASE_NOT_FOUND")) return served;
    // Pruned between the look and the read: it was flipped away, so a second look sees its successor.
    const again = yield* context.content.look(address, { signal: request.signal });
    if (again === null || again.view === null) return served;
    return answerPath(context, request, target, again.view);
  });
}

/** What the guard of a preview says instead of its content; `undefined`: the visitor may pass. */
function passGate(
  context: AnswerContext,
  request: SiteRequest,
  target: RequestTarget,
  { guard, view }: SiteContent,
): Reply | undefined {
  if (guard === undefined) return pageFor(request, view === null ? pages.previewClosed : pages.previewForbidden);
  const https = context.https ?? request.https;
  const decision = guardPreview(request, target, guard, { now: context.clock.now(), https });
  switch (decision.kind) {
    case "token-required":
      return pageFor(request, pages.previewTokenRequired);
    case "forbidden":
      return pageFor(request, pages.previewForbidden);
    case "expired":
      return pageFor(request, pages.previewExpired);
    case "enter":
      return {
        status: 303,
        headers: { "content-length": "0", location: decision.location, "set-cookie": decision.cookie },
        body: null,
      };
    case "open":
      return view === null ? pageFor(request, pages.previewClosed) : undefined;
  }
}

function answerPath(
  context: AnswerContext,
  request: SiteRequest,
  { path, query }: RequestTarget,
  view: ContentView,
): ResultAsync<Reply, ContentError> {
  const name = path.slice(1);
  const isDirectory = path.endsWith("/");
  return flow(async function* () {
    const file = view.file(isDirectory ? `${name}index.html` : name);
    if (file !== undefined) return ok(yield* sendFile(request, view, file, { now: context.clock.now() }));
    if (!isDirectory && view.file(`${name}/index.html`) !== undefined) {
      return ok(redirect(`${encodePath(path)}/${query}`));
    }
    const notFound = view.file("404.html");
    if (notFound !== undefined) return ok(yield* sendNotFoundFile(request, view, notFound));
    return ok(pageFor(request, pages.fileNotFound));
  });
}

/** A page of our own; without its body for HEAD. */
export function pageFor(request: Pick<SiteRequest, "method">, page: Page): Reply {
  const reply = pageReply(page);
  return request.method === "HEAD" ? withoutBody(reply) : reply;
}
