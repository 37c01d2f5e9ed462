import type { SiteContent } from "@hostelry/core/adapter";
import { hostName } from "../address/host-name.ts";
import { planFile } from "../file/plan-file.ts";
import type { PlannedReply } from "../file/planned-reply.ts";
import { statePages } from "../path/site-files.ts";
import { guardPreview } from "../preview/preview-gate.ts";
import type { AnswerContext } from "./answer-context.ts";
import { redirectReply } from "./redirect-reply.ts";
import { headerList, withHeaders } from "./reply.ts";
import { parseTarget, type RequestTarget } from "./request-target.ts";
import { type FoundSite, knownRoute, route } from "./route.ts";
import type { SiteRequest } from "./site-request.ts";

/** Never to be kept or indexed by anybody, and its address, which may hold a token, never told to other sites. */
const previewHeaders = {
  "cache-control": "private, no-store",
  "referrer-policy": "no-referrer",
  "x-robots-tag": "noindex, nofollow",
};

/**
 * Decides what a request gets, from what is in memory. Order: canonical host → serving state → address → preview guard →
 * rules, files, what stands in for them.
 */
export function decide(context: AnswerContext, request: SiteRequest, site: FoundSite): PlannedReply {
  const known = knownRoute(context, request, site);
  if (known !== undefined) return known;
  const planned = decideSlot(context, request, site);
  if (site.address.slot === "live") return planned;
  return { ...planned, headers: withHeaders({ ...planned, body: null }, previewHeaders).headers };
}

function decideSlot(context: AnswerContext, request: SiteRequest, site: FoundSite): PlannedReply {
  const { pages } = context;
  const { address, content } = site;
  const target = parseTarget(request.target);
  const elsewhere = canonicalAddress(context, request, site);
  if (elsewhere !== undefined) return target === undefined ? pages.reply(request, "malformedRequest") : elsewhere;
  if (content.servingState !== "live") return statePage(context, request, content, content.servingState);
  if (target === undefined) return pages.reply(request, "malformedRequest");
  const reading = request.method === "GET" || request.method === "HEAD";
  const gate = address.slot === "live" ? undefined : passGate(context, request, target, content);
  if (gate !== undefined && (gate.status !== 303 || reading)) return gate;
  if (gate !== undefined) return pages.reply(request, "methodNotAllowed");
  if (content.view === null) return pages.reply(request, reading ? "building" : "methodNotAllowed");
  return route(context, request, { host: site.host, address, target, view: content.view });
}

/** Leads visitors of a site's other hosts to its primary one; the method and the address stay as they are. */
function canonicalAddress(
  context: AnswerContext,
  request: SiteRequest,
  { host, address }: FoundSite,
): PlannedReply | undefined {
  const { canonicalHost } = address;
  if (canonicalHost === undefined || address.slot !== "live" || hostName(canonicalHost) === host) return undefined;
  const scheme = (context.https ?? request.https) ? "https" : "http";
  return redirectReply(308, `${scheme}://${canonicalHost}${request.target}`);
}

/** The site's own page for its state, if its release has one; else the handler's. */
function statePage(
  context: AnswerContext,
  request: SiteRequest,
  { view }: SiteContent,
  state: "maintenance" | "suspended",
): PlannedReply {
  const { pages } = context;
  const file = view?.file(statePages[state]);
  if (view === null || file === undefined || file.coding !== undefined) return pages.reply(request, state);
  const status = pages.status(state);
  // Whatever the status is: it is no answer to what was asked, so no condition and no range counts.
  const planned = planFile(context, request, { view, file, status: status === 200 ? 0 : status });
  const headers = [...planned.headers, ...headerList(pages.retryAfter(state))];
  return { ...planned, status, headers };
}

/** What the guard of a preview says instead of its content; `undefined`: the visitor may pass. */
function passGate(
  context: AnswerContext,
  request: SiteRequest,
  target: RequestTarget,
  { guard, view }: SiteContent,
): PlannedReply | undefined {
  const { pages } = context;
  if (guard === undefined) return pages.reply(request, view === null ? "previewClosed" : "previewForbidden");
  const https = context.https ?? request.https;
  const decision = guardPreview(request, target, guard, { now: context.clock.now(), https });
  switch (decision.kind) {
    case "token-required":
      return pages.reply(request, "previewTokenRequired");
    case "forbidden":
      return pages.reply(request, "previewForbidden");
    case "expired":
      return pages.reply(request, "previewExpired");
    case "enter": {
      const fields = { "content-length": "0", location: decision.location, "set-cookie": decision.cookie };
      return { status: 303, headers: headerList(fields), body: null };
    }
    case "open":
      return view === null ? pages.reply(request, "previewClosed") : undefined;
  }
}
