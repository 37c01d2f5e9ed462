import { getDomain } from "tldts";

/**
 * A limit as authorities keep it: `max` at once, and one more each `windowMs / max`. (For one that counts the last `windowMs` by the
 * clock, take half of its `max`: then no window of that length ever holds more than is allowed.)
 */
export interface CertificateRateLimit {
  /** E.g. `orders-per-account`. */
  readonly name: string;
  readonly max: number;
  readonly windowMs: number;
}

/** One use of a limit, by whom it is counted for. */
export interface RateCost {
  readonly limit: CertificateRateLimit;
  /** Under which the use is kept: the limit's name and what it is counted by. */
  readonly key: string;
}

/** The limits that an authority has. A limit that is left out is none. */
export interface CertificateRateLimits {
  /** Counted by account. */
  readonly orders?: CertificateRateLimit | undefined;
  /** Counted by registered domain (public suffix and one label), for each that an order names. */
  readonly registeredDomain?: CertificateRateLimit | undefined;
  /** Counted by the very set of names. */
  readonly exactSet?: CertificateRateLimit | undefined;
  /** Counted by account and name, for each proof that failed. */
  readonly failedProofs?: CertificateRateLimit | undefined;
}

/**
 * What was used, per key: the moment at which the limit would be as good as new. One moment says it all (the generic cell rate algorithm,
 * ITU-T I.371), so that it can be kept in one column and compared in one statement.
 */
export type RateUses = ReadonlyMap<string, Date>;

/** The answer to whether something is allowed. */
export interface RateVerdict {
  /** Not before then; `now` when it is allowed. */
  readonly allowedAt: Date;
  /** The limit that is reached; `null` when none is. */
  readonly limit: string | null;
  /** What it is counted under there. */
  readonly key: string | null;
}

const hour = 60 * 60_000;
const day = 24 * hour;

/** Let's Encrypt's, as published in August 2026. */
export const letsEncryptRateLimits: CertificateRateLimits = {
  orders: { name: "orders-per-account", max: 300, windowMs: 3 * hour },
  registeredDomain: { name: "certificates-per-registered-domain", max: 50, windowMs: 7 * day },
  exactSet: { name: "certificates-per-exact-set", max: 5, windowMs: 7 * day },
  failedProofs: { name: "failed-proofs-per-name", max: 5, windowMs: hour },
};

/**
 * What an order costs. A renewal that the authority knows as one (`replaces`, on its own advice) costs nothing at Let's Encrypt; elsewhere pass
 * `exempt: false`. Names are canonical and sorted.
 */
export function orderCosts(
  limits: CertificateRateLimits,
  order: { readonly accountId: string; readonly names: readonly string[]; readonly exempt: boolean },
): readonly RateCost[] {
  if (order.exempt) return [];
  const domains = new Set(order.names.map(registeredDomain));
  return [
    ...cost(limits.orders, order.accountId),
    ...[...domains].flatMap((domain) => cost(limits.registeredDomain, domain)),
    ...cost(limits.exactSet, order.names.join(",")),
  ];
}

/** What a proof costs that failed; an order for the name is only placed while there is some of it left. */
export function failedProofCosts(
  limits: CertificateRateLimits,
  proof: { readonly accountId: string; readonly name: string },
): readonly RateCost[] {
  return cost(limits.failedProofs, `${proof.accountId} ${proof.name}`);
}

/** When all of it is allowed. All who ask too early are told the same moment, and one gets through then: queue them. */
export function checkRates(uses: RateUses, costs: readonly RateCost[], now: Date): RateVerdict {
  let verdict: RateVerdict = { allowedAt: now, limit: null, key: null };
  for (const { limit, key } of costs) {
    const asNewAt = uses.get(key)?.getTime() ?? 0;
    const allowedAt = asNewAt - (limit.windowMs - limit.windowMs / limit.max);
    // Up to the next millisecond: a fraction too early would be too early.
    if (allowedAt > verdict.allowedAt.getTime())
      verdict = { allowedAt: new Date(Math.ceil(allowedAt)), limit: limit.name, key };
  }
  return verdict;
}

/** The uses that change when it is done, to be written over those that were. It is the caller who has checked. */
export function spendRates(uses: RateUses, costs: readonly RateCost[], now: Date): RateUses {
  return new Map(
    costs.map(({ limit, key }) => {
      const begin = Math.max(now.getTime(), uses.get(key)?.getTime() ?? 0);
      return [key, new Date(begin + Math.ceil(limit.windowMs / limit.max))] as const;
    }),
  );
}

function cost(limit: CertificateRateLimit | undefined, countedBy: string): readonly RateCost[] {
  return limit === undefined ? [] : [{ limit, key: `${limit.name} ${countedBy}` }];
}

/** Authorities count by the public suffix list with its private part, as `github.io`. */
function registeredDomain(name: string): string {
  const host = name.startsWith("*.") ? name.slice(2) : name;
  return getDomain(host, { allowPrivateDomains: true }) ?? host;
}
