/** `@hostelry/serve`: a request handler that serves published sites by host name, for `fetch` hosts and for Node. */
export { type HostTable, hostTable } from "./address/host-table.ts";
export { type LabelResolverOptions, labelResolver, previewHost, siteHost } from "./address/label-resolver.ts";
export type { HostResolver, SiteAddress } from "./address/site-address.ts";
export type {
  FilesHandlerOptions,
  PageOptions,
  ServeProblem,
  ServingOptions,
  SiteHandlerOptions,
} from "./answer/site-handler-options.ts";
export { type RecordContent, type RecordContentOptions, recordContent } from "./content/record-content.ts";
export type { PageName } from "./page/pages.ts";
export type { HtmlHandling } from "./path/html-handling.ts";
export type { NotFoundHandling } from "./path/not-found-handling.ts";
export { type HttpProbeOptions, httpProbe } from "./probe/http-probe.ts";
export type { PublicAddress } from "./probe/public-address.ts";
export { createSiteHandler, type SiteHandler } from "./site-handler.ts";
