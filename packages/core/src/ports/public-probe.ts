import type { ReleaseId } from "../publish/release.ts";
import type { ResultAsync } from "../result/index.ts";
import type { SiteId } from "../site/site.ts";
import type { AdapterError, CallOptions } from "./call-options.ts";
import type { ProbeSample } from "./target.ts";

/** What to look at under a site's public name. */
export interface PublicProbeRequest {
  readonly siteId: SiteId;
  /** The release that was flipped to; for a header or a log line, if whoever serves tells it. */
  readonly release: ReleaseId;
  /** Paths below the site's root, and the SHA-256 of what is behind them. */
  readonly samples: readonly ProbeSample[];
}

/** What was seen under a public name. */
export interface PublicProbeOutcome {
  /** `false`: the site has no public name that could be asked, and nothing is known. */
  readonly asked: boolean;
  /** Samples that were missing or had other bytes. */
  readonly mismatches: readonly string[];
}

/**
 * Looks at a site the way a stranger does: by its public name, through whatever stands before the targets. Core knows no
 * network and no names; whoever gives this port knows both. Asked after every target has been probed, and only while the
 * site is open.
 */
export interface PublicProbe {
  readonly spec: "public-probe/1";
  /** For messages, e.g. `public name`. */
  readonly name: string;
  /** There is nothing that one can do and another can't. */
  readonly capabilities: Readonly<Record<never, never>>;

  /**
   * Reads samples under the site's public name, and compares.
   *
   * Absent: a site without a public name is `asked: false`; a missing file is a mismatch.
   * Repeated: looks again.
   * Concurrent: any number.
   * Cancelled: `ABORTED`; it only reads.
   * Half-way: fails as a whole; what could not be asked is an error, and never a mismatch.
   * Limits: a mismatch takes the publication back everywhere, so it is for the adapter to look more than once where caches
   *   or other nodes may still answer with the release before. Ends within a minute, or is given up.
   */
  look(request: PublicProbeRequest, options?: CallOptions): ResultAsync<PublicProbeOutcome, AdapterError>;
}
