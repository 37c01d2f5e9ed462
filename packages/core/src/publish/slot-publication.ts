import type { Manifest } from "../archive/manifest.ts";
import type { ProgressListener } from "../ports/call-options.ts";
import type { Target } from "../ports/target.ts";
import type { PreviewGuard } from "../preview/preview.ts";
import type { Revision } from "../revision/revision.ts";
import type { FleetPolicy } from "./fleet-policy.ts";
import type { Publication } from "./publication.ts";
import type { ReleaseManifest } from "./release.ts";
import type { Slot, SlotName } from "./slot.ts";

/** What to show, where. */
export interface SlotPublication {
  readonly revision: Revision;
  readonly manifest: Manifest;
  readonly slot: SlotName;
  readonly guard?: PreviewGuard | undefined;
  readonly targets: readonly Target[];
  /** How many of the targets have to show it. */
  readonly policy: FleetPolicy;
  /** The slot's record, read under this lease. */
  readonly current: Slot | undefined;
  /** Paths that were served with other bytes than these: they get a new time, so that nobody keeps those. */
  readonly restamp?: ReadonlySet<string> | "all" | undefined;
  /** Look at it by the site's public name, too, if the host can. */
  readonly publicly?: boolean | undefined;
  readonly actor: string;
  readonly onProgress?: ProgressListener | undefined;
}

/** A publication that is in the journal, and what it consists of. */
export interface BegunPublication {
  readonly publication: Publication;
  readonly manifest: ReleaseManifest;
  /** What is live on record; `null`: nothing, or nothing is known of it. */
  readonly before: ReleaseManifest | null;
}
