import assert from "node:assert/strict";
import type { LogAppend, LogStore } from "@hostelry/core/adapter";
import { assertSame, expectOk, expectRefusal, onlyOne, race } from "../expectation.ts";
import {
  afterNoon,
  batchOf,
  entriesOf,
  freshStreamId,
  freshWriterId,
  lineOf,
  noon,
  textsOf,
  upTo,
  writtenLog,
} from "./log-scene.ts";
import type { LogStoreCase } from "./log-store-harness.ts";

/** Characters that a terminal, a database or a protocol likes to change. */
const awkwardTexts = [
  "",
  " two  spaces ",
  "nul \0 bell \u0007 \u001b[31mred",
  "half \ud83d",
  "🏨 ü \u2028 \r",
  "\"\\'",
  "\u0085",
];

/** What a log store promises of adding lines. */
export const appendCases: readonly LogStoreCase[] = [
  {
    name: "append/numbers",
    title: "numbers lines 1, 2, 3 … per log, and tells how far the log has come",
    check: async ({ subject }) => {
      const [streamId, other] = [freshStreamId(), freshStreamId()];
      const first = await expectOk(subject.append(batchOf(streamId, ["a", "ü"])));
      assertSame(first, { appended: true, head: { last: 2, bytes: 3 } }, "after the first batch");
      await expectOk(subject.append(batchOf(other, ["x"])));
      const second = await expectOk(subject.append(batchOf(streamId, ["c"])));
      assertSame(second.head, { last: 3, bytes: 4 }, "after the second one");
      const sequences = (await entriesOf(subject, streamId)).map(({ sequence }) => sequence);
      assertSame(sequences, [1, 2, 3], "numbers have no gap");
    },
  },
  {
    name: "append/exact",
    title: "gives lines back as they were given: every character, channel and time",
    check: async ({ subject }) => {
      const streamId = freshStreamId();
      const channels = ["stdout", "stderr", "system"] as const;
      const lines = awkwardTexts.map((text, index) =>
        lineOf(text, { channel: channels[index % 3] ?? "stdout", at: afterNoon(index) }),
      );
      await expectOk(subject.append(batchOf(streamId, [], { lines })));
      const entries = await entriesOf(subject, streamId);
      assertSame(
        entries,
        lines.map((line, index) => ({ sequence: index + 1, ...line })),
        "the same lines",
      );
    },
  },
  {
    name: "append/repeated",
    title: "adds a batch once, however often its writer sends it",
    check: async ({ subject }) => {
      const streamId = freshStreamId();
      const writer = freshWriterId();
      const batch = (number: number): LogAppend =>
        batchOf(streamId, [`${number}`], { writer: { id: writer, batch: number } });
      for (const number of [1, 2]) await expectOk(subject.append(batch(number)));
      const again = await expectOk(subject.append(batch(2)));
      assertSame(again, { appended: false, head: { last: 2, bytes: 2 } }, "the last one again");
      assertSame((await expectOk(subject.append(batch(1)))).appended, false, "an earlier one again");
      assertSame((await expectOk(subject.append(batch(3)))).appended, true, "the next one is new");
      assertSame(await textsOf(subject, streamId), ["1", "2", "3"], "each once");
    },
  },
  {
    name: "append/repeated-at-once",
    title: "adds a batch once when it is sent several times at the same time",
    check: async ({ subject }) => {
      const streamId = freshStreamId();
      const batch = batchOf(streamId, ["once"]);
      const { values } = await race(6, () => subject.append(batch));
      onlyOne(
        values.filter(({ appended }) => appended),
        "batch that was added",
      );
      assertSame(await textsOf(subject, streamId), ["once"], "once");
    },
  },
  {
    name: "append/concurrent",
    title: "keeps the lines of a batch together and the numbers without gap while many write",
    check: async ({ subject }) => {
      const streamId = freshStreamId();
      await race(12, (index) => subject.append(batchOf(streamId, [`${index}a`, `${index}b`, `${index}c`])));
      const entries = await entriesOf(subject, streamId);
      assertSame(
        entries.map(({ sequence }) => sequence),
        upTo(36),
        "no gap",
      );
      const texts = entries.map(({ text }) => text).join("");
      assert.match(texts, /^(?:(\d+)a\1b\1c){12}$/, "batches are whole");
    },
  },
  {
    name: "append/full",
    title: "refuses a batch that would make the log too large, and adds none of it",
    check: async ({ subject }) => {
      const streamId = freshStreamId();
      await expectOk(subject.append(batchOf(streamId, ["12345"], { maxStreamBytes: 8 })));
      const refusal = await expectRefusal(
        subject.append(batchOf(streamId, ["6", "ü8"], { maxStreamBytes: 8 })),
        "LOG_FULL",
      );
      assertSame(refusal.details, { streamId, bytes: 5, maxBytes: 8 }, "the facts");
      await expectOk(subject.append(batchOf(streamId, ["678"], { maxStreamBytes: 8 })));
      assertSame(await textsOf(subject, streamId), ["12345", "678"], "what fits is there");
    },
  },
  {
    name: "append/limits",
    title: "takes a batch of the largest size, and refuses what is beyond",
    check: async ({ subject }) => {
      const streamId = freshStreamId();
      const longest = "x".repeat(64 * 1024);
      await expectOk(
        subject.append(
          batchOf(
            streamId,
            upTo(16).map(() => longest),
          ),
        ),
      );
      await expectOk(subject.append(batchOf(streamId, upTo(1000).map(String))));
      const bad: Partial<LogAppend>[] = [
        { lines: [] },
        { lines: upTo(1001).map((number) => lineOf(`${number}`)) },
        { lines: [lineOf(`${longest}x`)] },
        { lines: upTo(17).map(() => lineOf(longest)) },
        { lines: [lineOf("x", { at: new Date(Number.NaN) })] },
        { writer: { id: "", batch: 1 } },
        { writer: { id: "two words", batch: 1 } },
        { writer: { id: "w", batch: 0 } },
        { streamId: "" as LogAppend["streamId"] },
        { streamId: "two words" as LogAppend["streamId"] },
        { streamId: "x".repeat(201) as LogAppend["streamId"] },
        { now: new Date(Number.NaN) },
      ];
      for (const facts of bad) {
        await expectRefusal(subject.append(batchOf(streamId, ["x"], facts)), "INVALID_INPUT");
      }
      assert.equal((await expectOk(subject.read({ streamId, limit: 1 }))).head?.last, 1016, "none of it was added");
    },
  },
  {
    name: "append/another-process",
    title: "is one log for all processes: numbers, batches and limits",
    requires: ["shared"],
    tool: "another",
    check: async (underTest) => {
      const { subject } = underTest;
      const other: LogStore = (await underTest.another?.()) ?? assert.fail("the harness offers no another()");
      const streamId = freshStreamId();
      const batch = batchOf(streamId, ["once"]);
      await race(4, (index) => (index % 2 === 0 ? subject : other).append(batch));
      await race(20, (index) => (index % 2 === 0 ? subject : other).append(batchOf(streamId, [`${index}`])));
      const entries = await entriesOf(other, streamId);
      assertSame(
        entries.map(({ sequence }) => sequence),
        upTo(21),
        "no gap",
      );
      assertSame(await entriesOf(subject, streamId), entries, "both see the same");
    },
  },
  {
    name: "append/restart",
    title: "keeps logs, and knows batches again, over a restart",
    requires: ["durable"],
    tool: "reopen",
    check: async (underTest) => {
      const batch = batchOf(freshStreamId(), ["kept"]);
      await expectOk(underTest.subject.append(batch));
      const ended = await writtenLog(underTest.subject, 2);
      await expectOk(underTest.subject.end({ streamId: ended, end: { outcome: "succeeded", at: noon } }));
      const again: LogStore = (await underTest.reopen?.()) ?? assert.fail("the harness offers no reopen()");
      assertSame((await expectOk(again.append(batch))).appended, false, "it was added before");
      assertSame(await textsOf(again, batch.streamId), ["kept"], "it is there");
      const { head } = await expectOk(again.read({ streamId: ended }));
      assertSame(head, { last: 2, bytes: 12, end: { outcome: "succeeded", at: noon } }, "the end too");
    },
  },
];
