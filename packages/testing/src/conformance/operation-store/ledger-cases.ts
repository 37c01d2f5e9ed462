import { assertSame, expectOk, expectRefusal } from "../expectation.ts";
import { afterNoon } from "../store/scene.ts";
import {
  claimed,
  claimFor,
  eventsOf,
  freshOperationId,
  intended,
  intentOf,
  moved,
  writerOf,
} from "./operation-scene.ts";
import type { OperationStoreCase } from "./operation-store-harness.ts";

/** What an operation store promises of the ledger of steps. */
export const ledgerCases: readonly OperationStoreCase[] = [
  {
    name: "ledger/steps",
    title: "has every step, in the order in which they were first begun, with how they ended",
    check: async ({ subject }) => {
      const operation = await claimed(subject);
      const writer = writerOf(operation);
      const first = await intended(subject, operation, { name: "first" });
      const facts = { operationId: operation.id, round: 1, epoch: 1, title: "Make it.", effect: "once", settleMs: 5 };
      const begun = { ...facts, state: "intended", attempts: 1, intendedAt: afterNoon(10), outcome: "unknown" };
      assertSame(first, { ...begun, name: "first" }, "what is answered");
      await intended(subject, operation, { name: "second", effect: "destructive", settleMs: 0 });
      const reason = { code: "ADAPTER_TIMEOUT", message: "Too late.", step: "first" } as const;
      const concluded = await expectOk(
        subject.concludeStep({ ...writer, name: "first", reason, outcome: "unknown", now: afterNoon(20) }),
      );
      const ended = { ...begun, name: "first", state: "failed", reason, concludedAt: afterNoon(20) };
      assertSame(concluded, ended, "what is answered");
      const done = await expectOk(
        subject.concludeStep({ ...writer, name: "second", outcome: "changed", now: afterNoon(30) }),
      );
      assertSame([done.state, done.outcome, done.reason], ["done", "changed", undefined], "done");
      assertSame(await expectOk(subject.listSteps(operation.id)), [ended, done], "what is read");
      assertSame(await expectOk(subject.listSteps(freshOperationId())), [], "of nobody");
      const told = (await eventsOf(subject, operation.id)).slice(2);
      assertSame(
        told.map(({ kind, step, reason: why }) => [kind, step, why?.code]),
        [
          ["step-intended", "first", undefined],
          ["step-intended", "second", undefined],
          ["step-failed", "first", "ADAPTER_TIMEOUT"],
          ["step-done", "second", undefined],
        ],
        "the events",
      );
    },
  },
  {
    name: "ledger/again",
    title: "counts how often a step was begun, at its place, and forgets how it had ended",
    check: async ({ subject }) => {
      const operation = await claimed(subject);
      const writer = writerOf(operation);
      await intended(subject, operation, { name: "first" });
      await intended(subject, operation, { name: "second" });
      const reason = { code: "ADAPTER_TIMEOUT", message: "Too late." } as const;
      await expectOk(
        subject.concludeStep({ ...writer, name: "first", reason, outcome: "changed", now: afterNoon(20) }),
      );
      const again = await intended(subject, operation, { name: "first", title: "Again.", now: afterNoon(40) });
      const { attempts, state, outcome, title, intendedAt, concludedAt, reason: why } = again;
      assertSame(
        { attempts, state, outcome, title, intendedAt, concludedAt, why },
        { attempts: 2, state: "intended", outcome: "unknown", title: "Again.", intendedAt: afterNoon(40) },
        "begun again",
      );
      const steps = await expectOk(subject.listSteps(operation.id));
      assertSame(
        steps.map(({ name }) => name),
        ["first", "second"],
        "at its place",
      );
      assertSame(steps[0], again, "what is read");
    },
  },
  {
    name: "ledger/rounds",
    title: "keeps rounds apart, and tells the next holder what is unknown of an older one",
    check: async ({ subject }) => {
      const operation = await claimed(subject);
      const writer = writerOf(operation);
      await intended(subject, operation, { name: "known" });
      await expectOk(subject.concludeStep({ ...writer, name: "known", outcome: "changed", now: afterNoon(20) }));
      await intended(subject, operation, { name: "unknown" });
      await moved(subject, operation, "remove");
      await expectOk(subject.releaseClaim({ operationId: operation.id, epoch: 1 }));
      const next = await expectOk(subject.claimOperation(claimFor(operation.id, { now: afterNoon(40) })));
      if (!next.claimed) throw new TypeError("It was due.");
      assertSame(
        next.steps.map(({ name, round }) => [name, round]),
        [["unknown", 1]],
        "what matters",
      );
      const again = await intended(subject, next.operation, { name: "known", now: afterNoon(50) });
      assertSame([again.round, again.attempts], [2, 1], "a step of its own");
      assertSame((await expectOk(subject.listSteps(operation.id))).length, 3, "all of it");
    },
  },
  {
    name: "ledger/refusals",
    title: "refuses a step that was not intended, and names and titles out of their limits",
    check: async ({ subject }) => {
      const operation = await claimed(subject);
      const writer = writerOf(operation);
      const end = { ...writer, name: "other", outcome: "changed", now: afterNoon(20) } as const;
      await expectRefusal(subject.concludeStep(end), "INVALID_INPUT");
      for (const wrong of [
        { name: "" },
        { name: "A b" },
        { title: "" },
        { title: "x".repeat(501) },
        { settleMs: -1 },
      ]) {
        await expectRefusal(subject.intendStep(intentOf(operation, wrong)), "INVALID_INPUT");
      }
      const nobody = intentOf({ ...operation, id: freshOperationId() });
      await expectRefusal(subject.intendStep(nobody), "OPERATION_NOT_FOUND");
      const reason = { code: "ADAPTER_FAILED", message: "x".repeat(2001) } as const;
      await intended(subject, operation, { name: "other" });
      await expectRefusal(subject.concludeStep({ ...end, reason }), "INVALID_INPUT");
      assertSame((await expectOk(subject.listSteps(operation.id))).length, 1, "nothing else is written");
    },
  },
];
