import assert from "node:assert/strict";
import { type LogEntry, subscribeLog, systemClock } from "@hostelry/core/adapter";
import { assertSame, expectOk, expectRefusal, race, together } from "../expectation.ts";
import { batchOf, entriesOf, freshStreamId, noon, upTo, writtenLog } from "./log-scene.ts";
import type { LogStoreCase } from "./log-store-harness.ts";

/** The longest that a log store can be asked to wait. */
const longestWaitMs = 60_000;

/** How long, by the machine's clock, somebody who was woken may take to notice. */
const patienceMs = 3000;

/** What a log store promises those who follow a log. */
export const followCases: readonly LogStoreCase[] = [
  {
    name: "await-more/at-once",
    title: "says at once that there is more when there is, or when the log has ended",
    check: async ({ subject }) => {
      const streamId = await writtenLog(subject, 2);
      const request = { streamId, waitMs: longestWaitMs };
      assertSame(await expectOk(subject.awaitMore({ ...request, after: 1 })), { more: true }, "an entry");
      await expectOk(subject.end({ streamId, end: { outcome: "succeeded", at: noon } }));
      assertSame(await expectOk(subject.awaitMore({ ...request, after: 2 })), { more: true }, "the end");
    },
  },
  {
    name: "await-more/wakes",
    title: "wakes everybody who waits for an entry, a first entry or the end, long before the time is over",
    check: async ({ subject }) => {
      const [begun, absent, ending] = [await writtenLog(subject, 1), freshStreamId(), await writtenLog(subject, 1)];
      const giveUp = new AbortController();
      const timer = setTimeout(() => giveUp.abort(), patienceMs);
      const waiting = [
        { streamId: begun, after: 1 },
        { streamId: begun, after: 1 },
        { streamId: absent, after: 0 },
        { streamId: ending, after: 1 },
      ].map((request) => subject.awaitMore({ ...request, waitMs: longestWaitMs }, { signal: giveUp.signal }));
      try {
        await aWhile();
        await expectOk(subject.append(batchOf(begun, ["next"])));
        await expectOk(subject.append(batchOf(absent, ["first"])));
        await expectOk(subject.end({ streamId: ending, end: { outcome: "succeeded", at: noon } }));
        for (const news of waiting) assertSame(await expectOk(news), { more: true }, "there is more");
      } finally {
        clearTimeout(timer);
        giveUp.abort();
      }
    },
  },
  {
    name: "await-more/nothing-new",
    title: "says that there is nothing more when the time is over, whatever other logs do",
    check: async ({ subject, passTime }) => {
      const streamId = await writtenLog(subject, 1);
      const waiting = expectOk(subject.awaitMore({ streamId, after: 1, waitMs: 200 }));
      await writtenLog(subject, 1);
      await passTime(300);
      assertSame(await waiting, { more: false }, "an entry of another log is no news");
    },
  },
  {
    name: "await-more/cancelled",
    title: "ends a wait with ABORTED as soon as its signal fires",
    check: async ({ subject }) => {
      const stop = new AbortController();
      const request = { streamId: freshStreamId(), after: 0, waitMs: longestWaitMs };
      const waiting = subject.awaitMore(request, { signal: stop.signal });
      await aWhile();
      stop.abort();
      await expectRefusal(waiting, "ABORTED");
    },
  },
  {
    name: "await-more/limits",
    title: "refuses a time below 1 or above 60,000 milliseconds, and a sequence that is none",
    check: async ({ subject }) => {
      const streamId = freshStreamId();
      for (const waitMs of [0, -1, 60_001, Number.NaN, 1.5]) {
        await expectRefusal(subject.awaitMore({ streamId, after: 0, waitMs }), "INVALID_INPUT");
      }
      await expectRefusal(subject.awaitMore({ streamId, after: -1, waitMs: 1 }), "INVALID_INPUT");
    },
  },
  {
    name: "subscribe-log/follows",
    title: "gives followers every line once and in order while many write, and ends with the log",
    check: async ({ subject }) => {
      const streamId = await writtenLog(subject, 10);
      const stop = new AbortController();
      let timer: NodeJS.Timeout | undefined;
      const follow = async (after: number, limit: number): Promise<readonly LogEntry[]> => {
        const seen: LogEntry[] = [];
        const ports = { store: subject, clock: systemClock };
        let outcome: string | undefined;
        for await (const page of subscribeLog(ports, { streamId, after, limit, signal: stop.signal })) {
          seen.push(...page.entries);
          outcome = page.head?.end?.outcome;
        }
        assert.equal(outcome, "succeeded", "the last page tells how the log ended");
        return seen;
      };
      const write = (index: number): ReturnType<typeof subject.append> =>
        subject.append(batchOf(streamId, [`${index}`, `${index}`]));
      const seen: (readonly LogEntry[])[] = [];
      const following = Promise.all([follow(0, 3), follow(10, 1000), follow(0, 1000)]).then((all) => seen.push(...all));
      const writing = async (): Promise<void> => {
        await race(8, write);
        await aWhile();
        await race(8, write);
        await expectOk(subject.end({ streamId, end: { outcome: "succeeded", at: noon } }));
      };
      const giveUpLater = (): void => {
        timer = setTimeout(() => stop.abort(), patienceMs);
      };
      await together(writing().finally(giveUpLater), following);
      clearTimeout(timer);
      const all = await entriesOf(subject, streamId);
      assertSame(
        all.map(({ sequence }) => sequence),
        upTo(42),
        "all are there",
      );
      assertSame(seen, [all, all.slice(10), all], "every follower saw each line once, in order");
    },
  },
];

/** Long enough for somebody who has begun to wait to be waiting. */
async function aWhile(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
