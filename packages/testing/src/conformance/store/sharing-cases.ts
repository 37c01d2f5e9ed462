import assert from "node:assert/strict";
import { toolOf } from "../conformance-case.ts";
import { assertSame, expectOk, expectRefusal, onlyOne, race } from "../expectation.ts";
import { acquireLease, auditOf, createSite, newRevision, publishableScene, slotChange } from "./scene.ts";
import type { StoreCase } from "./store-harness.ts";

/** What a store promises to several processes, and after a restart. */
export const sharingCases: readonly StoreCase[] = [
  {
    name: "shared/one-truth",
    title: "decides races between two instances on one database: numbers, leases and slots",
    requires: ["shared"],
    check: async ({ subject, another }) => {
      const other = await toolOf(another, "another")();
      const scene = await publishableScene(subject);
      const siteId = scene.site.id;
      const either = (index: number): typeof subject => (index % 2 === 0 ? subject : other);
      const appended = await race(20, (index) => either(index).appendRevision(newRevision(siteId)));
      const numbers = appended.values.map(({ number }) => number).sort((left, right) => left - right);
      assertSame(
        numbers,
        Array.from({ length: 20 }, (_, index) => index + 2),
        "numbers have no gap and no repeat",
      );
      const flips = await race(6, (index) => either(index).compareAndSetSlot(slotChange(scene)), "STORE_CONFLICT");
      onlyOne(flips.values, "winner");
      const { id } = await createSite(other);
      const acquire = (index: number): ReturnType<typeof subject.acquireLease> =>
        either(index).acquireLease({ siteId: id, holder: `racer ${index}`, ttlMs: 60_000 });
      onlyOne((await race(6, acquire, "LEASE_HELD")).values, "holder");
      assertSame(await auditOf(other, siteId), await auditOf(subject, siteId), "both read the same record");
    },
  },
  {
    name: "durable/survives-a-restart",
    title: "keeps records, numbers and tokens over a restart",
    requires: ["durable"],
    check: async ({ subject, reopen }) => {
      const scene = await publishableScene(subject);
      const siteId = scene.site.id;
      const slot = await expectOk(subject.compareAndSetSlot(slotChange(scene)));
      const audit = await auditOf(subject, siteId);
      await expectOk(subject.releaseLease({ siteId, fencingToken: scene.lease.fencingToken }));
      const reopened = await toolOf(reopen, "reopen")();
      assertSame(await expectOk(reopened.getSite(siteId)), scene.site, "the site");
      assertSame(await expectOk(reopened.listSlots(siteId)), [slot], "the slot");
      assertSame(await auditOf(reopened, siteId), audit, "the audit record");
      const { number } = await expectOk(reopened.appendRevision(newRevision(siteId)));
      assert.equal(number, scene.revision.number + 1, "numbers go on");
      const lease = await acquireLease(reopened, siteId);
      assert.ok(lease.fencingToken > scene.lease.fencingToken, "tokens go on");
      const late = slotChange(scene, { expect: scene.lease.fencingToken });
      await expectRefusal(reopened.compareAndSetSlot(late), "LEASE_LOST");
    },
  },
];
