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
export type { RequestHeaders } from "./answer/site-request.ts";
export { type ChallengeAnswers, type ChallengeTable, challengeTable } from "./challenge/challenge-answers.ts";
export { type ChallengeOptions, withChallenges } from "./challenge/with-challenges.ts";
export { type RecordContent, type RecordContentOptions, recordContent } from "./content/record-content.ts";
export { type AskHandlerOptions, askHandler } from "./domain/ask-handler.ts";
export { type DomainResolverOptions, domainResolver } from "./domain/domain-resolver.ts";
export { type EdgeMarkOptions, withEdgeMark } from "./domain/edge-mark.ts";
export type { AuditScope, ShowEntry } from "./log/audit-feed.ts";
export type { EventHandler, EventHandlerOptions } from "./log/event-handler.ts";
export type { EventAccess, EventRequest } from "./log/event-request.ts";
export { createLogHandler, type LogHandlerOptions } from "./log/log-handler.ts";
export { createStatusHandler, type StatusHandlerOptions } from "./log/status-handler.ts";
export type { PageName } from "./page/pages.ts";
export type { HtmlHandling } from "./path/html-handling.ts";
export type { NotFoundHandling } from "./path/not-found-handling.ts";
export { type HostProbeOptions, hostProbe } from "./probe/host-probe.ts";
export { type HttpProbeOptions, httpProbe } from "./probe/http-probe.ts";
export type { PublicAddress } from "./probe/public-address.ts";
export { createSiteHandler, type SiteHandler } from "./site-handler.ts";
export { type TlsContexts, type TlsContextsOptions, tlsContexts } from "./tls/tls-contexts.ts";
