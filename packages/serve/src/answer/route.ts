import type { ContentView, SiteContent } from "@hostelry/core/adapter";
import type { SiteAddress } from "../address/site-address.ts";
import { planFile } from "../file/plan-file.ts";
import type { PlannedReply } from "../file/planned-reply.ts";
import { type FindFile, resolvePath, servedAt } from "../path/html-handling.ts";
import { standInFor } from "../path/not-found-handling.ts";
import { servedFile } from "../path/site-files.ts";
import { type ReleaseRules, releaseRules } from "../rules/release-rules.ts";
import type { AnswerContext } from "./answer-context.ts";
import { redirectReply } from "./redirect-reply.ts";
import { decodePath, encodePath, type RequestTarget } from "./request-target.ts";
import type { SiteRequest } from "./site-request.ts";

/** A site that is there. */
export interface FoundSite {
  readonly host: string;
  readonly address: SiteAddress;
  readonly content: SiteContent;
}

/** A request for the content of a release. */
export interface RoutedRequest {
  readonly host: string;
  readonly address: SiteAddress;
  readonly target: RequestTarget;
  readonly view: ContentView;
}

/**
 * The answer to a plain request whose address is known to serve a file as it is: the short way to what {@link route} would
 * say. `undefined`: take the long one.
 */
export function knownRoute(context: AnswerContext, request: SiteRequest, site: FoundSite): PlannedReply | undefined {
  const { address, content, host } = site;
  const { view } = content;
  if (view === null || content.servingState !== "live" || address.slot !== "live") return undefined;
  if (address.canonicalHost !== undefined || (request.method !== "GET" && request.method !== "HEAD")) return undefined;
  const file = context.known.get(view, address.htmlHandling ?? context.htmlHandling, request.target);
  if (file === undefined) return undefined;
  const planned = planFile(context, request, { view, file, status: 200 });
  const { headers } = releaseRules(view);
  if (headers === undefined) return planned;
  return { ...planned, headers: headers(planned.headers, host, request.target) };
}

/**
 * Finds what a release has at an address: redirects → files → what stands in for them; whatever comes out gets the headers
 * that the site's rules say. Everything is of the one release that the view shows.
 */
export function route(context: AnswerContext, request: SiteRequest, routed: RoutedRequest): PlannedReply {
  const rules = releaseRules(routed.view);
  const planned = routePath(context, request, routed, rules);
  if (rules.headers === undefined) return planned;
  return { ...planned, headers: rules.headers(planned.headers, routed.host, routed.target.rawPath) };
}

function routePath(
  context: AnswerContext,
  request: SiteRequest,
  { address, target, view }: RoutedRequest,
  { redirects }: ReleaseRules,
): PlannedReply {
  const { pages, htmlHandling, notFoundHandling } = context;
  const mode = address.htmlHandling ?? htmlHandling;
  const find: FindFile = (path) => servedFile(view, path);
  const ruled = redirects?.(target);
  if (ruled?.kind === "redirect") return redirectReply(ruled.status, ruled.location);
  const path = ruled === undefined ? target.path : decodePath(ruled.rawPath);
  const resolution = resolvePath(mode, path, find);
  const standIn =
    resolution === undefined ? standInFor(address.notFoundHandling ?? notFoundHandling, path, find) : undefined;
  if (resolution === undefined && standIn === undefined) return pages.reply(request, "fileNotFound");
  if (request.method !== "GET" && request.method !== "HEAD") return pages.reply(request, "methodNotAllowed");
  // A rewritten address stays as it is: what it is rewritten to is shown, also where that has another address of its own.
  const file =
    resolution?.redirect !== undefined && ruled !== undefined
      ? servedAt(mode, resolution.redirect, find)
      : (resolution?.file ?? standIn?.file);
  if (file === undefined) return redirectReply(307, encodePath(resolution?.redirect ?? path) + target.query);
  // One spelling of each address: `/%61` is `/a`, `//a` is `/a`, `/[a]` is `/%5Ba%5D`.
  if (resolution !== undefined && ruled === undefined) {
    const canonical = encodePath(path);
    if (canonical !== target.rawPath) return redirectReply(307, canonical + target.query);
  }
  if (resolution !== undefined && ruled === undefined) context.known.set(view, mode, target.rawPath, file);
  return planFile(context, request, { view, file, status: standIn?.status ?? 200 });
}
