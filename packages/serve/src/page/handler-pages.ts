import { headerList, withHeaders } from "../answer/reply.ts";
import type { ServingOptions } from "../answer/site-handler-options.ts";
import type { SiteRequest } from "../answer/site-request.ts";
import type { PlannedReply } from "../file/planned-reply.ts";
import { type Page, pageReply } from "./page.ts";
import { type PageName, pages } from "./pages.ts";

/** The pages of one handler, ready to be sent. */
export interface HandlerPages {
  /** The reply; without its body for HEAD. */
  reply(request: Pick<SiteRequest, "method">, name: PageName, fields?: Readonly<Record<string, string>>): PlannedReply;
  /** The status that a page answers with. */
  status(name: PageName): number;
  /** The headers that a page of the site's own takes over: when to come again. */
  retryAfter(name: PageName): Readonly<Record<string, string>>;
}

const defaultRetryAfterSeconds = 600;
/** A first release is seldom long in coming. */
const buildingRetryAfterSeconds = 30;

/** Renders the pages once. Throws `TypeError` for a status that can't be meant. */
export function handlerPages(options: Pick<ServingOptions, "pages" | "retryAfterSeconds">): HandlerPages {
  const { retryAfterSeconds = defaultRetryAfterSeconds } = options;
  const waits: Readonly<Partial<Record<PageName, number>>> = {
    maintenance: retryAfterSeconds,
    suspended: retryAfterSeconds,
    building: buildingRetryAfterSeconds,
  };
  const retryAfter = (name: PageName, status: number): Readonly<Record<string, string>> => {
    const seconds = status === 503 ? waits[name] : undefined;
    return seconds === undefined ? {} : { "retry-after": String(seconds) };
  };
  const made = new Map<PageName, PlannedReply>();
  for (const [key, page] of Object.entries(pages)) {
    const name = key as PageName;
    const { status = page.status, html } = options.pages?.[name] ?? {};
    if (!Number.isInteger(status) || status < 200 || status > 599)
      throw new TypeError(`The status of the page ${name} is a whole number from 200 to 599, and not ${status}.`);
    const headers = { ...page.headers, ...retryAfter(name, status) };
    made.set(
      name,
      html === undefined ? pageReply({ ...page, status, headers }) : ownPage({ ...page, status, headers }, html),
    );
  }
  const find = (name: PageName): PlannedReply => {
    const reply = made.get(name);
    if (reply === undefined) throw new TypeError(`There is no page ${name}.`);
    return reply;
  };
  return {
    reply({ method }, name, fields) {
      const page = find(name);
      const reply = method === "HEAD" ? { ...page, body: null } : page;
      return fields === undefined
        ? reply
        : { ...reply, headers: withHeaders({ ...reply, body: null }, fields).headers };
    },
    status: (name) => find(name).status,
    retryAfter: (name) => retryAfter(name, find(name).status),
  };
}

/** A document of the host: it may load what it likes. */
function ownPage({ status, headers = {} }: Page, html: string): PlannedReply {
  const body = Buffer.from(html);
  const fields = {
    "content-type": "text/html; charset=utf-8",
    "content-length": String(body.byteLength),
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    ...headers,
  };
  return { status, headers: headerList(fields), body };
}
