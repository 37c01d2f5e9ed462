import { assertSame, expectOk, expectRefusal } from "../expectation.ts";
import { afterNoon } from "../store/scene.ts";
import { active, claimed, claimFor, eventsOf, freshOperationId, moved, writerOf } from "./operation-scene.ts";
import type { OperationStoreCase } from "./operation-store-harness.ts";

/** What an operation store promises of the end of a claim's work. */
export const settleCases: readonly OperationStoreCase[] = [
  {
    name: "settle/finish",
    title: "makes it active with its facts, or deleted, by the goal, and gives the claim back",
    check: async ({ subject }) => {
      const before = await claimed(subject);
      const end = { ...writerOf(before), move: "finish", facts: { root: "/x", n: [1] }, now: afterNoon(20) } as const;
      const after = await expectOk(subject.settleOperation(end));
      const { dueAt: _due, ...rest } = before;
      const facts = { state: "active", stateSince: afterNoon(20), facts: end.facts, version: before.version + 1 };
      assertSame(after, { ...rest, ...facts }, "active");
      assertSame(await expectOk(subject.getOperation(before.id)), after, "what is read");
      assertSame(
        (await expectRefusal(subject.settleOperation(end), "OPERATION_LOST")).details.reason,
        "released",
        "again",
      );
      await moved(subject, after, "remove");
      const { operation } = await expectOk(subject.claimOperation(claimFor(after.id, { now: afterNoon(40) })));
      const gone = { ...writerOf(operation), move: "finish", facts: {}, now: afterNoon(50) } as const;
      const deleted = await expectOk(subject.settleOperation(gone));
      assertSame([deleted.state, deleted.facts, deleted.dueAt], ["deleted", {}, undefined], "deleted");
      const kinds = (await eventsOf(subject, before.id)).map(({ kind }) => kind);
      assertSame(kinds, ["requested", "claimed", "active", "deleting", "claimed", "deleted"], "the events");
    },
  },
  {
    name: "settle/wait",
    title: "lets it be due again later, in the same state, with the reason and the count of attempts",
    check: async ({ subject }) => {
      const before = await claimed(subject);
      const reason = { code: "ADAPTER_TIMEOUT", message: "Too late.", step: "make-it" } as const;
      const wait = {
        ...writerOf(before),
        move: "wait",
        dueAt: afterNoon(500),
        attempts: 4,
        reason,
        now: afterNoon(20),
      } as const;
      const after = await expectOk(subject.settleOperation(wait));
      assertSame(
        after,
        { ...before, dueAt: afterNoon(500), attempts: 4, reason, version: before.version + 1 },
        "waiting",
      );
      const early = await expectOk(subject.claimOperation(claimFor(before.id, { now: afterNoon(499) })));
      assertSame(early.claimed, false, "not before");
      const next = await expectOk(subject.claimOperation(claimFor(before.id, { now: afterNoon(500) })));
      assertSame([next.claimed, next.operation.begunAt], [true, before.begunAt], "then");
      const bare = {
        ...writerOf(next.operation),
        move: "wait",
        dueAt: afterNoon(600),
        attempts: 0,
        now: afterNoon(501),
      } as const;
      assertSame((await expectOk(subject.settleOperation(bare))).reason, undefined, "the reason is gone");
      const event = (await eventsOf(subject, before.id))[2];
      assertSame([event?.kind, event?.reason], ["waiting", reason], "the event");
    },
  },
  {
    name: "settle/fail",
    title: "gives it up, also a removal, with the reason",
    check: async ({ subject }) => {
      const reason = { code: "RESOURCE_CONFLICT", message: "Another one is there." } as const;
      const doomed = await moved(subject, await active(subject), "remove");
      const { operation: removal } = await expectOk(
        subject.claimOperation(claimFor(doomed.id, { now: afterNoon(40) })),
      );
      for (const before of [await claimed(subject), removal]) {
        const end = { ...writerOf(before), move: "fail", reason, attempts: 1, now: afterNoon(60) } as const;
        const after = await expectOk(subject.settleOperation(end));
        const { dueAt: _due, ...rest } = before;
        const facts = { state: "failed", stateSince: afterNoon(60), reason, attempts: 1, version: before.version + 1 };
        assertSame(after, { ...rest, ...facts }, before.goal);
      }
    },
  },
  {
    name: "settle/refusals",
    title: "refuses who has no claim, and what is not there",
    check: async ({ subject }) => {
      const before = await claimed(subject);
      const end = { ...writerOf(before), move: "finish", facts: {}, now: afterNoon(20) } as const;
      await expectRefusal(subject.settleOperation({ ...end, epoch: 0 }), "OPERATION_LOST");
      await expectRefusal(subject.settleOperation({ ...end, operationId: freshOperationId() }), "OPERATION_NOT_FOUND");
      await moved(subject, before, "remove");
      const refused = await expectRefusal(subject.settleOperation(end), "OPERATION_LOST");
      assertSame(refused.details.reason, "superseded", "an older round");
    },
  },
];
