import type { Representation } from "../file/representation.ts";
import { headerOf, type SiteRequest } from "./site-request.ts";

/** What the preconditions of a request come to (RFC 9110 section 13.2.2). */
export type Precondition = "go on" | "not modified" | "failed";

/** Evaluates preconditions in the order that the RFC gives. For GET and HEAD of something that is there. */
export function precondition(request: SiteRequest, { entityTag, modifiedMs }: Representation): Precondition {
  const ifMatch = headerOf(request, "if-match");
  if (ifMatch !== undefined) {
    if (!listsTag(ifMatch, entityTag, "strong")) return "failed";
  } else {
    const unmodifiedSince = httpDateMs(headerOf(request, "if-unmodified-since"));
    if (unmodifiedSince !== undefined && modifiedMs !== undefined && modifiedMs > unmodifiedSince) return "failed";
  }
  const ifNoneMatch = headerOf(request, "if-none-match");
  // It settles the matter alone when it is there: a date says less.
  if (ifNoneMatch !== undefined) return listsTag(ifNoneMatch, entityTag, "weak") ? "not modified" : "go on";
  const since = httpDateMs(headerOf(request, "if-modified-since"));
  return since !== undefined && modifiedMs !== undefined && modifiedMs <= since ? "not modified" : "go on";
}

/**
 * Whether a part may be sent: there is no `If-Range`, or it names these very bytes (RFC 9110 section 13.1.5). A date has to
 * be the same; it is as strong as a tag here, because changed bytes get a later one.
 */
export function allowsRange(request: SiteRequest, { entityTag, modifiedMs }: Representation): boolean {
  const ifRange = headerOf(request, "if-range")?.trim();
  if (ifRange === undefined || ifRange === entityTag) return true;
  return !ifRange.includes('"') && modifiedMs !== undefined && httpDateMs(ifRange) === modifiedMs;
}

/** `*`, or a list with the tag in it. A tag may hold commas, so the list is not split by them. */
function listsTag(list: string, entityTag: string, comparison: "strong" | "weak"): boolean {
  const text = list.trim();
  if (text === "*" || text === entityTag) return true;
  for (const [, weak, tag] of text.matchAll(/(W\/)?("[\x21\x23-\x7e\x80-\xff]*")/g)) {
    if (tag === entityTag && (comparison === "weak" || weak === undefined)) return true;
  }
  return false;
}

const day = "(?:Mon|Tues?|Wed(?:nes)?|Thu(?:rs)?|Fri|Sat(?:ur)?|Sun)(?:day)?";
const httpDate = new RegExp(`^${day}, \\d{2}[ -][A-Z][a-z]{2}[ -](?:\\d{2}|\\d{4}) \\d{2}:\\d{2}:\\d{2} GMT$`);
const asctimeDate = /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} \d{4}$/;

/** All three forms of RFC 9110 section 5.6.7; asctime has no zone and means GMT. Anything else is ignored, as it says. */
function httpDateMs(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const zoned = httpDate.test(text) ? text : asctimeDate.test(text) ? `${text} GMT` : undefined;
  const milliseconds = zoned === undefined ? Number.NaN : Date.parse(zoned);
  return Number.isNaN(milliseconds) ? undefined : milliseconds;
}
