import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import type { LogAppend, LogEntry, LogLine, LogStore, LogStreamId } from "@hostelry/core/adapter";
import { expectOk } from "../expectation.ts";

/** The moment the cases take for "now", with milliseconds, which a log store must keep. */
export const noon: Date = new Date("2026-03-01T12:00:00.123Z");

/** A moment after {@link noon}. */
export function afterNoon(milliseconds: number): Date {
  return new Date(noon.getTime() + milliseconds);
}

/** A log nobody has written to. */
export function freshStreamId(): LogStreamId {
  return `build-${randomBytes(10).toString("hex")}` as LogStreamId;
}

/** A writer nobody has been. */
export function freshWriterId(): string {
  return `writer-${randomBytes(10).toString("hex")}`;
}

/** A line. */
export function lineOf(text: string, facts: Partial<LogLine> = {}): LogLine {
  return { channel: "stdout", text, at: noon, ...facts };
}

/** A batch with these texts, by a writer of its own. */
export function batchOf(streamId: LogStreamId, texts: readonly string[], facts: Partial<LogAppend> = {}): LogAppend {
  return {
    streamId,
    lines: texts.map((text) => lineOf(text)),
    writer: { id: freshWriterId(), batch: 1 },
    maxStreamBytes: 100_000_000,
    now: noon,
    ...facts,
  };
}

/** A log with `count` lines: `line 1` … */
export async function writtenLog(store: LogStore, count: number): Promise<LogStreamId> {
  const streamId = freshStreamId();
  const texts = Array.from({ length: count }, (_, index) => `line ${index + 1}`);
  for (let from = 0; from < count; from += 1000) {
    await expectOk(store.append(batchOf(streamId, texts.slice(from, from + 1000))));
  }
  return streamId;
}

/** More pages than any case fills: a store that repeats itself fails instead of hanging. */
const maximumPages = 500;

/** Every entry of a log, read `limit` at a time. */
export async function entriesOf(store: LogStore, streamId: LogStreamId, limit = 1000): Promise<readonly LogEntry[]> {
  const all: LogEntry[] = [];
  for (let pages = 0; ; pages += 1) {
    assert.ok(pages < maximumPages, "a log comes to an end");
    const { entries } = await expectOk(store.read({ streamId, after: all.at(-1)?.sequence ?? 0, limit }));
    if (entries.length === 0) return all;
    all.push(...entries);
  }
}

/** The texts of a log, in order. */
export async function textsOf(store: LogStore, streamId: LogStreamId): Promise<readonly string[]> {
  return (await entriesOf(store, streamId)).map(({ text }) => text);
}

/** `1, 2, 3 … count`. */
export function upTo(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}
