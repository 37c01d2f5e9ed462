import type { HostingError } from "../../errors/index.ts";
import type { CallOptions } from "../../ports/call-options.ts";
import type { ResourceProvider, ResourceSecrets } from "../../ports/resource-provider.ts";
import type { SiteOutcomeReason, WaitingSite } from "../../ports/waiting-sites.ts";
import type { ResultAsync } from "../../result/index.ts";
import type { Resource, ResourceFacts } from "../resource.ts";

/** What the observation of each resource of a site told, by kind. */
export type SiteFacts = Readonly<Record<string, ResourceFacts>>;

/** A server with a connection that stands, for as long as a run works there. Made by the host, with the credentials of this run. */
export interface WaitingServer {
  /** One per kind of what {@link WaitingServer.resources} names. */
  readonly providers: readonly ResourceProvider[];
  /** What a site needs there, in the order in which it is made. A throw is a bug. */
  resources(site: WaitingSite): readonly Resource[];
  /** What the steps of a resource need; given to them and kept nowhere. Default: nothing. */
  secretsOf?(site: WaitingSite, resource: Resource): ResourceSecrets;
  /** Brings the site's content there. Left out: there is none to bring. */
  publish?(site: WaitingSite, facts: SiteFacts, options: CallOptions): ResultAsync<unknown, HostingError>;
  /** What has to be right beside the resources before the site counts as active, e.g. an answer to a visitor. Default: nothing. */
  check?(site: WaitingSite, facts: SiteFacts, options: CallOptions): ResultAsync<unknown, HostingError>;
  /** Lets the connection go. Must not reject. */
  close(): Promise<void>;
}

/** What became of one site. */
export interface SiteReport {
  readonly site: WaitingSite;
  readonly state: "active" | "failed" | "pending";
  readonly documentRoot: string | null;
  readonly analyticsId: string | null;
  readonly reason: SiteOutcomeReason | null;
  readonly retryable: boolean;
  /** Facts of its resources, by kind, as far as it came. */
  readonly facts: SiteFacts;
  /** `false`: the claim was lost, or the record could not be written; the next run sees the site again. */
  readonly recorded: boolean;
  /** How long it was worked on, in milliseconds. */
  readonly tookMs: number;
}
