import type { Clock } from "../../ports/clock.ts";
import type { WaitingSiteClaim, WaitingSites } from "../../ports/waiting-sites.ts";

/** The claims that a run holds at a server, kept up by one heartbeat. */
export interface HeldSites {
  /** Keeps a claim up from now on; the signal fires when it is lost. */
  hold(claim: WaitingSiteClaim): AbortSignal;
  /** Lets a claim be. */
  drop(claim: WaitingSiteClaim): void;
  /** Ends the heartbeat. */
  stop(): Promise<void>;
}

/** Begins with no claim. */
export function heldSites({
  sites,
  clock,
  claimTtlMs: ttlMs,
}: {
  readonly sites: WaitingSites;
  readonly clock: Clock;
  readonly claimTtlMs: number;
}): HeldSites {
  interface Held {
    readonly claim: WaitingSiteClaim;
    readonly lost: AbortController;
    sureUntilMs: number;
  }
  const held = new Map<string, Held>();
  const stopped = new AbortController();

  const renew = async (each: Held): Promise<void> => {
    const askedAtMs = clock.now().getTime();
    const answer = await sites.renewClaim({ ...each.claim, ttlMs });
    if (answer.isOk() && answer.value.renewed) each.sureUntilMs = askedAtMs + ttlMs;
    // A record that can't be reached for a moment is no loss, as long as nobody else can have the claim.
    else if (answer.isOk() || clock.now().getTime() >= each.sureUntilMs) each.lost.abort();
  };

  const beating = (async () => {
    while (!stopped.signal.aborted) {
      await clock.sleep(ttlMs / 3, stopped.signal);
      if (stopped.signal.aborted) return;
      await Promise.all([...held.values()].filter(({ lost }) => !lost.signal.aborted).map(renew));
    }
  })();

  return {
    hold: (claim) => {
      const lost = new AbortController();
      held.set(claim.siteId, { claim, lost, sureUntilMs: clock.now().getTime() + ttlMs });
      return lost.signal;
    },
    drop: ({ siteId }) => {
      held.delete(siteId);
    },
    stop: async () => {
      stopped.abort();
      await beating;
    },
  };
}
