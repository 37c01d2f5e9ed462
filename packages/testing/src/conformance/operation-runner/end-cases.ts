import { toolOf } from "../conformance-case.ts";
import { assertSame, expectOk, expectRefusal } from "../expectation.ts";
import { deliveries, door, freshOperation, settle, until } from "./delivered.ts";
import type { OperationRunnerCase } from "./operation-runner-harness.ts";

/** What an operation runner promises of its own beginning and end. */
export const endCases: readonly OperationRunnerCase[] = [
  {
    name: "start/once",
    title: "delivers to one at a time: a second start is refused",
    check: async ({ subject }) => {
      await expectOk(subject.start(deliveries().deliver));
      await expectRefusal(subject.start(deliveries().deliver), "ADAPTER_FAILED");
    },
  },
  {
    name: "start/submitted-before",
    title: "delivers what was submitted before it began",
    check: async (underTest) => {
      const { subject } = underTest;
      const { begun, deliver } = deliveries();
      const operationId = freshOperation();
      await expectOk(subject.submit({ operationId, key: operationId }));
      await settle(underTest);
      assertSame(begun, [], "not yet");
      await expectOk(subject.start(deliver));
      await until(underTest, () => begun.length === 1, "now");
    },
  },
  {
    name: "stop/waits",
    title: "waits for what is under way, tells it to end after the grace, and delivers nothing more",
    check: async (underTest) => {
      const { subject, passTime } = underTest;
      const shut = door();
      let isTold = false;
      const { begun, deliver } = deliveries(async (_id, signal) => {
        signal.addEventListener("abort", () => {
          isTold = true;
          shut.open();
        });
        await shut.opened;
        return {};
      });
      await expectOk(subject.start(deliver));
      const [first, second] = [freshOperation(), freshOperation()];
      for (const operationId of [first, second]) await expectOk(subject.submit({ operationId, key: first }));
      await until(underTest, () => begun.length === 1, "begun");
      let isOver = false;
      const stopping = expectOk(subject.stop({ graceMs: 1000 })).then(() => {
        isOver = true;
      });
      await settle(underTest);
      assertSame([isOver, isTold], [false, false], "it waits");
      await passTime(1000);
      await until(underTest, () => isOver, "and ends");
      await stopping;
      assertSame([isTold, begun], [true, [first]], "told to end, and nothing more");
      await expectOk(subject.stop());
    },
  },
  {
    name: "stop/idle",
    title: "ends at once when it does nothing, or never began",
    check: async ({ subject }) => {
      await expectOk(subject.stop());
      await expectOk(subject.start(deliveries().deliver));
      await expectOk(subject.stop());
    },
  },
  {
    name: "restart/again",
    title: "delivers again what its process was working on when it died",
    requires: ["durable"],
    check: async (underTest) => {
      const before = deliveries(() => new Promise(() => undefined));
      await expectOk(underTest.subject.start(before.deliver));
      const operationId = freshOperation();
      await expectOk(underTest.subject.submit({ operationId, key: operationId }));
      await until(underTest, () => before.begun.length === 1, "begun");
      const next = await toolOf(underTest.restart, "restart")();
      const after = deliveries();
      await expectOk(next.start(after.deliver));
      await until(underTest, () => after.begun.length === 1, "again");
    },
  },
];
