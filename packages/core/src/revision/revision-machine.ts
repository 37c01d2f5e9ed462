import type { RevisionState } from "./revision.ts";

/** What can happen to a revision. */
export type RevisionEvent =
  /** Its archive was inspected and is fine. (A bad archive is no event: the revision stays `uploaded`, with the report.) */
  | "validate"
  /** A preview of it was opened. */
  | "preview"
  /** Its last open preview was closed. */
  | "close_preview"
  /** It became the site's live content, by publish, rollback or promotion. */
  | "publish"
  /** Another revision became live in its place. */
  | "supersede"
  /** A person decided against it. */
  | "reject";

/**
 * Every move there is; what is not here is refused with `REVISION_TRANSITION_INVALID`. A move onto the same state is
 * a repetition that does no harm.
 */
export const revisionTransitions: {
  readonly [S in RevisionState]: { readonly [E in RevisionEvent]?: RevisionState };
} = {
  uploaded: { validate: "validated", reject: "rejected" },
  validated: { validate: "validated", preview: "in_preview", publish: "published", reject: "rejected" },
  in_preview: {
    validate: "in_preview",
    preview: "in_preview",
    close_preview: "validated",
    publish: "published",
    reject: "rejected",
  },
  published: {
    validate: "published",
    preview: "published",
    close_preview: "published",
    publish: "published",
    supersede: "retired",
  },
  retired: {
    validate: "retired",
    preview: "retired",
    close_preview: "retired",
    publish: "published",
    supersede: "retired",
  },
  rejected: { close_preview: "rejected", reject: "rejected" },
};

/** The state after `event`, or `undefined` when the table has no such move. */
export function nextRevisionState(state: RevisionState, event: RevisionEvent): RevisionState | undefined {
  return revisionTransitions[state][event];
}

/** States whose content has passed inspection and may be shown to visitors. */
export function isPublishable(state: RevisionState): boolean {
  return nextRevisionState(state, "publish") !== undefined;
}
