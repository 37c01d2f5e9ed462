import type { PreviewGuard, ReleaseId, ServingState, SiteId, SlotName, Target } from "@hostelry/core/adapter";
import type { CaseDraft, Harness, UnderTest } from "../conformance-case.ts";

/**
 * A target for one case, and raw readers of what it holds. The readers look without the adapter (with `readlink`, with
 * an HTTP request …), so that it can't lie to its own test.
 */
export interface TargetUnderTest extends UnderTest<Target> {
  /** The release a slot points to now; `null` when it is empty. */
  readSlot(siteId: SiteId, slot: SlotName): Promise<ReleaseId | null>;
  /** A file's bytes as a visitor of the slot gets them; `null` when there is none. */
  readFile(siteId: SiteId, slot: SlotName, path: string): Promise<Uint8Array | null>;
  /** The names of all whole releases of a site, in any order. */
  listReleases(siteId: SiteId): Promise<readonly ReleaseId[]>;
  /** What guards a preview's slot; `null` when nothing does. */
  readGuard(siteId: SiteId, slot: SlotName): Promise<PreviewGuard | null>;
  /** What visitors of the site get. Needed when `capabilities.servingState`. */
  readServingState?(siteId: SiteId): Promise<ServingState>;
  /** Writes (or, with `null`, removes) a file of a staged release behind the adapter's back. Needed when `capabilities.verify`. */
  tamper?(siteId: SiteId, release: ReleaseId, path: string, bytes: Uint8Array | null): Promise<void>;
  /**
   * Puts something the adapter did not make in the place of a slot's pointer. Harnesses of targets where that can't be
   * declare `without: ["obstruct"]`.
   */
  obstruct?(siteId: SiteId, slot: SlotName): Promise<void>;
  /** Whether the obstacle is still there, as it was put. Goes with {@link obstruct}. */
  isObstructed?(siteId: SiteId, slot: SlotName): Promise<boolean>;
}

/** How to make targets for {@link targetConformance}. */
export type TargetHarness = Harness<Target, TargetUnderTest>;

/** A case of the target's suite before it knows its harness. */
export type TargetCase = CaseDraft<TargetUnderTest>;
