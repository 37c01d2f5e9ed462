import { type ContentError, err, flow, hasCode, ok, type ResultAsync, type SiteContent } from "@hostelry/core/adapter";
import { hostName } from "../address/host-name.ts";
import type { SiteAddress } from "../address/site-address.ts";
import { replyLater, replyNow } from "../file/send-bytes.ts";
import type { AnswerContext, LocatedSite } from "./answer-context.ts";
import { decide } from "./decide.ts";
import type { Reply } from "./reply.ts";
import type { SiteRequest } from "./site-request.ts";

/**
 * The one core of both faces: finds the site, decides, gets the bytes. At once when the resolver and the source say at
 * once what they know and the bytes are in memory. Fails only when the content source does.
 */
export function answerRequest(context: AnswerContext, request: SiteRequest): Reply | ResultAsync<Reply, ContentError> {
  const located = locate(context, request.authority);
  if (!("then" in located)) return answerLocated(context, request, located);
  return flow(async function* () {
    const answer = answerLocated(context, request, await located);
    return ok("status" in answer ? answer : yield* answer);
  });
}

/** Whether no site is served at the host name that a request names. A resolver that fails says `false`: answering tells why. */
export function isUnknownHost(context: AnswerContext, authority: string): boolean | Promise<boolean> {
  try {
    const located = locate(context, authority);
    if (!("then" in located)) return located.address === null;
    return located.then(
      ({ address }) => address === null,
      () => false,
    );
  } catch {
    return false;
  }
}

function locate(context: AnswerContext, authority: string): LocatedSite | Promise<LocatedSite> {
  const known = context.located.get(authority);
  if (known !== undefined) return known;
  const host = hostName(authority);
  const address = context.resolve(host);
  if (address !== null && "then" in address) return address.then((resolved) => look(context, host, resolved));
  const located = look(context, host, address);
  context.located.set(authority, located);
  return located;
}

function look({ content }: AnswerContext, host: string, address: SiteAddress | null): LocatedSite {
  return { host, address, content: address === null ? null : content.glance?.(address) };
}

function answerLocated(
  context: AnswerContext,
  request: SiteRequest,
  located: LocatedSite,
): Reply | ResultAsync<Reply, ContentError> {
  const { host, address, content } = located;
  if (content === undefined && address !== null) return answerLooking(context, request, host, address);
  const planned =
    address === null || content === null || content === undefined
      ? context.pages.reply(request, "unknownHost")
      : decide(context, request, { host, address, content });
  const reply = replyNow(context.bodies, planned);
  if (reply !== undefined) return reply;
  return replyLater(context.bodies, request, planned).orElse((error) =>
    again(context, request, { host, address, content }, error),
  );
}

/** For sources that have to be waited for. */
function answerLooking(
  context: AnswerContext,
  request: SiteRequest,
  host: string,
  address: SiteAddress,
): ResultAsync<Reply, ContentError> {
  return flow(async function* () {
    const content = yield* context.content.look(address, { signal: request.signal() });
    const planned =
      content === null
        ? context.pages.reply(request, "unknownHost")
        : decide(context, request, { host, address, content });
    const reply = await replyLater(context.bodies, request, planned);
    if (reply.isOk()) return reply;
    return again(context, request, { host, address, content }, reply.error);
  });
}

interface FirstTry {
  readonly host: string;
  readonly address: SiteAddress | null;
  readonly content: SiteContent | null | undefined;
}

/** A release that was pruned between the look and the read was flipped away: a second look sees its successor. */
function again(
  context: AnswerContext,
  request: SiteRequest,
  { host, address, content }: FirstTry,
  error: ContentError,
): ResultAsync<Reply, ContentError> {
  return flow(async function* () {
    if (!hasCode(error, "RELEASE_NOT_FOUND") || address === null) return err(error);
    const now = yield* context.content.look(address, { signal: request.signal() });
    if (now === null || now.view === null || now.view === content?.view) return err(error);
    const planned = decide(context, request, { host, address, content: now });
    return ok(yield* replyLater(context.bodies, request, planned));
  });
}
