import { assertSame, expectOk, expectRefusal, race } from "../expectation.ts";
import { afterNoon, batchOf, entriesOf, freshStreamId, noon, writtenLog } from "./log-scene.ts";
import type { LogStoreCase } from "./log-store-harness.ts";

/** What a log store promises of the end of a log. */
export const endCases: readonly LogStoreCase[] = [
  {
    name: "end/closes",
    title: "takes no more lines after the end, and tells how it ended",
    check: async ({ subject }) => {
      const streamId = await writtenLog(subject, 2);
      const end = { outcome: "fehlgeschlagen: ü", at: afterNoon(5) };
      const head = await expectOk(subject.end({ streamId, end }));
      assertSame(head, { last: 2, bytes: 12, end }, "the head after the end");
      const refusal = await expectRefusal(subject.append(batchOf(streamId, ["late"])), "LOG_ENDED");
      assertSame(refusal.details, { streamId, outcome: end.outcome }, "the facts");
      assertSame((await expectOk(subject.read({ streamId, after: 2 }))).head, head, "a reader sees it");
    },
  },
  {
    name: "end/first-counts",
    title: "keeps the first of several ends",
    check: async ({ subject }) => {
      const streamId = await writtenLog(subject, 1);
      const first = { outcome: "succeeded", at: noon };
      await expectOk(subject.end({ streamId, end: first }));
      const again = await expectOk(subject.end({ streamId, end: { outcome: "failed", at: afterNoon(1) } }));
      assertSame(again.end, first, "the first one stays");
      const raced = freshStreamId();
      const { values } = await race(5, (index) =>
        subject.end({ streamId: raced, end: { outcome: `${index}`, at: noon } }),
      );
      assertSame(new Set(values.map(({ end }) => end?.outcome)).size, 1, "all are told the same end");
    },
  },
  {
    name: "end/absent",
    title: "ends a log that nobody has written to: it is there, and empty",
    check: async ({ subject }) => {
      const streamId = freshStreamId();
      const end = { outcome: "cancelled", at: noon };
      assertSame(await expectOk(subject.end({ streamId, end })), { last: 0, bytes: 0, end }, "empty and ended");
      assertSame((await expectOk(subject.read({ streamId }))).head, { last: 0, bytes: 0, end }, "and there");
    },
  },
  {
    name: "end/repeated-batch",
    title: "still knows, after the end, a batch that was added before it",
    check: async ({ subject }) => {
      const streamId = freshStreamId();
      const batch = batchOf(streamId, ["before"], { maxStreamBytes: 6 });
      await expectOk(subject.append(batch));
      await expectOk(subject.end({ streamId, end: { outcome: "succeeded", at: noon } }));
      assertSame((await expectOk(subject.append(batch))).appended, false, "it was added");
    },
  },
  {
    name: "end/beside-writers",
    title: "has every batch either before the end or refused",
    check: async ({ subject }) => {
      const streamId = freshStreamId();
      const appending = race(10, (index) => subject.append(batchOf(streamId, [`${index}`])), "LOG_ENDED");
      const head = await expectOk(subject.end({ streamId, end: { outcome: "cancelled", at: noon } }));
      const { values } = await appending;
      assertSame((await entriesOf(subject, streamId)).length, values.length, "all that was acknowledged is there");
      assertSame(head.last, values.length, "and was there at the end");
    },
  },
  {
    name: "end/limits",
    title: "refuses an outcome that is empty or too long",
    check: async ({ subject }) => {
      for (const outcome of ["", "x".repeat(101)]) {
        const request = { streamId: freshStreamId(), end: { outcome, at: noon } };
        await expectRefusal(subject.end(request), "INVALID_INPUT");
      }
    },
  },
];
