// The budget of an authority's limits, shared by all processes through the records: arithmetic in rate-budget, races in the store.
import type { CertificateStore } from "../ports/certificate-store.ts";
import type { StoreError } from "../ports/store/index.ts";
import { flow, ok, type ResultAsync } from "../result/index.ts";
import type { CertificateCall } from "./certificate-ports.ts";
import { checkRates, type RateCost, spendRates } from "./rate-budget.ts";

/** What is to be spent. */
export interface OrderBudget {
  /** Costs of the order. */
  readonly costs: readonly RateCost[];
  /** Limits that have to have some left, of which nothing is taken. */
  readonly needed: readonly RateCost[];
  /** It has waited for its turn, and that has come. */
  readonly hasTurn: boolean;
  readonly now: Date;
}

/** Spent; or whose limit is reached, and when it is this one's turn. */
export type SpentOrder =
  | { readonly spent: true }
  | { readonly spent: false; readonly limit: string; readonly turnAt: Date };

/** Others may be faster so often; then it is tried again soon. */
const mostAttempts = 10;
const shortPauseMs = 5000;

/**
 * Spends the cost of an order, if all limits allow it. Who has to wait gets a turn, one after the other at the limit's own pace, which is kept
 * beside the limit: nobody comes in a crowd, and who comes later gets a later one. Never does a process spend what another has spent already.
 */
export function spendOrder(
  store: CertificateStore,
  budget: OrderBudget,
  call: CertificateCall,
): ResultAsync<SpentOrder, StoreError> {
  const { costs, needed, hasTurn, now } = budget;
  const { signal } = call;
  return flow(async function* () {
    if (costs.length === 0 && needed.length === 0) return ok<SpentOrder>({ spent: true });
    const limits = [...costs, ...needed];
    const keys = [...new Set(limits.flatMap(({ key }) => [key, turnKey(key)]))];
    for (let attempt = 0; attempt < mostAttempts; attempt += 1) {
      const uses = yield* store.readRateUses(keys, { signal });
      const verdict = checkRates(uses, limits, now);
      // Who comes now waits behind those who wait already.
      const queued = hasTurn ? undefined : costs.find(({ key }) => (uses.get(turnKey(key)) ?? now) > now);
      if (verdict.limit === null && queued === undefined) {
        if (costs.length === 0) return ok<SpentOrder>({ spent: true });
        const expected = new Map(costs.map(({ key }) => [key, uses.get(key) ?? null] as const));
        const { spent } = yield* store.spendRateUses({ expected, uses: spendRates(uses, costs, now) }, { signal });
        if (spent) return ok<SpentOrder>({ spent: true });
        continue;
      }
      const waitsFor = limits.find(({ key }) => key === verdict.key) ?? queued;
      if (waitsFor === undefined) break;
      const { key, limit } = waitsFor;
      const turn = turnKey(key);
      const last = uses.get(turn) ?? null;
      const pace = Math.ceil(limit.windowMs / limit.max);
      const turnAt = new Date(Math.max(verdict.allowedAt.getTime(), (last?.getTime() ?? 0) + pace));
      const expected = new Map([[turn, last]]);
      const taken = yield* store.spendRateUses({ expected, uses: new Map([[turn, turnAt]]) }, { signal });
      if (taken.spent) return ok<SpentOrder>({ spent: false, limit: limit.name, turnAt });
    }
    return ok<SpentOrder>({ spent: false, limit: "busy", turnAt: new Date(now.getTime() + shortPauseMs) });
  });
}

/** Counts a proof that failed, whether or not the limit had anything left: it has happened. */
export function countFailedProofs(
  store: CertificateStore,
  costs: readonly RateCost[],
  now: Date,
  call: CertificateCall,
): ResultAsync<void, StoreError> {
  const { signal } = call;
  return flow(async function* () {
    if (costs.length === 0) return ok(undefined);
    const keys = costs.map(({ key }) => key);
    for (let attempt = 0; attempt < mostAttempts; attempt += 1) {
      const uses = yield* store.readRateUses(keys, { signal });
      const expected = new Map(keys.map((key) => [key, uses.get(key) ?? null] as const));
      const { spent } = yield* store.spendRateUses({ expected, uses: spendRates(uses, costs, now) }, { signal });
      if (spent) break;
    }
    return ok(undefined);
  });
}

/** Costs, counted for one authority. */
export function keyed(authority: string, costs: readonly RateCost[]): readonly RateCost[] {
  return costs.map(({ limit, key }) => ({ limit, key: `${authority} ${key}` }));
}

function turnKey(key: string): string {
  return `turn ${key}`;
}
