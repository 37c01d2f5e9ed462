import {
  type Clock,
  err,
  type HostingErrorOf,
  ok,
  type Result,
  type SiteOutcome,
  type StoreCapabilities,
  systemClock,
  type WaitingSite,
  type WaitingSites,
} from "@hostelry/core/adapter";
import { invalidInput, pageOf } from "../page-of.ts";
import { decide, nextTurn, type Turn } from "../turn.ts";

/** A site in memory. */
export interface HeldWaitingSite {
  readonly site: WaitingSite;
  dnsActive: boolean;
  /** `undefined`: nothing came of it yet. */
  outcome: SiteOutcome | undefined;
  claim: { readonly token: string; readonly expiresAt: Date } | undefined;
}

/** Settings of {@link memoryWaitingSites}. */
export interface MemoryWaitingSitesOptions {
  /** Sites by id; several instances may share them, as processes share a database. */
  readonly sites?: Map<string, HeldWaitingSite> | undefined;
  /** What claims end by. Default: the machine's clock. */
  readonly clock?: Clock | undefined;
  /** What to declare. Default: neither shared nor durable. */
  readonly capabilities?: Partial<StoreCapabilities> | undefined;
  readonly turn?: Turn | undefined;
}

/** {@link memoryWaitingSites}, and what they hold. */
export interface MemoryWaitingSites extends WaitingSites {
  readonly sites: Map<string, HeldWaitingSite>;
  /** Adds a site whose DNS is active. */
  add(site: WaitingSite): void;
}

let claims = 0;

/** Waiting sites in memory. */
export function memoryWaitingSites(options: MemoryWaitingSitesOptions = {}): MemoryWaitingSites {
  const { sites = new Map<string, HeldWaitingSite>(), clock = systemClock, turn = nextTurn } = options;
  const isFree = ({ claim }: HeldWaitingSite): boolean => claim === undefined || claim.expiresAt <= clock.now();
  const waits = ({ dnsActive, outcome }: HeldWaitingSite, includeFailed: boolean): boolean => {
    if (!dnsActive) return false;
    if (outcome === undefined || outcome.state === "pending") return true;
    return includeFailed && outcome.state === "failed" && outcome.retryable;
  };
  const later = (ttlMs: number): Date => new Date(clock.now().getTime() + ttlMs);
  return {
    spec: "waiting-sites/1",
    name: "memory",
    capabilities: { shared: false, durable: false, ...options.capabilities },
    sites,
    add: (site) => {
      sites.set(site.id, { site, dnsActive: true, outcome: undefined, claim: undefined });
    },
    listWaiting: (request, call) =>
      decide(turn, "listWaiting", call, () => {
        const all = [...sites.values()].filter((each) => waits(each, request.includeFailed) && isFree(each));
        const order = { key: ({ server, id }: WaitingSite) => [server, id], newestFirst: false };
        return pageOf(
          all.map(({ site }) => site),
          order,
          request,
        );
      }),
    claimSite: ({ siteId, ttlMs }, call) =>
      decide(turn, "claimSite", call, () =>
        checkTime(ttlMs).map(() => {
          const held = sites.get(siteId);
          if (held === undefined || !waits(held, true) || !isFree(held)) return { claim: null };
          claims += 1;
          const token = `claim-${claims}`;
          held.claim = { token, expiresAt: later(ttlMs) };
          return { claim: { siteId, token }, site: structuredClone(held.site) };
        }),
      ),
    renewClaim: ({ siteId, token, ttlMs }, call) =>
      decide(turn, "renewClaim", call, () =>
        checkTime(ttlMs).map(() => {
          const held = sites.get(siteId);
          if (held?.claim?.token !== token) return { renewed: false };
          held.claim = { token, expiresAt: later(ttlMs) };
          return { renewed: true };
        }),
      ),
    recordOutcome: ({ siteId, token, outcome }, call) =>
      decide(turn, "recordOutcome", call, () => {
        if ((outcome.reason?.message.length ?? 0) > 2000) return err(invalidInput("reason", "is too long"));
        const held = sites.get(siteId);
        if (held?.claim?.token !== token) return ok({ recorded: false });
        held.claim = undefined;
        held.outcome = structuredClone(outcome);
        return ok({ recorded: true });
      }),
  };
}

function checkTime(ttlMs: number): Result<void, HostingErrorOf<"INVALID_INPUT">> {
  const isTime = Number.isInteger(ttlMs) && ttlMs >= 1 && ttlMs <= 3_600_000;
  return isTime ? ok(undefined) : err(invalidInput("ttlMs", "must be a whole number from 1 to 3,600,000"));
}
