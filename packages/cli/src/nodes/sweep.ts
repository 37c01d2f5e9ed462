import type { ExpiredPreview } from "@hostelry/adapter-ssh";
import { type HostingError, hasCode, type PreviewId, type Site, type TidiedSite } from "@hostelry/core";

/** What a sweep did. */
export interface Sweep {
  /** Previews that the records say are over, and that were closed everywhere. */
  readonly closed: readonly PreviewId[];
  readonly notClosed: readonly { readonly previewId: PreviewId; readonly error: HostingError }[];
  /** What each node took away by itself. */
  readonly nodes: readonly {
    readonly node: string;
    readonly expired: readonly ExpiredPreview[];
    readonly error?: HostingError | undefined;
  }[];
  readonly sites: readonly SweptSite[];
}

/** What became of one site's left-overs and old releases. `busy`: it is being published, and tidied by that. */
export type SweptSite =
  | { readonly site: Site; readonly outcome: "tidied"; readonly tidied: TidiedSite }
  | { readonly site: Site; readonly outcome: "busy" | "failed"; readonly error: HostingError };

/**
 * Whether something was not taken away that should have been. What has to wait because its site is being published is for the
 * next sweep, and no failure.
 */
export function hasFailed({ notClosed, nodes, sites }: Sweep): boolean {
  return (
    notClosed.some(({ error }) => !hasCode(error, "LEASE_HELD")) ||
    nodes.some(({ error }) => error !== undefined) ||
    sites.some((swept) =>
      swept.outcome === "tidied"
        ? swept.tidied.targets.some(({ problem }) => problem !== undefined)
        : swept.outcome === "failed",
    )
  );
}
