import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type CertificateRateLimit,
  checkRates,
  failedProofCosts,
  letsEncryptRateLimits,
  orderCosts,
  type RateUses,
  spendRates,
} from "./rate-budget.ts";

const hour = 3_600_000;
const begin = Date.UTC(2026, 0, 1);

/** A bucket of tokens, told in the plainest way: what the authority keeps on its side. */
function bucket({ max, windowMs }: CertificateRateLimit): (now: number) => boolean {
  let tokens = max;
  let before = begin;
  return (now) => {
    tokens = Math.min(max, tokens + ((now - before) * max) / windowMs);
    before = now;
    // A thousandth of a token is what arithmetic with fractions may be off.
    if (tokens < 0.999) return false;
    tokens -= 1;
    return true;
  };
}

describe("the budget of a limit", () => {
  it("never lets pass what the authority would refuse, and refuses nothing that it would let pass", () => {
    const steps = fc.array(fc.integer({ min: 0, max: 3 * hour }), { maxLength: 60 });
    const limits = fc.record({
      max: fc.integer({ min: 1, max: 12 }),
      windowMs: fc.integer({ min: 1000, max: 12 * hour }),
    });
    fc.assert(
      fc.property(steps, limits, (pauses, numbers) => {
        const limit = { name: "some", ...numbers };
        const costs = [{ limit, key: "k" }];
        const authority = bucket(limit);
        let uses: RateUses = new Map();
        let now = begin;
        for (const pause of pauses) {
          now += pause;
          const verdict = checkRates(uses, costs, new Date(now));
          // Where it is not allowed, the moment that is named is taken: not a millisecond is given away.
          now = verdict.allowedAt.getTime();
          expect(checkRates(uses, costs, new Date(now)).limit).toBeNull();
          if (verdict.limit !== null) expect(checkRates(uses, costs, new Date(now - 1)).limit).toBe("some");
          uses = spendRates(uses, costs, new Date(now));
          expect(authority(now)).toBe(true);
        }
      }),
    );
  });

  it("of Let's Encrypt gives five of one set at once, and the sixth after 33.6 hours", () => {
    const costs = orderCosts(letsEncryptRateLimits, { accountId: "a", names: ["example.com"], exempt: false });
    let uses: RateUses = new Map();
    const now = new Date(begin);
    for (let times = 0; times < 5; times += 1) {
      expect(checkRates(uses, costs, now)).toEqual({ allowedAt: now, limit: null, key: null });
      uses = new Map([...uses, ...spendRates(uses, costs, now)]);
    }
    const { allowedAt, limit } = checkRates(uses, costs, now);
    expect(limit).toBe("certificates-per-exact-set");
    expect(allowedAt.getTime() - begin).toBe(33.6 * hour);
  });
});

describe("what an order costs", () => {
  it("is counted by account, by each registered domain once, and by the set", () => {
    const names = ["*.example.co.uk", "a.github.io", "b.github.io", "example.co.uk", "www.example.co.uk"];
    const costs = orderCosts(letsEncryptRateLimits, { accountId: "acct", names, exempt: false });
    expect(costs.map(({ key }) => key)).toEqual([
      "orders-per-account acct",
      "certificates-per-registered-domain example.co.uk",
      "certificates-per-registered-domain a.github.io",
      "certificates-per-registered-domain b.github.io",
      `certificates-per-exact-set ${names.join(",")}`,
    ]);
  });

  it("is nothing for a renewal that the authority knows as one", () => {
    const order = { accountId: "acct", names: ["example.com"], exempt: true };
    expect(orderCosts(letsEncryptRateLimits, order)).toEqual([]);
  });

  it("is nothing where there are no limits, and a failed proof is counted by itself", () => {
    expect(orderCosts({}, { accountId: "a", names: ["example.com"], exempt: false })).toEqual([]);
    const costs = failedProofCosts(letsEncryptRateLimits, { accountId: "a", name: "example.com" });
    expect(costs.map(({ key }) => key)).toEqual(["failed-proofs-per-name a example.com"]);
  });
});
