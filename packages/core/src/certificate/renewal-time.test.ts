import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type RenewedCertificate, renewalRetryTime, renewalTime } from "./renewal-time.ts";

const day = 86_400_000;
const begin = Date.UTC(2026, 0, 1);

function lasting(lifeMs: number, sha256 = "ab"): RenewedCertificate {
  return { notBefore: new Date(begin), notAfter: new Date(begin + lifeMs), sha256 };
}

const lives = fc.integer({ min: 60_000, max: 400 * day });
const digests = fc.string({ minLength: 1, unit: fc.constantFrom(..."0123456789abcdef") });

describe("the time of a renewal", () => {
  it("is within the life and leaves at least a third of it, whatever the life is", () => {
    fc.assert(
      fc.property(lives, digests, (life, sha256) => {
        const part = (renewalTime(lasting(life, sha256)).getTime() - begin) / life;
        expect(part).toBeGreaterThanOrEqual(0.44);
        expect(part).toBeLessThanOrEqual(2 / 3 + 0.001);
      }),
    );
  });

  it("leaves half of a life of a few days", () => {
    expect(renewalTime(lasting(160 * 3_600_000)).getTime() - begin).toBeLessThanOrEqual(80 * 3_600_000);
  });

  it("is the same in each process, and another one for another certificate", () => {
    const times = Array.from({ length: 1000 }, (_, index) => renewalTime(lasting(90 * day, `${index}`)).getTime());
    expect(renewalTime(lasting(90 * day, "7")).getTime()).toBe(times[7]);
    // Spread over four and a half days: each half day gets its part.
    const perHalfDay = times.length / 9;
    const counts = new Map<number, number>();
    for (const time of times) {
      const bin = Math.floor((time - (begin + 90 * day * (1 - 1 / 3 - 1 / 20))) / (day / 2));
      counts.set(bin, (counts.get(bin) ?? 0) + 1);
    }
    expect([...counts.keys()].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect(Math.min(...counts.values())).toBeGreaterThan(perHalfDay / 2);
  });

  it("is in the authority's window", () => {
    const windowStart = new Date(begin + 20 * day);
    const windowEnd = new Date(begin + 22 * day);
    fc.assert(
      fc.property(digests, (sha256) => {
        const time = renewalTime(lasting(90 * day, sha256), { windowStart, windowEnd, askAgainAfterMs: 1 });
        expect(time.getTime()).toBeGreaterThanOrEqual(windowStart.getTime());
        expect(time.getTime()).toBeLessThanOrEqual(windowEnd.getTime());
      }),
    );
  });

  it("is now when the window is over, and never near the end, whatever is advised", () => {
    const past = { windowStart: new Date(begin - 2 * day), windowEnd: new Date(begin - day), askAgainAfterMs: 1 };
    expect(renewalTime(lasting(90 * day), past).getTime()).toBeLessThan(begin);
    const late = { windowStart: new Date(begin + 95 * day), windowEnd: new Date(begin + 99 * day), askAgainAfterMs: 1 };
    expect(renewalTime(lasting(90 * day), late).getTime()).toBe(begin + 75 * day);
    const upsideDown = { windowStart: past.windowEnd, windowEnd: past.windowStart, askAgainAfterMs: 1 };
    expect(renewalTime(lasting(90 * day), upsideDown)).toEqual(past.windowEnd);
  });
});

describe("the time of the next attempt", () => {
  const now = new Date(begin + 60 * day);
  const certificate = lasting(90 * day);

  it("grows from a minute to six hours, and a quarter more at most", () => {
    const pauses = [1, 2, 5, 10, 20, 30, 60, 120, 180, 360, 360, 360];
    for (const [index, minutes] of pauses.entries()) {
      const pausedMs = renewalRetryTime({ certificate, failures: index + 1, now }).getTime() - now.getTime();
      expect(pausedMs).toBeGreaterThanOrEqual(minutes * 60_000);
      expect(pausedMs).toBeLessThanOrEqual(minutes * 75_000);
    }
  });

  it("is never before what the authority asks for, though it were days", () => {
    const notBefore = new Date(now.getTime() + 3 * day);
    expect(renewalRetryTime({ certificate, failures: 1, now, notBefore })).toEqual(notBefore);
  });

  it("leaves several attempts to a certificate that is about to end", () => {
    const nearly = new Date(certificate.notAfter.getTime() - 3_600_000);
    const pausedMs = renewalRetryTime({ certificate, failures: 10, now: nearly }).getTime() - nearly.getTime();
    expect(pausedMs).toBeLessThanOrEqual((3_600_000 / 8) * 1.25);
  });
});
