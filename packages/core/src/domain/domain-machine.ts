import type { DomainState } from "./domain.ts";

/** What can happen to a domain. */
export type DomainEvent =
  /** A fresh look found it in order. On a claim: the challenge was met. */
  | "confirm"
  /** The tenant wants it routed. */
  | "activate"
  /** Looks have failed so often that it is no slip any more. */
  | "lose"
  /** It has been suspect for so long that the tenant is warned. */
  | "warn"
  /** It was released, or its grace is over, or another has proven it. */
  | "detach"
  /** Nothing of it is laid out any more. */
  | "bury"
  /** A claim that was given up or ran out, or a tombstone that is over: its record goes. */
  | "forget";

/** All of them. */
export const domainEvents: readonly DomainEvent[] = ["confirm", "activate", "lose", "warn", "detach", "bury", "forget"];

/** Where an event leads; `gone`: there is no record any more. */
export type DomainOutcome = DomainState | "gone";

/**
 * Every move there is; what is not here is refused with `DOMAIN_TRANSITION_INVALID`. A move onto the same state is a repetition
 * that does no harm. A name that was proven but never routed serves nobody, so losing its proof makes it a claim again, without
 * any grace.
 */
export const domainTransitions: {
  readonly [S in DomainState]: { readonly [E in DomainEvent]?: DomainOutcome };
} = {
  claimed: { confirm: "verified", forget: "gone" },
  verified: { confirm: "verified", activate: "active", lose: "claimed", detach: "detached" },
  active: { confirm: "active", activate: "active", lose: "suspect", detach: "detached" },
  suspect: { confirm: "active", lose: "suspect", warn: "grace", detach: "detached" },
  grace: { confirm: "active", lose: "grace", warn: "grace", detach: "detached" },
  detached: { detach: "detached", bury: "tombstone" },
  tombstone: { bury: "tombstone", forget: "gone" },
};

/** Where `event` leads, or `undefined` when the table has no such move. */
export function nextDomainState(state: DomainState, event: DomainEvent): DomainOutcome | undefined {
  return domainTransitions[state][event];
}

/** Whether some event leads from one state to another one; `verified` is entered by proof alone (`DomainStore.verifyDomain`). */
export function isDomainMove(from: DomainState, to: DomainState): boolean {
  if (from === "claimed") return false;
  return Object.values(domainTransitions[from]).includes(to);
}
