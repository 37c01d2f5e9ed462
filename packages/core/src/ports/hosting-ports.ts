import type { ArchivePolicy } from "../archive/archive-policy.ts";
import type { Site } from "../site/site.ts";
import type { BlobStore } from "./blob-store.ts";
import type { Clock } from "./clock.ts";
import type { HostingEvent } from "./events.ts";
import type { Random } from "./random.ts";
import type { Store } from "./store/index.ts";
import type { Target } from "./target.ts";

/** How publishing behaves; every field has a default in `createHosting`. */
export interface PublishPolicy {
  /** A lease ends this long after its last renewal. Default 30,000. */
  readonly leaseTtlMs: number;
  /** How long a call waits for a lease that somebody else holds. Default 60,000. */
  readonly leaseWaitMs: number;
  /** Targets worked on at once. Default 8. */
  readonly targetConcurrency: number;
  /** Live releases kept on each target for rollback, besides all that a slot points to. Default 10. */
  readonly keepReleases: number;
}

/** The guarded ports and settings that use-cases work with. */
export interface HostingPorts {
  readonly store: Store;
  readonly blobs: BlobStore;
  readonly targetsOf: (site: Site) => readonly Target[];
  readonly clock: Clock;
  readonly random: Random;
  /** Names this process in leases. */
  readonly holder: string;
  readonly emit: (event: HostingEvent) => void;
  readonly publishing: PublishPolicy;
  readonly archivePolicy: Partial<ArchivePolicy>;
}
