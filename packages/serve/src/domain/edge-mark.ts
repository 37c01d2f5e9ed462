import { siteRequest } from "../faces/node-request.ts";
import type { SiteHandler } from "../site-handler.ts";

/** Settings of {@link withEdgeMark}. */
export interface EdgeMarkOptions {
  /** As `createDomains` has it. Default `hostelry`. */
  readonly provider?: string | undefined;
  /** As `createDomains` has it: `edgeMark`. */
  readonly text: string;
}

const headers = { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" };

/**
 * Answers `/.well-known/<provider>-edge` before a handler, for every name: by it `domains.checkPointing` knows that a name leads here through
 * a proxy of its owner's, before the name is routed.
 */
export function withEdgeMark(handler: SiteHandler, { provider = "hostelry", text }: EdgeMarkOptions): SiteHandler {
  const place = `/.well-known/${provider}-edge`;
  return {
    fetch: (request) =>
      new URL(request.url).pathname === place
        ? Promise.resolve(new Response(request.method === "HEAD" ? null : text, { headers }))
        : handler.fetch(request),
    node: (request, response, next) => {
      const { target } = siteRequest(request, response);
      if ((target.split("?", 1)[0] ?? "") !== place) return handler.node(request, response, next);
      response.writeHead(200, headers).end(request.method === "HEAD" ? undefined : text);
    },
  };
}
