import { toolOf } from "../conformance-case.ts";
import { assertSame, expectOk, expectRefusal, onlyOne, race } from "../expectation.ts";
import { afterNoon, noon } from "../store/scene.ts";
import {
  active,
  claimed,
  claimFor,
  failed,
  freshOperationId,
  freshWord,
  intended,
  intentOf,
  kindsOf,
  moved,
  requested,
  writerOf,
} from "./operation-scene.ts";
import type { OperationStoreCase } from "./operation-store-harness.ts";

/** What an operation store promises of claims. */
export const claimCases: readonly OperationStoreCase[] = [
  {
    name: "claim/begins",
    title: "gives a pending operation to a holder: provisioning, with a new epoch",
    check: async ({ subject }) => {
      const before = await requested(subject);
      const claim = await expectOk(subject.claimOperation(claimFor(before.id, { now: afterNoon(7) })));
      const begun = { state: "provisioning", stateSince: afterNoon(7), begunAt: afterNoon(7), epoch: 1, version: 2 };
      assertSame(claim, { claimed: true, operation: { ...before, ...begun }, steps: [] }, "what is answered");
      assertSame(await expectOk(subject.getOperation(before.id)), claim.operation, "what is read");
      assertSame(await kindsOf(subject, before.id), ["requested", "claimed"], "the event");
      const refused = await expectRefusal(
        subject.claimOperation(claimFor(before.id, { holder: "other" })),
        "OPERATION_HELD",
      );
      assertSame(refused.details.holder, "holder-1", "who has it");
    },
  },
  {
    name: "claim/nothing",
    title: "gives nobody what is not open, or not due yet",
    check: async ({ subject }) => {
      for (const before of [await active(subject), await failed(subject)]) {
        const claim = await expectOk(subject.claimOperation(claimFor(before.id, { now: afterNoon(9999) })));
        assertSame(claim, { claimed: false, operation: before }, before.state);
      }
      const later = await requested(subject, {}, afterNoon(100));
      const early = await expectOk(subject.claimOperation(claimFor(later.id, { now: afterNoon(99) })));
      assertSame(early, { claimed: false, operation: later }, "early");
      assertSame(
        (await expectOk(subject.claimOperation(claimFor(later.id, { now: afterNoon(100) })))).claimed,
        true,
        "due",
      );
      const nobody = claimFor(freshOperationId());
      await expectRefusal(subject.claimOperation(nobody), "OPERATION_NOT_FOUND");
      for (const wrong of [{ ttlMs: 0 }, { ttlMs: 3_600_001 }, { holder: "" }, { holder: "a b" }, { lane: "a b" }]) {
        await expectRefusal(subject.claimOperation({ ...nobody, ...wrong }), "INVALID_INPUT");
      }
    },
  },
  {
    name: "claim/raced",
    title: "gives an operation to one of many at once",
    check: async ({ subject }) => {
      const { id } = await requested(subject);
      const { values } = await race(
        10,
        (index) => subject.claimOperation(claimFor(id, { holder: `h-${index}` })),
        "OPERATION_HELD",
      );
      onlyOne(values, "claim");
    },
  },
  {
    name: "claim/expires",
    title: "takes over from who let the claim run out, and refuses that one's late words",
    check: async (underTest) => {
      const { subject } = underTest;
      const { id } = await requested(subject);
      const first = await expectOk(subject.claimOperation(claimFor(id, { ttlMs: 100 })));
      await intended(subject, first.operation);
      await underTest.passTime(300);
      const second = await expectOk(subject.claimOperation(claimFor(id, { holder: "holder-2" })));
      assertSame(second.operation.epoch, 2, "a new epoch");
      assertSame(
        second.claimed && second.steps.map(({ name, state }) => [name, state]),
        [["make-it", "intended"]],
        "the ledger",
      );
      const late = writerOf(first.operation);
      const refusals = [
        await expectRefusal(subject.intendStep(intentOf(first.operation)), "OPERATION_LOST"),
        await expectRefusal(
          subject.concludeStep({ ...late, name: "make-it", outcome: "changed", now: noon }),
          "OPERATION_LOST",
        ),
        await expectRefusal(
          subject.settleOperation({ ...late, move: "finish", facts: {}, now: noon }),
          "OPERATION_LOST",
        ),
        await expectRefusal(subject.renewClaim({ ...late, ttlMs: 1000 }), "OPERATION_LOST"),
      ];
      for (const { details } of refusals) assertSame(details.reason, "taken", "refused");
      assertSame(
        await expectOk(subject.releaseClaim({ operationId: id, epoch: 1 })),
        { released: false },
        "not theirs",
      );
      assertSame(await expectOk(subject.getOperation(id)), second.operation, "nothing is written");
    },
  },
  {
    name: "claim/renewed",
    title: "keeps a claim that is renewed, also one that has run out and that nobody has taken",
    check: async (underTest) => {
      const { subject } = underTest;
      const { id } = await requested(subject);
      const { operation } = await expectOk(subject.claimOperation(claimFor(id, { ttlMs: 100 })));
      await underTest.passTime(200);
      await expectOk(subject.renewClaim({ ...writerOf(operation), ttlMs: 60_000 }));
      await expectRefusal(subject.claimOperation(claimFor(id)), "OPERATION_HELD");
      await intended(subject, operation);
      await expectRefusal(subject.renewClaim({ ...writerOf(operation), ttlMs: 0 }), "INVALID_INPUT");
    },
  },
  {
    name: "claim/released",
    title: "gives back once what was claimed, and it stays due",
    check: async ({ subject }) => {
      const operation = await claimed(subject);
      const { operationId, epoch } = writerOf(operation);
      assertSame(await expectOk(subject.releaseClaim({ operationId, epoch })), { released: true }, "given back");
      assertSame(await expectOk(subject.releaseClaim({ operationId, epoch })), { released: false }, "again");
      const refused = await expectRefusal(subject.intendStep(intentOf(operation)), "OPERATION_LOST");
      assertSame(refused.details.reason, "released", "it writes no more");
      assertSame((await expectOk(subject.claimOperation(claimFor(operation.id)))).operation.epoch, epoch + 1, "taken");
    },
  },
  {
    name: "claim/lane",
    title: "gives one at a time of a lane, whichever it is, and takes the lane from who let it run out",
    check: async (underTest) => {
      const { subject } = underTest;
      const lane = freshWord();
      const [one, other] = [await requested(subject), await requested(subject)];
      const first = await expectOk(subject.claimOperation(claimFor(one.id, { lane, ttlMs: 100 })));
      const wish = claimFor(other.id, { lane, holder: "holder-2" });
      const refused = await expectRefusal(subject.claimOperation(wish), "OPERATION_HELD");
      assertSame([refused.details.operationId, refused.details.holder], [other.id, "holder-1"], "who is in the way");
      assertSame(
        (
          await expectOk(
            subject.claimOperation({ ...wish, operationId: (await requested(subject)).id, lane: freshWord() }),
          )
        ).claimed,
        true,
        "another lane",
      );
      await underTest.passTime(300);
      assertSame((await expectOk(subject.claimOperation(wish))).claimed, true, "taken over");
      const late = await expectRefusal(subject.intendStep(intentOf(first.operation)), "OPERATION_LOST");
      assertSame(late.details.reason, "taken", "refused");
      await expectRefusal(subject.claimOperation(claimFor(one.id, { lane })), "OPERATION_HELD");
      await expectOk(subject.releaseClaim({ operationId: other.id, epoch: 1 }));
      assertSame((await expectOk(subject.claimOperation(claimFor(one.id, { lane })))).claimed, true, "free again");
    },
  },
  {
    name: "claim/lane-raced",
    title: "gives one of many operations of a lane at once",
    check: async ({ subject }) => {
      const lane = freshWord();
      const ids = await Promise.all(Array.from({ length: 8 }, async () => (await requested(subject)).id));
      const { values } = await race(
        8,
        (index) => subject.claimOperation(claimFor(ids[index] ?? freshOperationId(), { lane })),
        "OPERATION_HELD",
      );
      onlyOne(values, "claim of the lane");
    },
  },
  {
    name: "claim/another-process",
    title: "keeps two processes apart",
    requires: ["shared"],
    check: async (underTest) => {
      const { subject } = underTest;
      const other = await toolOf(underTest.another, "another")();
      const operation = await claimed(subject);
      await expectRefusal(other.claimOperation(claimFor(operation.id)), "OPERATION_HELD");
      await moved(other, operation, "remove");
      await expectRefusal(subject.intendStep(intentOf(operation)), "OPERATION_LOST");
    },
  },
];
