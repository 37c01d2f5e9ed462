import assert from "node:assert/strict";
import { assertSame, expectOk, expectRefusal, race } from "../expectation.ts";
import { begin, newCall } from "./idempotency-cases.ts";
import { afterNoon, createPreview } from "./scene.ts";
import type { StoreCase } from "./store-harness.ts";

const minute = 60_000;

/** What a store promises of records that nothing needs any more. */
export const expiredCases: readonly StoreCase[] = [
  {
    name: "remove-expired/previews",
    title: "removes previews that were closed before a time, and no other, and counts them before and after",
    check: async ({ subject }) => {
      const [closed, later, open] = [
        await createPreview(subject),
        await createPreview(subject),
        await createPreview(subject),
      ];
      await expectOk(subject.closePreview({ previewId: closed.id, now: afterNoon(1000) }));
      await expectOk(subject.closePreview({ previewId: later.id, now: afterNoon(2000) }));
      const request = { previewsClosedBefore: afterNoon(2000) };
      assertSame(await expectOk(subject.countExpired(request)), { previews: 1, idempotencyKeys: 0 }, "one is over");
      const removed = await expectOk(subject.removeExpired({ ...request, limit: 10 }));
      assertSame(removed, { previews: 1, idempotencyKeys: 0 }, "one is removed");
      await expectRefusal(subject.getPreview(closed.id), "PREVIEW_NOT_FOUND");
      const { tokenHash } = closed;
      await expectRefusal(subject.consumePreviewToken({ tokenHash, now: afterNoon(1) }), "PREVIEW_FORBIDDEN");
      for (const { id } of [later, open]) await expectOk(subject.getPreview(id));
      const again = await expectOk(subject.removeExpired({ ...request, limit: 10 }));
      assertSame(again, { previews: 0, idempotencyKeys: 0 }, "none is left");
    },
  },
  {
    name: "remove-expired/keys",
    title: "removes keys whose time is up and that nobody holds",
    check: async ({ subject, passTime }) => {
      const finished = newCall();
      const { attempt } = await begin(subject, finished);
      await expectOk(subject.completeIdempotent({ keyHash: finished.keyHash, attempt, result: 1, keepMs: 300 }));
      const abandoned = newCall({ keepMs: 300, leaseMs: 300 });
      await begin(subject, abandoned);
      const held = newCall({ keepMs: 300, leaseMs: minute });
      await begin(subject, held);
      const kept = newCall();
      await begin(subject, kept);
      const request = { previewsClosedBefore: afterNoon(0) };
      assertSame(await expectOk(subject.countExpired(request)), { previews: 0, idempotencyKeys: 0 }, "too early");
      await passTime(400);
      assertSame(await expectOk(subject.countExpired(request)), { previews: 0, idempotencyKeys: 2 }, "two are over");
      const removed = await expectOk(subject.removeExpired({ ...request, limit: 10 }));
      assertSame(removed, { previews: 0, idempotencyKeys: 2 }, "two are removed");
      for (const call of [held, kept]) await expectRefusal(subject.beginIdempotent(call), "IDEMPOTENCY_IN_PROGRESS");
      const anew = await begin(subject, { ...finished, seed: abandoned.seed });
      assertSame([anew.resumed, anew.seed], [false, abandoned.seed], "a removed key is a new one");
      assert.ok(anew.attempt > attempt, "and no attempt is named like one before");
    },
  },
  {
    name: "remove-expired/limit",
    title: "removes at most so many at once, each for one of several callers",
    check: async ({ subject, passTime }) => {
      for (let count = 0; count < 5; count += 1) await begin(subject, newCall({ keepMs: 100, leaseMs: 100 }));
      await passTime(200);
      const request = { previewsClosedBefore: afterNoon(0), limit: 2 };
      const { values } = await race(4, () => subject.removeExpired(request));
      for (const { idempotencyKeys } of values) assert.ok(idempotencyKeys <= 2, "no more than the limit");
      let total = values.reduce((sum, { idempotencyKeys }) => sum + idempotencyKeys, 0);
      // Callers that meet may leave rows to each other; whoever comes after them finds the rest.
      for (let rounds = 0; rounds < 3; rounds += 1)
        total += (await expectOk(subject.removeExpired(request))).idempotencyKeys;
      assert.equal(total, 5, "each is removed and counted once");
      await expectRefusal(subject.removeExpired({ ...request, limit: 0 }), "INVALID_INPUT");
      await expectRefusal(subject.removeExpired({ ...request, limit: 1001 }), "INVALID_INPUT");
    },
  },
];
