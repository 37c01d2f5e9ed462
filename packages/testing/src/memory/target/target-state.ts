import type { PreviewGuard, ReleaseId, ReleaseManifest, ServingState, SiteId, SlotName } from "@hostelry/core/adapter";

/** A release as a memory target holds it: its manifest, and its files by path. */
export interface HeldRelease {
  readonly manifest: ReleaseManifest;
  readonly files: Map<string, Uint8Array>;
}

/** What a slot points to. */
export interface HeldPointer {
  readonly release: ReleaseId;
  readonly guard?: PreviewGuard | undefined;
}

/** Everything a memory target holds of one site. */
export interface HeldSite {
  /** Highest fencing token seen. */
  fence: number;
  servingState: ServingState;
  readonly slots: Map<SlotName, HeldPointer>;
  /** Places of pointers where something is that the target did not make; only tests put it there. */
  readonly obstructed: Set<SlotName>;
  readonly releases: Map<ReleaseId, HeldRelease>;
  /** Stagings that have begun and not ended well: their fencing tokens. */
  readonly leftovers: Set<{ readonly fencingToken: number }>;
}

/** What a memory target holds, as plain maps: tests may look, and tamper. */
export type MemoryTargetState = Map<SiteId, HeldSite>;

/** The site's part of the state, made when it is not there. */
export function heldSite(state: MemoryTargetState, siteId: SiteId): HeldSite {
  const known = state.get(siteId);
  if (known !== undefined) return known;
  const site: HeldSite = {
    fence: 0,
    servingState: "live",
    slots: new Map(),
    obstructed: new Set(),
    releases: new Map(),
    leftovers: new Set(),
  };
  state.set(siteId, site);
  return site;
}
