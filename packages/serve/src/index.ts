/** `@hostelry/serve`: a request handler that serves published sites by host name, for `fetch` hosts and for Node. */
export { type LabelResolverOptions, labelResolver, previewHost, siteHost } from "./address/label-resolver.ts";
export type { HostResolver, SiteAddress } from "./address/site-address.ts";
export type { ServeProblem, SiteHandlerOptions } from "./answer/site-handler-options.ts";
export { createSiteHandler, type SiteHandler } from "./site-handler.ts";
