import type { RevisionId, SiteId } from "@hostelry/core";

/** What the story tells its publisher, a process that will be killed. */
export type Order =
  /** Open the state, look at what the one before left, then publish this and look again. */
  | { readonly kind: "finish"; readonly siteId: SiteId; readonly revisionId: RevisionId }
  /** Begin to publish this; die before or after the n-th call of a port, or, without it, wait to be killed. */
  | { readonly kind: "begin"; readonly revisionId: RevisionId; readonly strike: Strike | null }
  /** Close the state and end. */
  | { readonly kind: "end" };

/** Where a publisher kills itself. */
export interface Strike {
  readonly call: number;
  readonly when: "after" | "before";
}

/** What is on record and on the target, in short. */
export interface Glance {
  readonly inSync: boolean;
  /** States in which publications stand that never ended. */
  readonly unfinished: readonly string[];
  readonly leftovers: number;
}

/** What a publisher did, and what it saw before and after. */
export interface Finished {
  readonly kind: "finished";
  readonly found: Glance;
  readonly outcome: "published" | "unchanged";
  readonly left: Glance;
  /** Calls of ports that it took. */
  readonly calls: number;
  readonly milliseconds: number;
}

/** What a publisher answers. `done`: it was, before it was killed. */
export type Answer = Finished | { readonly kind: "begun" } | { readonly kind: "done" };
