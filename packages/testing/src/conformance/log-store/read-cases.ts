import type { LogStreamId } from "@hostelry/core/adapter";
import { assertSame, expectOk, expectRefusal } from "../expectation.ts";
import { afterNoon, batchOf, entriesOf, freshStreamId, noon, textsOf, upTo, writtenLog } from "./log-scene.ts";
import type { LogStoreCase } from "./log-store-harness.ts";

/** What a log store promises of reading, and of removing. */
export const readCases: readonly LogStoreCase[] = [
  {
    name: "read/from-anywhere",
    title: "reads on after any entry, page by page, each once",
    check: async ({ subject }) => {
      const streamId = await writtenLog(subject, 250);
      const all = await entriesOf(subject, streamId, 7);
      assertSame(
        all.map(({ sequence, text }) => `${sequence} ${text}`),
        upTo(250).map((number) => `${number} line ${number}`),
        "everything, in order",
      );
      const { entries } = await expectOk(subject.read({ streamId, after: 248 }));
      assertSame(entries, all.slice(248), "the end of it");
      assertSame((await expectOk(subject.read({ streamId }))).entries.length, 100, "100 unless told otherwise");
    },
  },
  {
    name: "read/beyond",
    title: "gives no entries after the last one or beyond, and still tells how far the log has come",
    check: async ({ subject }) => {
      const streamId = await writtenLog(subject, 3);
      for (const after of [3, 4, 1_000_000]) {
        const page = await expectOk(subject.read({ streamId, after }));
        assertSame(page, { entries: [], head: { last: 3, bytes: 18 } }, `after ${after}`);
      }
    },
  },
  {
    name: "read/absent",
    title: "has no head for a log that nobody has written to",
    check: async ({ subject }) => {
      const page = await expectOk(subject.read({ streamId: freshStreamId() }));
      assertSame(page, { entries: [], head: null }, "nothing");
    },
  },
  {
    name: "read/limits",
    title: "refuses a page of none or of more than 1000, a sequence that is none, and a name that is none",
    check: async ({ subject }) => {
      const streamId = await writtenLog(subject, 1);
      for (const limit of [0, -1, 1001, 1.5, Number.NaN]) {
        await expectRefusal(subject.read({ streamId, limit }), "INVALID_INPUT");
      }
      for (const after of [-1, 0.5, Number.NaN]) {
        await expectRefusal(subject.read({ streamId, after }), "INVALID_INPUT");
      }
      await expectRefusal(subject.read({ streamId: "two words" as LogStreamId }), "INVALID_INPUT");
    },
  },
  {
    name: "cancel/before",
    title: "answers ABORTED and does nothing when the signal has fired before the call",
    check: async ({ subject }) => {
      const streamId = await writtenLog(subject, 1);
      const options = { signal: AbortSignal.abort() };
      await expectRefusal(subject.append(batchOf(streamId, ["never"]), options), "ABORTED");
      await expectRefusal(subject.end({ streamId, end: { outcome: "never", at: noon } }, options), "ABORTED");
      await expectRefusal(subject.removeQuiet({ quietBefore: afterNoon(1), highest: 1 }, options), "ABORTED");
      await expectRefusal(subject.read({ streamId }, options), "ABORTED");
      await expectRefusal(subject.awaitMore({ streamId, after: 0, waitMs: 1 }, options), "ABORTED");
      const page = await expectOk(subject.read({ streamId }));
      assertSame(page.head, { last: 1, bytes: 6 }, "nothing has changed");
    },
  },
  {
    name: "remove-quiet/oldest-first",
    title: "removes whole logs that were quiet for long, those that were quiet for longest first, and no others",
    check: async ({ subject }) => {
      const [oldest, old, young] = [freshStreamId(), freshStreamId(), freshStreamId()];
      await expectOk(subject.append(batchOf(old, ["b"], { now: afterNoon(-2000) })));
      await expectOk(subject.append(batchOf(oldest, ["a"], { now: afterNoon(-3000) })));
      await expectOk(subject.append(batchOf(young, ["c"], { now: afterNoon(-3000) })));
      await expectOk(subject.end({ streamId: young, end: { outcome: "succeeded", at: noon } }));
      const request = { quietBefore: noon, highest: 1 };
      assertSame(await expectOk(subject.removeQuiet(request)), { removed: 1 }, "at most one");
      assertSame(await textsOf(subject, old), ["b"], "the younger one is still there");
      assertSame((await expectOk(subject.read({ streamId: oldest }))).head, null, "the oldest is gone");
      assertSame(await expectOk(subject.removeQuiet({ ...request, highest: 10 })), { removed: 1 }, "then the next one");
      assertSame(await expectOk(subject.removeQuiet({ ...request, highest: 10 })), { removed: 0 }, "then none");
      assertSame(await textsOf(subject, young), ["c"], "what ended later stays");
      for (const highest of [0, 1001, Number.NaN]) {
        await expectRefusal(subject.removeQuiet({ quietBefore: noon, highest }), "INVALID_INPUT");
      }
    },
  },
];
