import { assertSame, expectOk } from "../expectation.ts";
import { deliveries, door, freshOperation, settle, until } from "./delivered.ts";
import type { OperationRunnerCase } from "./operation-runner-harness.ts";

/** What an operation runner promises of deliveries. */
export const deliverCases: readonly OperationRunnerCase[] = [
  {
    name: "deliver/once",
    title: "delivers what is submitted, and what is done with no more",
    check: async (underTest) => {
      const { subject } = underTest;
      const { begun, deliver } = deliveries();
      await expectOk(subject.start(deliver));
      const ids = [freshOperation(), freshOperation(), freshOperation()];
      for (const operationId of ids) await expectOk(subject.submit({ operationId, key: operationId }));
      await until(underTest, () => begun.length >= 3, "all are delivered");
      await settle(underTest);
      assertSame([...begun].sort(), [...ids].sort(), "each once");
    },
  },
  {
    name: "deliver/serial",
    title: "delivers one at a time of a key, in order, and other keys beside it",
    check: async (underTest) => {
      const { subject } = underTest;
      const shut = door();
      const ids = [freshOperation(), freshOperation(), freshOperation()];
      const [other, key] = [freshOperation(), freshOperation()];
      const ofKey = deliveries(async () => {
        await shut.opened;
        return {};
      });
      let isOtherDone = false;
      await expectOk(
        subject.start(async (operationId, signal) => {
          if (operationId !== other) return ofKey.deliver(operationId, signal);
          isOtherDone = true;
          return {};
        }),
      );
      for (const operationId of ids) await expectOk(subject.submit({ operationId, key }));
      await expectOk(subject.submit({ operationId: other, key: other }));
      await until(underTest, () => isOtherDone, "another key does not wait");
      await settle(underTest);
      assertSame(ofKey.begun, ids.slice(0, 1), "the first only");
      shut.open();
      await until(underTest, () => ofKey.begun.length === 3, "the others follow");
      assertSame([ofKey.begun, ofKey.mostAtOnce()], [ids, 1], "in order, one at a time");
    },
  },
  {
    name: "deliver/waiting-once",
    title: "delivers once what is submitted several times while it waits, at the earliest of the moments",
    check: async (underTest) => {
      const { subject, now, passTime } = underTest;
      const { begun, deliver } = deliveries();
      await expectOk(subject.start(deliver));
      const operationId = freshOperation();
      const at = (milliseconds: number): Date => new Date(now().getTime() + milliseconds);
      for (const notBefore of [at(60_000), at(2000), at(30_000)]) {
        await expectOk(subject.submit({ operationId, key: operationId, notBefore }));
      }
      await settle(underTest);
      assertSame(begun, [], "not before");
      await passTime(2000);
      await until(underTest, () => begun.length === 1, "then");
    },
  },
  {
    name: "deliver/once-more",
    title: "delivers once more what is submitted while it is being delivered, afterwards",
    check: async (underTest) => {
      const { subject } = underTest;
      const shut = door();
      const operationId = freshOperation();
      const { begun, deliver, mostAtOnce } = deliveries(async () => {
        await shut.opened;
        return {};
      });
      await expectOk(subject.start(deliver));
      await expectOk(subject.submit({ operationId, key: operationId }));
      await until(underTest, () => begun.length === 1, "begun");
      for (let count = 0; count < 3; count += 1) await expectOk(subject.submit({ operationId, key: operationId }));
      await settle(underTest);
      assertSame(begun.length, 1, "not beside");
      shut.open();
      await until(underTest, () => begun.length === 2, "once more");
      await settle(underTest);
      assertSame([begun.length, mostAtOnce()], [2, 1], "and no more");
    },
  },
  {
    name: "deliver/again",
    title: "delivers again what asks for it, not before its moment",
    check: async (underTest) => {
      const { subject, now, passTime } = underTest;
      const { begun, deliver } = deliveries(async (_id, _signal, count) =>
        count < 3 ? { again: new Date(now().getTime() + 1000) } : {},
      );
      await expectOk(subject.start(deliver));
      const operationId = freshOperation();
      await expectOk(subject.submit({ operationId, key: operationId }));
      for (const times of [1, 2, 3]) {
        await until(underTest, () => begun.length === times, `${times} times`);
        await settle(underTest);
        if ((underTest.slackMs ?? 0) === 0) assertSame(begun.length, times, "not before");
        await passTime(1000);
      }
      await settle(underTest);
      assertSame(begun.length, 3, "and then no more");
    },
  },
  {
    name: "deliver/rejected",
    title: "delivers again, later, what its handler has thrown at",
    check: async (underTest) => {
      const { subject, passTime } = underTest;
      const { begun, deliver } = deliveries(async (_id, _signal, count) => {
        if (count === 1) throw new Error("a bug");
        return {};
      });
      await expectOk(subject.start(deliver));
      const operationId = freshOperation();
      await expectOk(subject.submit({ operationId, key: operationId }));
      await until(underTest, () => begun.length === 1, "once");
      for (let waited = 0; waited < 60 && begun.length < 2; waited += 1) await passTime(1000);
      assertSame(begun.length, 2, "again");
    },
  },
];
