import type { ContentView, ReleaseFile } from "@hostelry/core/adapter";
import { allowsRange, precondition } from "../answer/conditional.ts";
import { type HeaderList, withoutFields } from "../answer/reply.ts";
import { headerOf, type SiteRequest } from "../answer/site-request.ts";
import type { HandlerPages } from "../page/handler-pages.ts";
import { acceptedCodings } from "./accepted-codings.ts";
import { byteRange } from "./byte-range.ts";
import type { PlannedReply } from "./planned-reply.ts";
import type { Representation, Representations } from "./representation.ts";

/** Which file to answer with. */
export interface FileAnswer {
  readonly view: ContentView;
  readonly file: ReleaseFile;
  /** 200, or that of a page that says why there is nothing else. */
  readonly status: number;
}

/** Where headers and refusals come from. */
export interface FilePlanner {
  readonly representations: Representations;
  readonly pages: HandlerPages;
}

/** Plans the answer to GET or HEAD with a file: whole, in part, or not at all because the client has it. */
export function planFile(
  { representations, pages }: FilePlanner,
  request: SiteRequest,
  { view, file, status }: FileAnswer,
): PlannedReply {
  const sent = representations.of(view, file, acceptedCodings(headerOf(request, "accept-encoding")));
  const { size } = sent.file;
  const all = request.method === "HEAD" || size === 0 ? null : { view, file: sent.file, start: 0, end: size };
  // Never conditional: validators are those of the page, not of what is missing.
  if (status !== 200) return { status, headers: unconditional(sent), body: all };
  const outcome = precondition(request, sent);
  if (outcome === "failed") return pages.reply(request, "preconditionFailed");
  if (outcome === "not modified") return { status: 304, headers: sent.validating, body: null };
  // Of all methods, only GET knows ranges (RFC 9110 section 14.2).
  const asked = request.method === "GET" ? headerOf(request, "range") : undefined;
  const range = asked === undefined || !allowsRange(request, sent) ? "whole" : byteRange(asked, size);
  if (range === "unsatisfiable") {
    return pages.reply(request, "rangeNotSatisfiable", { "content-range": `bytes */${size}` });
  }
  if (range === "whole" || all === null) return { status: 200, headers: sent.whole, body: all };
  const { start, end } = range;
  const part = ["content-range", `bytes ${start}-${end - 1}/${size}`, "content-length", String(end - start)];
  return { status: 206, headers: [...sent.describing, ...part], body: { ...all, start, end } };
}

function unconditional({ whole }: Representation): HeaderList {
  const fields = withoutFields(whole, ["cache-control", "etag", "last-modified", "accept-ranges"]);
  return ["cache-control", "no-store", ...fields];
}
