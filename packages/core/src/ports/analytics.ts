import type { HostingErrorOf } from "../errors/index.ts";
import type { ResultAsync } from "../result/index.ts";
import type { AdapterError, CallOptions } from "./call-options.ts";

/** What a provider of analytics can do; read by core and by the conformance kit. */
export interface AnalyticsCapabilities {
  /**
   * Two processes that ensure the same site at the same time make one. `false`: they can make two, for the provider has no such
   * promise; calls of one instance still make one, and a later call names both, see {@link EnsuredAnalyticsSite.others}.
   */
  readonly uniqueSites: boolean;
}

/** A site, as the provider counts its visits. */
export interface AnalyticsSite {
  /** The provider's own, e.g. `5`: what a tracking snippet carries. */
  readonly id: string;
  readonly name: string;
  /** Its main address, as the provider has it. */
  readonly url: string;
  /** Whose it is; empty when it is nobody's. */
  readonly group: string;
}

/** Which site is meant. */
export interface AnalyticsSiteKey {
  /** `https://example.com`, with a path or without. The scheme, a leading `www.` and a slash at the end make no difference. */
  readonly url: string;
  /** Marks what is ours among the sites of others: 1 to 50 characters without control characters. */
  readonly group: string;
}

/** A site that is to be there. */
export interface EnsureAnalyticsSite extends AnalyticsSiteKey {
  /** What people see: 1 to 90 characters without control characters. Of a site that is there already, it stays as it is. */
  readonly name: string;
  /** E.g. `Europe/Berlin`. Only for a site that is made. Default: the provider's own. */
  readonly timezone?: string | undefined;
}

/** What became of it. */
export interface EnsuredAnalyticsSite {
  readonly site: AnalyticsSite;
  /** `false`: it was there. */
  readonly created: boolean;
  /**
   * Ids of further sites with the same address and group. Not empty: it is ambiguous where visits are counted, somebody has to
   * merge them; the one with the lowest id was taken, today and next time.
   */
  readonly others: readonly string[];
}

/** What is known of a provider and of who we are there. */
export interface AnalyticsFacts {
  /** The provider's version; `null` when it does not tell. */
  readonly version: string | null;
  /** Whether our credentials may make sites; `null` when only trying tells. */
  readonly mayCreate: boolean | null;
  /** Sentences for a person: what will not work as it is. */
  readonly warnings: readonly string[];
}

/** What a snippet is to do. */
export interface AnalyticsSnippet {
  readonly siteId: string;
  /** `false`: visitors are counted without cookies. Default `true`. */
  readonly cookies?: boolean | undefined;
}

/** Errors of {@link AnalyticsProvider}. */
export type AnalyticsError = AdapterError | HostingErrorOf<"ANALYTICS_REFUSED"> | HostingErrorOf<"INVALID_INPUT">;

/**
 * Counts visits of sites. Hosting never depends on it: `ensureAnalytics` makes every failure a `degraded` outcome, and a site
 * without analytics is a site.
 */
export interface AnalyticsProvider {
  readonly spec: "analytics/1";
  /** For messages, e.g. `matomo`. */
  readonly name: string;
  readonly capabilities: AnalyticsCapabilities;

  /**
   * Asks who answers there, and what our credentials may do.
   *
   * Absent: a provider that can't be reached is an error.
   * Repeated: asks again.
   * Concurrent: any number.
   * Cancelled: `ABORTED`; it only reads.
   * Half-way: fails as a whole. Credentials that are not known there are `ADAPTER_UNAUTHORIZED`.
   * Limits: none.
   */
  readFacts(options?: CallOptions): ResultAsync<AnalyticsFacts, AnalyticsError>;

  /**
   * Looks for a site by its address and group.
   *
   * Absent: `null`; a site of the same address in another group is not it.
   * Repeated: looks again.
   * Concurrent: any number.
   * Cancelled: `ABORTED`; it only reads.
   * Half-way: an error, and never `null`, when the provider could not be asked.
   * Limits: sees what the credentials may see.
   */
  findSite(
    key: AnalyticsSiteKey,
    options?: CallOptions,
  ): ResultAsync<Omit<EnsuredAnalyticsSite, "created"> | null, AnalyticsError>;

  /**
   * Finds a site, or makes it.
   *
   * Absent: makes it.
   * Repeated: finds it, and changes nothing.
   * Concurrent: calls of one instance make one site; of several instances with `capabilities.uniqueSites`.
   * Cancelled: `ABORTED`; it may have been made, and the next call finds it.
   * Half-way: it is never asked for twice in one call. When the answer was lost, the provider is looked at once more; if the site is
   *   not to be seen then, the error's state is `unknown`: call again later, the call begins with a look.
   * Limits: one site. Other groups are not touched.
   */
  ensureSite(site: EnsureAnalyticsSite, options?: CallOptions): ResultAsync<EnsuredAnalyticsSite, AnalyticsError>;

  /**
   * Writes the HTML that goes into each page of a site.
   *
   * Absent: whether the site exists is not looked at.
   * Repeated: the same text.
   * Concurrent: any number.
   * Cancelled: nothing to end.
   * Half-way: nothing is sent.
   * Limits: an id that is none of the provider's is `INVALID_INPUT`. The text is safe to insert in HTML as it is.
   */
  getSnippet(snippet: AnalyticsSnippet, options?: CallOptions): ResultAsync<string, AnalyticsError>;
}
