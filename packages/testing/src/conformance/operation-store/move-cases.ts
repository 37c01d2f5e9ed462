import { type MoveOperation, nextOperationState, type Operation, type OperationStore } from "@hostelry/core/adapter";
import { assertSame, expectOk, expectRefusal, onlyOne, race } from "../expectation.ts";
import { afterNoon } from "../store/scene.ts";
import {
  active,
  claimed,
  claimFor,
  eventsOf,
  failed,
  freshOperationId,
  intentOf,
  moved,
  requested,
  writerOf,
} from "./operation-scene.ts";
import type { OperationStoreCase } from "./operation-store-harness.ts";

const moves: readonly MoveOperation["move"][] = ["cancel", "drift", "remove", "retry"];

/** An operation in every state, two of them also on the way out. */
async function inEveryState(store: OperationStore): Promise<readonly Operation[]> {
  const removed = await moved(store, await active(store), "remove");
  const gone = await moved(store, await active(store), "remove");
  const { operation } = await expectOk(store.claimOperation(claimFor(gone.id, { now: afterNoon(40) })));
  const deleted = await expectOk(
    store.settleOperation({ ...writerOf(operation), move: "finish", facts: {}, now: afterNoon(50) }),
  );
  const stuck = await moved(store, await moved(store, await active(store), "remove"), "cancel");
  return [
    await requested(store),
    await claimed(store),
    await active(store),
    await failed(store),
    removed,
    deleted,
    stuck,
  ];
}

/** What an operation store promises of further wishes. */
export const moveCases: readonly OperationStoreCase[] = [
  {
    name: "move/machine",
    title: "moves as the machine says, from every state, and refuses everything else",
    check: async ({ subject }) => {
      for (const move of moves) {
        for (const before of await inEveryState(subject)) {
          const what = `${move} of ${before.state}, goal ${before.goal}`;
          const next = nextOperationState(before, move);
          const done =
            (move === "remove" && before.state === "deleting") || (move === "cancel" && before.state === "failed");
          const acting = subject.moveOperation({ operationId: before.id, move, actor: "bob", now: afterNoon(70) });
          if (done) assertSame(await expectOk(acting), before, what);
          else if (next === undefined) await expectRefusal(acting, "OPERATION_TRANSITION_INVALID");
          else {
            const after = await expectOk(acting);
            assertSame([after.state, after.version], [next, before.version + 1], what);
            assertSame(after.goal, move === "remove" ? "absent" : before.goal, what);
            assertSame(after.round, move === "cancel" ? before.round : before.round + 1, what);
          }
        }
      }
      const nobody = { operationId: freshOperationId(), move: "retry", actor: "bob", now: afterNoon(1) } as const;
      await expectRefusal(subject.moveOperation(nobody), "OPERATION_NOT_FOUND");
    },
  },
  {
    name: "move/round",
    title: "begins a round with nothing of the one before but its facts",
    check: async ({ subject }) => {
      const before = await failed(subject);
      const request = {
        operationId: before.id,
        move: "retry",
        allows: ["repair"],
        actor: "bob",
        now: afterNoon(40),
      } as const;
      const after = await expectOk(subject.moveOperation(request));
      const { reason: _reason, begunAt: _begun, ...rest } = before;
      const round = { round: 2, attempts: 0, state: "pending", stateSince: afterNoon(40), requestedAt: afterNoon(40) };
      const wish = { actor: "bob", allows: ["repair"], dueAt: afterNoon(40), version: before.version + 1 };
      assertSame(after, { ...rest, ...round, ...wish }, "what is answered");
      assertSame(await expectOk(subject.getOperation(before.id)), after, "what is read");
      const event = (await eventsOf(subject, before.id)).at(-1);
      assertSame([event?.kind, event?.round, event?.actor], ["requested", 2, "bob"], "the event");
    },
  },
  {
    name: "move/cancel",
    title: "stops what is open: failed, with a reason, due no more",
    check: async ({ subject }) => {
      const before = await requested(subject);
      const after = await moved(subject, before, "cancel");
      assertSame(
        [after.state, after.reason?.code, after.dueAt],
        ["failed", "OPERATION_CANCELLED", undefined],
        "stopped",
      );
      const event = (await eventsOf(subject, before.id)).at(-1);
      assertSame([event?.kind, event?.reason], ["cancelled", after.reason], "the event");
    },
  },
  {
    name: "move/tells-holder",
    title:
      "refuses the next word of a holder of an older round, or of what was stopped, and gives nobody else the operation meanwhile",
    check: async ({ subject }) => {
      for (const [move, reason] of [
        ["remove", "superseded"],
        ["cancel", "cancelled"],
      ] as const) {
        const before = await claimed(subject);
        await moved(subject, before, move);
        const refused = await expectRefusal(subject.intendStep(intentOf(before)), "OPERATION_LOST");
        assertSame(refused.details.reason, reason, move);
        const { operationId, ...rest } = writerOf(before);
        await expectRefusal(subject.renewClaim({ operationId, ...rest, ttlMs: 1000 }), "OPERATION_LOST");
        if (move === "cancel") await moved(subject, before, "retry", afterNoon(35));
        const claim = claimFor(before.id, { now: afterNoon(40), holder: "holder-2" });
        await expectRefusal(subject.claimOperation(claim), "OPERATION_HELD");
        assertSame(
          await expectOk(subject.releaseClaim({ operationId, epoch: before.epoch })),
          { released: true },
          "given back",
        );
        const next = await expectOk(subject.claimOperation(claim));
        assertSame([next.claimed, next.operation.epoch], [true, before.epoch + 1], "and taken");
      }
    },
  },
  {
    name: "move/version",
    title: "refuses a wish that expects another version",
    check: async ({ subject }) => {
      const { id: operationId, version: expectVersion } = await active(subject);
      const request = { operationId, move: "drift", expectVersion, actor: "bob", now: afterNoon(40) } as const;
      await expectRefusal(subject.moveOperation({ ...request, expectVersion: expectVersion - 1 }), "STORE_CONFLICT");
      await expectOk(subject.moveOperation(request));
    },
  },
  {
    name: "move/raced",
    title: "takes one of several wishes that can't both be",
    check: async ({ subject }) => {
      const { id: operationId } = await failed(subject);
      const { values } = await race(
        6,
        () => subject.moveOperation({ operationId, move: "retry", actor: "bob", now: afterNoon(40) }),
        "OPERATION_TRANSITION_INVALID",
      );
      onlyOne(values, "wish that was taken");
    },
  },
];
