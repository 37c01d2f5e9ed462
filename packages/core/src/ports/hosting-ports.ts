import type { ArchivePolicy } from "../archive/archive-policy.ts";
import type { GarbagePolicy } from "../garbage/garbage-policy.ts";
import type { IdempotencyPolicy } from "../idempotency/idempotency-policy.ts";
import type { FleetPolicy } from "../publish/fleet-policy.ts";
import type { ContentCoding } from "../publish/release.ts";
import type { Site } from "../site/site.ts";
import type { BlobStore } from "./blob-store.ts";
import type { Clock } from "./clock.ts";
import type { HostingEvent } from "./events.ts";
import type { PublicProbe } from "./public-probe.ts";
import type { Random } from "./random.ts";
import type { Store } from "./store/index.ts";
import type { Target } from "./target.ts";

/** How publishing behaves; every field has a default in `createHosting`. */
export interface PublishPolicy {
  /** A lease ends this long after its last renewal. Default 30,000. */
  readonly leaseTtlMs: number;
  /** How long a call waits for a lease that somebody else holds. Default 60,000. */
  readonly leaseWaitMs: number;
  /** Targets worked on at once. Default 8. Flips are not among them: all are launched together. */
  readonly targetConcurrency: number;
  /**
   * How many of a site's targets a publication needs: the same for all sites, or chosen per site. Default
   * `all-or-nothing`. A call may say otherwise.
   */
  readonly fleet: FleetPolicy | ((site: Site) => FleetPolicy);
  /**
   * After so long a target that is still staging is given up, and has failed. Default: none, as long as it takes. Under
   * `quorum` and `best-effort` it is how long the others wait for a straggler.
   */
  readonly stageTimeoutMs: number | undefined;
  /** Live releases kept on each target for rollback, besides all that a slot points to. Default 10. */
  readonly keepReleases: number;
  /**
   * How long scripts, styles and fonts with a hash in their name stay reachable after a publication without them: pages
   * that were opened before still ask for them. Default 86,400,000, a day; 0: not at all.
   */
  readonly assetGraceMs: number;
  /**
   * Compress text when it is published, and lay the result beside it: `name.br`, `name.gz`. Costs time once for each new
   * file, a second per megabyte for `br`. Default: none.
   */
  readonly precompress: readonly ContentCoding[];
}

/** The guarded ports and settings that use-cases work with. */
export interface HostingPorts {
  readonly store: Store;
  readonly blobs: BlobStore;
  readonly targetsOf: (site: Site) => readonly Target[];
  /** Looks at sites by their public names, if the host has something for that. */
  readonly publicProbe: PublicProbe | undefined;
  readonly clock: Clock;
  readonly random: Random;
  /** Names this process in leases. */
  readonly holder: string;
  readonly emit: (event: HostingEvent) => void;
  readonly publishing: PublishPolicy;
  readonly archivePolicy: Partial<ArchivePolicy>;
  readonly idempotency: IdempotencyPolicy;
  readonly garbage: GarbagePolicy;
}
