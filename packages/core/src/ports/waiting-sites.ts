import type { ErrorCode } from "../errors/index.ts";
import type { ResourceFacts, ResourcePlace } from "../provisioning/resource.ts";
import type { ResultAsync } from "../result/index.ts";
import type { CallOptions, Page, PageRequest } from "./call-options.ts";
import type { StoreCapabilities, StoreError } from "./store/index.ts";

/** A site that has its DNS and waits for its hosting. */
export interface WaitingSite {
  /** As the host's own record has it: 1 to 200 visible ASCII characters. */
  readonly id: string;
  /** Where it is to be, e.g. the id of a panel server. */
  readonly server: ResourcePlace;
  /** Its main name, in lower-case ASCII. */
  readonly domain: string;
  /** What people call it. */
  readonly name: string;
  /** Whether its visits are to be counted. */
  readonly analytics: boolean;
  /** What else the host's record says, for whoever makes resources of it: `database: true`, an id of content. No secrets. */
  readonly wishes: ResourceFacts;
}

/** Which sites to list. */
export interface ListWaitingSites extends PageRequest {
  /** Also those that have failed in a way that another try can help. */
  readonly includeFailed: boolean;
}

/** Why a site failed, or does without something. Without secrets. */
export interface SiteOutcomeReason {
  readonly code: ErrorCode;
  /** One sentence for a person. */
  readonly message: string;
  /** What it happened at: `connect`, a kind of resource, `content` or `analytics`. */
  readonly at: string;
}

/** What became of a site in a run. */
export interface SiteOutcome {
  /** `active`: all of it is there, but perhaps its analytics. `failed`: see `reason`. `pending`: the run ended before it came to a result. */
  readonly state: "active" | "failed" | "pending";
  /** Where its files are on the server; `null`: not known. */
  readonly documentRoot: string | null;
  /** The site's id at the provider of analytics; `null`: it has none. */
  readonly analyticsId: string | null;
  /** Of a failure; of an active site, why it does without analytics. `null`: nothing is to be said. */
  readonly reason: SiteOutcomeReason | null;
  /** Whether another try can help without anybody doing something. */
  readonly retryable: boolean;
}

/** Who works on a site. A later claim has another token. */
export interface WaitingSiteClaim {
  readonly siteId: string;
  /** 1 to 200 visible ASCII characters. */
  readonly token: string;
}

/**
 * Sites that wait for their hosting: a table that the host has already, or one of ours. It knows nothing of servers and panels. Claims end by
 * its own clock, so that what a dead process had is taken up by the next one.
 */
export interface WaitingSites {
  readonly spec: "waiting-sites/1";
  /** For error messages, e.g. `postgresql`. */
  readonly name: string;
  readonly capabilities: StoreCapabilities;

  /**
   * Lists sites whose DNS is active and whose hosting is pending, and that nobody has claimed; by server, and in the order of their ids.
   *
   * Absent: an empty page.
   * Repeated: reads again.
   * Concurrent: several who work at it are given the same; claims tell them apart.
   * Cancelled: `ABORTED`.
   * Half-way: it only reads.
   * Limits: {@link PageRequest}. A site whose claim has ended is nobody's.
   */
  listWaiting(request: ListWaitingSites, options?: CallOptions): ResultAsync<Page<WaitingSite>, StoreError>;

  /**
   * Gives a site to whoever asks, for `ttlMs`.
   *
   * Absent: `claim: null`; so it is for a site that waits no longer, and for one that somebody has.
   * Repeated: `null`, also for who has it.
   * Concurrent: one of several gets it.
   * Cancelled: `ABORTED`; a claim taken all the same ends by itself.
   * Half-way: claimed or not.
   * Limits: `ttlMs` from 1 to 3,600,000. Gives the site as it is now.
   */
  claimSite(
    request: { readonly siteId: string; readonly holder: string; readonly ttlMs: number },
    options?: CallOptions,
  ): ResultAsync<
    { readonly claim: WaitingSiteClaim; readonly site: WaitingSite } | { readonly claim: null },
    StoreError
  >;

  /**
   * Prolongs a claim to `ttlMs` from now.
   *
   * Absent: `renewed: false`, as for a claim that somebody else has taken over.
   * Repeated: prolongs again.
   * Concurrent: with a takeover one of the two happens.
   * Cancelled: `ABORTED`.
   * Half-way: the old or the new time holds.
   * Limits: also for a claim that has ended, if nobody has taken the site since.
   */
  renewClaim(
    request: WaitingSiteClaim & { readonly ttlMs: number },
    options?: CallOptions,
  ): ResultAsync<{ readonly renewed: boolean }, StoreError>;

  /**
   * Writes down what became of a site, and ends the claim. `active` and `failed` sites wait no longer; `pending` ones do.
   *
   * Absent: `recorded: false`, as without the claim: nothing is written.
   * Repeated: the claim is over, so `recorded: false`.
   * Concurrent: only who has the claim writes.
   * Cancelled: `ABORTED`; it may have been written.
   * Half-way: written whole or not at all.
   * Limits: messages of at most 2000 characters.
   */
  recordOutcome(
    request: WaitingSiteClaim & { readonly outcome: SiteOutcome },
    options?: CallOptions,
  ): ResultAsync<{ readonly recorded: boolean }, StoreError>;
}
