import type { IncomingMessage, ServerResponse } from "node:http";
import { TLSSocket } from "node:tls";
import type { SiteRequest } from "../answer/site-request.ts";

/** A request of Node's as both handlers take it. */
export function siteRequest(incoming: IncomingMessage, response: ServerResponse): SiteRequest {
  const { headers, url = "" } = incoming;
  const authority = headers.host ?? ofHttp2(headers[":authority"]) ?? "";
  const absolute = url.startsWith("/") ? null : absoluteForm.exec(url);
  let gone: AbortSignal | undefined;
  return {
    method: incoming.method ?? "",
    authority: absolute?.[1] ?? authority,
    target: absolute === null ? url : absolute[2] || "/",
    https: incoming.socket instanceof TLSSocket,
    headers,
    // No getter: V8 gives every object that has one a shape of its own, which costs half as much as all the rest.
    signal: () => {
      gone ??= goneWith(response);
      return gone;
    },
  };
}

function goneWith(response: ServerResponse): AbortSignal {
  const leaving = new AbortController();
  if (response.destroyed) leaving.abort();
  else response.once("close", () => leaving.abort());
  return leaving.signal;
}

function ofHttp2(authority: string | string[] | undefined): string | undefined {
  return typeof authority === "string" ? authority : undefined;
}

/** `GET http://host/path`: a server must take it, and its host counts, not the header's (RFC 9112 section 3.2.2). */
const absoluteForm = /^https?:\/\/([^/?#]*)([^#]*)/i;
