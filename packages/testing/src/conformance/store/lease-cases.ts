import assert from "node:assert/strict";
import { assertSame, expectOk, expectRefusal, onlyOne, race } from "../expectation.ts";
import { freshSiteId } from "../fresh-ids.ts";
import { acquireLease, createSite } from "./scene.ts";
import type { StoreCase } from "./store-harness.ts";

/** A lease that is to run out, and a span after which it has. */
const shortMs = 200;
const pastShortMs = 300;
const longMs = 60_000;

/** What a store promises of leases. */
export const leaseCases: readonly StoreCase[] = [
  {
    name: "acquire-lease/absent-site",
    title: "says SITE_NOT_FOUND for a site nobody created",
    check: async ({ subject }) => {
      const call = subject.acquireLease({ siteId: freshSiteId(), holder: "first", ttlMs: longMs });
      await expectRefusal(call, "SITE_NOT_FOUND");
    },
  },
  {
    name: "acquire-lease/first-token-is-1",
    title: "gives a site's first lease the token 1, and says whose it is",
    check: async ({ subject }) => {
      const { id: siteId } = await createSite(subject);
      const { expiresAt, ...lease } = await acquireLease(subject, siteId, longMs);
      assertSame(lease, { siteId, holder: "first", fencingToken: 1 }, "the lease");
      assert.ok(expiresAt instanceof Date && !Number.isNaN(expiresAt.getTime()), "it has an end");
    },
  },
  {
    name: "acquire-lease/held",
    title: "refuses a lease that is held, also its own holder, and says who holds it until when",
    check: async ({ subject }) => {
      const { id: siteId } = await createSite(subject);
      const { expiresAt } = await acquireLease(subject, siteId, longMs);
      for (const holder of ["first", "second"]) {
        const error = await expectRefusal(subject.acquireLease({ siteId, holder, ttlMs: longMs }), "LEASE_HELD");
        assertSame(
          error.details,
          { siteId, holder: "first", expiresAt: expiresAt.toISOString() },
          "who and until when",
        );
      }
    },
  },
  {
    name: "acquire-lease/concurrent",
    title: "gives the lease to one of several callers",
    check: async ({ subject }) => {
      const { id: siteId } = await createSite(subject);
      const start = (index: number): ReturnType<typeof subject.acquireLease> =>
        subject.acquireLease({ siteId, holder: `racer ${index}`, ttlMs: longMs });
      const { values, refusals } = await race(10, start, "LEASE_HELD");
      const { holder } = onlyOne(values, "holder");
      for (const { details } of refusals) assert.equal("holder" in details ? details.holder : undefined, holder);
    },
  },
  {
    name: "acquire-lease/takes-over-the-expired",
    title: "gives an expired lease to the next caller, with a higher token",
    check: async ({ subject, passTime }) => {
      const { id: siteId } = await createSite(subject);
      const first = await acquireLease(subject, siteId, shortMs);
      await passTime(pastShortMs);
      const second = await expectOk(subject.acquireLease({ siteId, holder: "second", ttlMs: longMs }));
      assert.equal(second.holder, "second");
      assert.ok(second.fencingToken > first.fencingToken, "the token has grown");
    },
  },
  {
    name: "acquire-lease/names-the-former-holder",
    title: "says from whom a lease was taken over, and only then",
    check: async ({ subject, passTime }) => {
      const { id: siteId } = await createSite(subject);
      const { holder, fencingToken, expiresAt, takenFrom } = await acquireLease(subject, siteId, shortMs);
      assert.equal(takenFrom, undefined, "nobody had it before");
      await passTime(pastShortMs);
      const second = await expectOk(subject.acquireLease({ siteId, holder: "second", ttlMs: longMs }));
      assertSame(second.takenFrom, { holder, fencingToken, expiredAt: expiresAt }, "who let it run out, and when");
      const renewed = await expectOk(subject.renewLease({ siteId, fencingToken: second.fencingToken, ttlMs: longMs }));
      assert.equal(renewed.takenFrom, undefined, "it is told once");
      await expectOk(subject.releaseLease({ siteId, fencingToken: second.fencingToken }));
      assert.equal((await acquireLease(subject, siteId, longMs)).takenFrom, undefined, "it was given back");
    },
  },
  {
    name: "acquire-lease/tokens-grow",
    title: "never hands a token out again after a lease was given back",
    check: async ({ subject }) => {
      const { id: siteId } = await createSite(subject);
      let last = 0;
      for (let round = 0; round < 4; round += 1) {
        const { fencingToken } = await acquireLease(subject, siteId, longMs);
        assert.ok(fencingToken > last, `token ${fencingToken} comes after ${last}`);
        last = fencingToken;
        await expectOk(subject.releaseLease({ siteId, fencingToken }));
      }
    },
  },
  {
    name: "acquire-lease/limits",
    title: "refuses a duration below 1 or above 3,600,000 milliseconds",
    check: async ({ subject }) => {
      const { id: siteId } = await createSite(subject);
      for (const ttlMs of [0, -1, 3_600_001, Number.NaN]) {
        await expectRefusal(subject.acquireLease({ siteId, holder: "first", ttlMs }), "INVALID_INPUT");
      }
      await acquireLease(subject, siteId, 3_600_000);
    },
  },
  {
    name: "renew-lease/prolongs",
    title: "prolongs a lease past its first end, and keeps its token and holder",
    check: async ({ subject, passTime }) => {
      const { id: siteId } = await createSite(subject);
      const lease = await acquireLease(subject, siteId, 1000);
      const { fencingToken } = lease;
      const renewed = await expectOk(subject.renewLease({ siteId, fencingToken, ttlMs: longMs }));
      assertSame({ ...renewed, expiresAt: 0 }, { ...lease, expiresAt: 0 }, "token and holder stay");
      assert.ok(renewed.expiresAt > lease.expiresAt, "the end has moved");
      await passTime(1200);
      await expectRefusal(subject.acquireLease({ siteId, holder: "second", ttlMs: longMs }), "LEASE_HELD");
    },
  },
  {
    name: "renew-lease/absent",
    title: "says LEASE_LOST when there is no lease, or one with another token, and prolongs nothing",
    check: async ({ subject }) => {
      const { id: siteId } = await createSite(subject);
      await expectRefusal(subject.renewLease({ siteId, fencingToken: 1, ttlMs: longMs }), "LEASE_LOST");
      const { fencingToken } = await acquireLease(subject, siteId, longMs);
      for (const other of [fencingToken - 1, fencingToken + 1]) {
        const error = await expectRefusal(
          subject.renewLease({ siteId, fencingToken: other, ttlMs: longMs }),
          "LEASE_LOST",
        );
        assertSame(error.details, { siteId, fencingToken: other }, "the error names the token that was offered");
      }
    },
  },
  {
    name: "renew-lease/expired",
    title: "says LEASE_LOST for an expired lease, though nobody has taken it over",
    check: async ({ subject, passTime }) => {
      const { id: siteId } = await createSite(subject);
      const { fencingToken } = await acquireLease(subject, siteId, shortMs);
      await passTime(pastShortMs);
      await expectRefusal(subject.renewLease({ siteId, fencingToken, ttlMs: longMs }), "LEASE_LOST");
    },
  },
  {
    name: "renew-lease/against-takeover",
    title: "of a late renewal and takeovers at the same time, lets exactly one have the site",
    check: async ({ subject, passTime }) => {
      const { id: siteId } = await createSite(subject);
      const { fencingToken } = await acquireLease(subject, siteId, shortMs);
      await passTime(pastShortMs);
      const acquire = (index: number): ReturnType<typeof subject.acquireLease> =>
        subject.acquireLease({ siteId, holder: `racer ${index}`, ttlMs: longMs });
      const [{ values }, renewal] = await Promise.all([
        race(4, acquire, "LEASE_HELD"),
        subject.renewLease({ siteId, fencingToken, ttlMs: longMs }),
      ]);
      const holders = values.length + (renewal.isOk() ? 1 : 0);
      assert.equal(holders, 1, "one caller has the site");
    },
  },
  {
    name: "release-lease/frees",
    title: "gives a lease back, so that the next caller gets it at once",
    check: async ({ subject }) => {
      const { id: siteId } = await createSite(subject);
      const { fencingToken } = await acquireLease(subject, siteId, longMs);
      assertSame(await expectOk(subject.releaseLease({ siteId, fencingToken })), { released: true }, "the answer");
      await expectOk(subject.acquireLease({ siteId, holder: "second", ttlMs: longMs }));
    },
  },
  {
    name: "release-lease/absent-and-repeated",
    title: "says released: false when there is nothing to give back, also the second time",
    check: async ({ subject }) => {
      const { id: siteId } = await createSite(subject);
      const nothing = { released: false };
      assertSame(await expectOk(subject.releaseLease({ siteId, fencingToken: 1 })), nothing, "no lease");
      const unknown = subject.releaseLease({ siteId: freshSiteId(), fencingToken: 1 });
      assertSame(await expectOk(unknown), nothing, "no site");
      const { fencingToken } = await acquireLease(subject, siteId, longMs);
      await expectOk(subject.releaseLease({ siteId, fencingToken }));
      assertSame(await expectOk(subject.releaseLease({ siteId, fencingToken })), nothing, "again");
    },
  },
  {
    name: "release-lease/never-another-token",
    title: "never ends a lease with another token",
    check: async ({ subject, passTime }) => {
      const { id: siteId } = await createSite(subject);
      const late = await acquireLease(subject, siteId, shortMs);
      await passTime(pastShortMs);
      await acquireLease(subject, siteId, longMs);
      const { fencingToken } = late;
      assertSame(await expectOk(subject.releaseLease({ siteId, fencingToken })), { released: false }, "the answer");
      await expectRefusal(subject.acquireLease({ siteId, holder: "third", ttlMs: longMs }), "LEASE_HELD");
    },
  },
];
