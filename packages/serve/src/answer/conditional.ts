import type { ReleaseFile } from "@hostelry/core/adapter";
import type { SiteRequest } from "./site-request.ts";

/** Validators of a file. The entity tag is its content, so equal bytes keep theirs on every node and release. */
export interface Validators {
  readonly entityTag: string;
  /** Whole seconds, as HTTP has it; absent when it lies in the future (RFC 9110 section 8.8.2.1). */
  readonly lastModified: Date | undefined;
}

/** The validators of a release's file. */
export function validatorsOf(file: ReleaseFile, now: Date): Validators {
  const modified = new Date(file.mtimeSeconds * 1000);
  return { entityTag: `"sha256-${file.sha256}"`, lastModified: modified > now ? undefined : modified };
}

/** Whether the client has the file already, so 304 is due. `If-None-Match` settles it alone when it is there. */
export function isNotModified(request: SiteRequest, validators: Validators): boolean {
  const ifNoneMatch = request.header("if-none-match");
  if (ifNoneMatch !== undefined) return matchesTag(ifNoneMatch, validators.entityTag);
  const { lastModified } = validators;
  const since = parseHttpDate(request.header("if-modified-since") ?? "");
  return lastModified !== undefined && since !== undefined && lastModified <= since;
}

/** Weak comparison (RFC 9110 section 8.8.3.2) against a list. A tag may hold commas, so the list is not split by them. */
function matchesTag(list: string, entityTag: string): boolean {
  if (list.trim() === "*") return true;
  for (const [tag] of list.matchAll(/"[\x21\x23-\x7e\x80-\xff]*"/g)) if (tag === entityTag) return true;
  return false;
}

const day = "(?:Mon|Tues?|Wed(?:nes)?|Thu(?:rs)?|Fri|Sat(?:ur)?|Sun)(?:day)?";
const httpDate = new RegExp(`^${day}, \\d{2}[ -][A-Z][a-z]{2}[ -](?:\\d{2}|\\d{4}) \\d{2}:\\d{2}:\\d{2} GMT$`);
const asctimeDate = /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} \d{4}$/;

/** All three forms of RFC 9110 section 5.6.7; asctime has no zone and means GMT. Anything else is ignored, as it says. */
function parseHttpDate(text: string): Date | undefined {
  const zoned = httpDate.test(text) ? text : asctimeDate.test(text) ? `${text} GMT` : undefined;
  const milliseconds = zoned === undefined ? Number.NaN : Date.parse(zoned);
  return Number.isNaN(milliseconds) ? undefined : new Date(milliseconds);
}
