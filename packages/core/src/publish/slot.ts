import type { PreviewId } from "../preview/preview.ts";
import type { RevisionId } from "../revision/revision.ts";
import type { SiteId } from "../site/site.ts";
import type { ReleaseId } from "./release.ts";

/** What points to a release: the live site, or one preview. */
export type SlotName = "live" | `preview/${string}`;

/** The slot of a preview. */
export function previewSlot(previewId: PreviewId): SlotName {
  return `preview/${previewId}`;
}

/** The preview that a slot belongs to; `undefined` for `live`. */
export function previewOfSlot(slot: SlotName): PreviewId | undefined {
  return slot === "live" ? undefined : (slot.slice("preview/".length) as PreviewId);
}

/** The record of what a slot shows. */
export interface Slot {
  readonly siteId: SiteId;
  readonly name: SlotName;
  readonly revisionId: RevisionId;
  readonly manifestDigest: string;
  readonly release: ReleaseId;
  /** The publication that set it. */
  readonly publication: number;
  readonly since: Date;
}
