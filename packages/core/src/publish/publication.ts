import type { RevisionId } from "../revision/revision.ts";
import type { SiteId } from "../site/site.ts";
import type { FleetPolicy } from "./fleet-policy.ts";
import type { ReleaseId } from "./release.ts";
import type { SlotName } from "./slot.ts";
import type { FlipTiming, TargetResult } from "./target-result.ts";

/**
 * How far a publication has come: the control plane's journal.
 *
 * `intended`: nothing visible has happened. `staged`: as many targets as the policy needs hold the release (or the only one
 * is laying it out and flips right after), and flipping may have begun. `activated`: as many have flipped. `recorded`: the slot's record says so; done. `undone`: it failed or
 * was killed, and the targets show what they showed before; any that could not be put back are named in `results`.
 */
export type PublicationState = "intended" | "staged" | "activated" | "recorded" | "undone";

/** One act of changing a slot. Its number is the fencing token of the lease under which it was done. */
export interface Publication {
  readonly siteId: SiteId;
  /** Grows per site. Numbers may be skipped: a lease that ended in `unchanged` has used one. */
  readonly number: number;
  readonly slot: SlotName;
  readonly revisionId: RevisionId;
  readonly manifestDigest: string;
  readonly release: ReleaseId;
  /** Name of the blob that holds the {@link ReleaseManifest} as JSON. */
  readonly releaseManifestBlob: string;
  /** What the slot showed before; `null` when it was empty. */
  readonly previous: {
    readonly release: ReleaseId;
    readonly revisionId: RevisionId;
    readonly publication: number;
  } | null;
  /** Names of the targets it concerns. */
  readonly targets: readonly string[];
  readonly state: PublicationState;
  /** Why it was undone: an error code, or `INTERRUPTED` when its process died; absent otherwise. */
  readonly failure?: string | undefined;
  /** How many targets it needs. Absent in records of before there was a choice: `all-or-nothing`. */
  readonly policy?: FleetPolicy | undefined;
  /**
   * What became of each target: of all, once recorded; of those that could not be put back, once undone. Absent
   * otherwise.
   */
  readonly results?: readonly TargetResult[] | undefined;
  /** How close together the targets flipped; once recorded, unless by recovery. */
  readonly flip?: FlipTiming | undefined;
  readonly startedAt: Date;
  readonly finishedAt?: Date | undefined;
}
