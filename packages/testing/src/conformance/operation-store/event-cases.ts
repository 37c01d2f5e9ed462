import assert from "node:assert/strict";
import type { OperationStore, Result } from "@hostelry/core/adapter";
import { assertSame, expectOk, expectRefusal, race, together } from "../expectation.ts";
import { noon } from "../store/scene.ts";
import { claimed, eventsOf, freshResource, requested, wishFor } from "./operation-scene.ts";
import type { OperationStoreCase, OperationStoreUnderTest } from "./operation-store-harness.ts";

/** The number of the last event. */
async function lastEvent(store: OperationStore): Promise<number> {
  let last = 0;
  for (;;) {
    const events = await expectOk(store.listEvents({ after: last, limit: 1000 }));
    const next = events.at(-1)?.sequence;
    if (next === undefined) return last;
    assert.ok(next > last, "events go forward");
    last = next;
  }
}

/** What an operation store promises of events. */
export const eventCases: readonly OperationStoreCase[] = [
  {
    name: "events/facts",
    title: "tells what happened, to whom, when, and by whom",
    check: async ({ subject }) => {
      const after = await lastEvent(subject);
      const { id: operationId } = await claimed(subject);
      const all = await expectOk(subject.listEvents({ after, limit: 10 }));
      const [first, second] = all;
      const facts = { operationId, round: 1, at: noon, actor: "ada" };
      assertSame(
        all,
        [
          { ...facts, sequence: first?.sequence, kind: "requested", state: "pending", epoch: 0 },
          { ...facts, sequence: second?.sequence, kind: "claimed", state: "provisioning", epoch: 1 },
        ],
        "both",
      );
      const other = await requested(subject);
      assertSame((await eventsOf(subject, operationId)).length, 2, "its own only");
      const rest = await expectOk(subject.listEvents({ after: second?.sequence ?? 0, limit: 10 }));
      assertSame(
        rest.map((event) => event.operationId),
        [other.id],
        "after a sequence",
      );
      assertSame((await expectOk(subject.listEvents({ after, limit: 1 }))).length, 1, "no more than asked for");
      await expectRefusal(subject.listEvents({ after, limit: 0 }), "INVALID_INPUT");
    },
  },
  {
    name: "events/concurrent",
    title: "misses nothing while many write: whoever goes on after the last number sees all there is",
    check: async ({ subject }) => {
      const seen = new Set<string>();
      let [after, writing] = [await lastEvent(subject), true];
      const follow = async (): Promise<void> => {
        for (let last = false; ; ) {
          const events = await expectOk(subject.listEvents({ after, limit: 7 }));
          for (const { operationId } of events) seen.add(operationId);
          after = events.at(-1)?.sequence ?? after;
          if (events.length > 0) continue;
          if (last) return;
          last = !writing;
          await new Promise((resolve) => setImmediate(resolve));
        }
      };
      const write = async (): Promise<readonly string[]> => {
        const { values } = await race(20, () => subject.requestOperation(wishFor(freshResource())));
        writing = false;
        return values.map(({ operation }) => operation.id);
      };
      let written: readonly string[] = [];
      await together(
        follow(),
        write().then((ids) => {
          written = ids;
        }),
      );
      assertSame(
        written.filter((id) => !seen.has(id)),
        [],
        "none was missed",
      );
    },
  },
  {
    name: "await-event/wakes",
    title: "wakes who waits when something happens, and says at once what is there already",
    check: async (underTest) => {
      const { subject } = underTest;
      const after = await lastEvent(subject);
      const waiting = subject.awaitEvent({ after, waitMs: 60_000 });
      const { id: operationId } = await requested(subject);
      assertSame(await withTime(underTest, waiting), { more: true }, "woken");
      assertSame(await expectOk(subject.awaitEvent({ after, operationId, waitMs: 60_000 })), { more: true }, "at once");
    },
  },
  {
    name: "await-event/ends",
    title: "ends a wait after its time, also while others have events, and at once when it is cancelled",
    check: async (underTest) => {
      const { subject } = underTest;
      const { id: operationId } = await requested(subject);
      const after = await lastEvent(subject);
      await requested(subject);
      const waiting = subject.awaitEvent({ after, operationId, waitMs: 20 });
      assertSame(await withTime(underTest, waiting), { more: false }, "over");
      const controller = new AbortController();
      const cancelled = subject.awaitEvent({ after, operationId, waitMs: 60_000 }, { signal: controller.signal });
      controller.abort();
      await expectRefusal(cancelled, "ABORTED");
      for (const waitMs of [0, 60_001]) await expectRefusal(subject.awaitEvent({ after, waitMs }), "INVALID_INPUT");
    },
  },
];

/** Lets time go by until a wait ends. */
async function withTime<T, E>(underTest: OperationStoreUnderTest, waiting: PromiseLike<Result<T, E>>): Promise<T> {
  let over = false;
  const ended = expectOk(waiting).finally(() => {
    over = true;
  });
  const pass = async (): Promise<void> => {
    // Longer than any wait of these cases, so that one who is never woken fails instead of hanging.
    for (let count = 0; count < 1220 && !over; count += 1) await underTest.passTime(50);
  };
  await together(ended, pass());
  return ended;
}
