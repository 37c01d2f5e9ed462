import type { OperationId } from "@hostelry/core/adapter";
import { assertSame, expectOk, expectRefusal } from "../expectation.ts";
import { afterNoon } from "../store/scene.ts";
import {
  active,
  claimFor,
  eventsOf,
  failed,
  freshWord,
  intended,
  moved,
  requested,
  writerOf,
} from "./operation-scene.ts";
import type { OperationStoreCase } from "./operation-store-harness.ts";

/** What an operation store promises of its lists. */
export const listCases: readonly OperationStoreCase[] = [
  {
    name: "list/conditions",
    title: "lists by kind, place, key and state, oldest first, page by page",
    check: async ({ subject }) => {
      const place = freshWord();
      const third = await requested(subject, { place, kind: "database" }, afterNoon(30));
      const first = await active(subject, { place });
      const second = await requested(subject, { place, key: "a.de" }, afterNoon(20));
      const ids = async (request: Parameters<typeof subject.listOperations>[0]): Promise<readonly OperationId[]> =>
        (await expectOk(subject.listOperations({ place, ...request }))).items.map(({ id }) => id);
      assertSame(await ids({}), [first.id, second.id, third.id], "all of the place");
      assertSame(await ids({ kind: "database" }), [third.id], "by kind");
      assertSame(await ids({ key: "a.de", kind: "site" }), [second.id], "by key");
      assertSame(await ids({ state: "active" }), [first.id], "by state");
      assertSame(await ids({ state: "deleted" }), [], "none");
      const page = await expectOk(subject.listOperations({ place, limit: 2 }));
      assertSame(
        page.items.map(({ id }) => id),
        [first.id, second.id],
        "a page",
      );
      assertSame(await ids({ after: page.next }), [third.id], "the next");
      await expectRefusal(subject.listOperations({ limit: 0 }), "INVALID_INPUT");
    },
  },
  {
    name: "list/due",
    title: "lists what is due and nobody has, the longest due first",
    check: async (underTest) => {
      const { subject } = underTest;
      const place = freshWord();
      const late = await requested(subject, { place }, afterNoon(20));
      const early = await requested(subject, { place }, afterNoon(10));
      await requested(subject, { place }, afterNoon(60));
      await active(subject, { place });
      await failed(subject, { place });
      const removal = await moved(subject, await active(subject, { place }), "remove", afterNoon(30));
      const elsewhere = await requested(subject);
      const due = async (
        facts: { readonly place?: string | undefined; readonly limit?: number } = { place },
      ): Promise<readonly OperationId[]> =>
        (await expectOk(subject.listDueOperations({ now: afterNoon(50), limit: 1000, ...facts }))).map(({ id }) => id);
      assertSame(await due(), [early.id, late.id, removal.id], "by time");
      assertSame(await due({ place, limit: 1 }), [early.id], "no more than asked for");
      assertSame((await due({})).includes(elsewhere.id), true, "of all places");
      await expectOk(subject.claimOperation(claimFor(early.id, { ttlMs: 100, now: afterNoon(50) })));
      assertSame(await due(), [late.id, removal.id], "not what somebody has");
      await underTest.passTime(300);
      assertSame(await due(), [early.id, late.id, removal.id], "but what somebody had");
      await expectRefusal(subject.listDueOperations({ now: afterNoon(1), limit: 0 }), "INVALID_INPUT");
    },
  },
  {
    name: "list/forget",
    title: "forgets what was deleted before a time, with all that belongs to it, and nothing else",
    check: async ({ subject }) => {
      const deleted = async (at: Date): Promise<OperationId> => {
        const { id } = await moved(subject, await active(subject), "remove");
        const { operation } = await expectOk(subject.claimOperation(claimFor(id, { now: afterNoon(40) })));
        await intended(subject, operation);
        await expectOk(subject.settleOperation({ ...writerOf(operation), move: "finish", facts: {}, now: at }));
        return id;
      };
      const [old, older, young] = [
        await deleted(afterNoon(-20)),
        await deleted(afterNoon(-30)),
        await deleted(afterNoon(100)),
      ];
      const living = await active(subject);
      const request = { deletedBefore: afterNoon(100), highest: 1 };
      assertSame(await expectOk(subject.forgetDeleted(request)), { removed: 1 }, "one");
      await expectRefusal(subject.getOperation(older), "OPERATION_NOT_FOUND");
      await expectOk(subject.getOperation(old));
      assertSame(await expectOk(subject.forgetDeleted({ ...request, highest: 1000 })), { removed: 1 }, "the other");
      await expectRefusal(subject.getOperation(old), "OPERATION_NOT_FOUND");
      assertSame([await expectOk(subject.listSteps(old)), await eventsOf(subject, old)], [[], []], "with all of it");
      for (const id of [young, living.id]) await expectOk(subject.getOperation(id));
      assertSame(await expectOk(subject.forgetDeleted(request)), { removed: 0 }, "nothing more");
      await expectRefusal(subject.forgetDeleted({ ...request, highest: 0 }), "INVALID_INPUT");
    },
  },
];
