import {
  failAt,
  type MemoryLogStore,
  memoryLogStore,
  type SimulatedClock,
  seededRandom,
  simulatedClock,
} from "@hostelry/testing";
import { describe, expect, it } from "vitest";
import type { LogStore } from "../ports/log-store.ts";
import { ResultAsync, unwrap } from "../result/index.ts";
import type { LogStreamId } from "./log-entry.ts";
import { type LogWriter, type LogWriterOptions, logWriter } from "./log-writer.ts";

const streamId = "build-1" as LogStreamId;

interface Scene {
  readonly store: MemoryLogStore;
  readonly writer: LogWriter;
  readonly clock: SimulatedClock;
  texts(): readonly string[];
}

/** A writer on a log store; `before` puts something before it. */
function scene(
  options: Partial<LogWriterOptions> = {},
  before: (store: LogStore) => LogStore = (store) => store,
): Scene {
  const store = memoryLogStore();
  const clock = simulatedClock();
  const writer = logWriter({ store: before(store), streamId, clock, random: seededRandom(1), ...options });
  const texts = (): readonly string[] => store.records.logs.get(streamId)?.entries.map(({ text }) => text) ?? [];
  return { store, writer, clock, texts };
}

describe("a log writer", () => {
  it("has the same lines without secrets wherever the bytes are cut", async () => {
    const secret = "tök-🏨-en";
    const output = Buffer.from(`begin ü\r\nsecret ${secret}!\nlast 🏨`);
    for (let cut = 0; cut <= output.length; cut += 1) {
      const { writer, texts } = scene({ redact: [secret] });
      for (const piece of [output.subarray(0, cut), output.subarray(cut)]) await unwrap(writer.write(piece));
      expect((await writer.end("succeeded")).isOk()).toBe(true);
      expect(texts()).toEqual(["begin ü", "secret ***!", "last 🏨"]);
    }
  });

  it("keeps the unfinished lines of two outputs apart", async () => {
    const { writer, store } = scene();
    await unwrap(writer.write("out "));
    await unwrap(writer.write("err ", { channel: "stderr" }));
    await unwrap(writer.write("1\n"));
    await unwrap(writer.write("2\n", { channel: "stderr" }));
    await unwrap(writer.end("failed"));
    const entries = store.records.logs.get(streamId)?.entries.map(({ channel, text }) => [channel, text]);
    expect(entries).toEqual([
      ["stdout", "out 1"],
      ["stderr", "err 2"],
    ]);
  });

  it("has every complete line in the store after a flush, and ends the log once", async () => {
    const { writer, texts, store } = scene();
    await unwrap(writer.write("one\ntwo\nthr"));
    expect((await writer.flush()).isOk()).toBe(true);
    expect(texts()).toEqual(["one", "two"]);
    const head = (await writer.end("succeeded"))._unsafeUnwrap();
    expect(head).toMatchObject({ last: 3, end: { outcome: "succeeded" } });
    expect((await writer.end("failed"))._unsafeUnwrap()).toEqual(head);
    expect((await writer.write("late"))._unsafeUnwrapErr().code).toBe("LOG_ENDED");
    expect(store.records.logs.get(streamId)?.head.end?.outcome).toBe("succeeded");
  });

  it("sends lines together while the store is busy, without a timer", async () => {
    const sizes: number[] = [];
    const { writer, clock } = scene({}, (store) => ({
      ...store,
      append: (request, options) => {
        sizes.push(request.lines.length);
        return store.append(request, options);
      },
    }));
    for (let line = 0; line < 3000; line += 1) void writer.write(`${line}\n`);
    expect((await writer.flush()).isOk()).toBe(true);
    expect(sizes).toEqual([1000, 1000, 1000]);
    expect(clock.pending).toBe(0);
    await unwrap(writer.end("succeeded"));
  });

  it("holds its caller up while more waits than it may keep, and lets him go on when there is room", async () => {
    let release = (): void => undefined;
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { writer, texts } = scene({ maxQueuedBytes: 10 }, (store) => ({
      ...store,
      append: (request, options) => new ResultAsync(gate.then(() => store.append(request, options))),
    }));
    expect((await writer.write("0123456789\n")).isOk()).toBe(true);
    let released = false;
    const held = writer.write("more\n");
    void held.then(() => {
      released = true;
    });
    for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(released).toBe(false);
    const given = await writer.write("", { signal: AbortSignal.abort() });
    expect(given._unsafeUnwrapErr().code).toBe("ABORTED");
    release();
    await unwrap(held);
    expect(released).toBe(true);
    await unwrap(writer.end("succeeded"));
    expect(texts()).toEqual(["0123456789", "more"]);
  });

  it("adds a batch once though its answers are lost", async () => {
    const { writer, texts, clock } = scene({}, (store) => failAt(store, { method: "append", call: 1, when: "after" }));
    await unwrap(writer.write("one\n"));
    const ending = writer.end("succeeded");
    await clock.advance(60_000);
    expect((await ending).isOk()).toBe(true);
    expect(texts()).toEqual(["one"]);
  });

  it("tries a failing store again for as long as it is told, then answers its error to every call", async () => {
    const { writer, texts, clock } = scene({ patienceMs: 10_000 }, (store) => failAt(store, { method: "append" }));
    await unwrap(writer.write("lost\n"));
    await clock.advance(60_000);
    for (const answer of [await writer.write("x\n"), await writer.flush(), await writer.end("succeeded")]) {
      expect(answer._unsafeUnwrapErr().code).toBe("ADAPTER_FAILED");
    }
    expect(clock.pending).toBe(0);
    expect(texts()).toEqual([]);
  });

  it("counts what a full log does not take, and says so at its end", async () => {
    const { writer, texts } = scene({ maxStreamBytes: 4096 });
    for (let line = 0; line < 400; line += 1) expect((await writer.write(`${"x".repeat(9)}\n`)).isOk()).toBe(true);
    expect((await writer.end("succeeded")).isOk()).toBe(true);
    const kept = texts().filter((text) => text === "x".repeat(9)).length;
    expect(kept).toBeGreaterThan(300);
    expect(texts().at(-1)).toBe(
      `This log is full: ${400 - kept} more lines (${(400 - kept) * 9} bytes) were not kept.`,
    );
  });

  it("is refused by a log that somebody else has ended", async () => {
    const { writer, store } = scene();
    await unwrap(store.end({ streamId, end: { outcome: "cancelled", at: new Date(0) } }));
    await unwrap(writer.write("late\n"));
    expect((await writer.end("succeeded"))._unsafeUnwrapErr()).toMatchObject({
      code: "LOG_ENDED",
      details: { outcome: "cancelled" },
    });
  });

  it("refuses options that can't be meant", () => {
    for (const options of [{ maxLineLength: 0 }, { maxStreamBytes: 10 }, { maxQueuedBytes: -1 }]) {
      expect(() => scene(options)).toThrow(TypeError);
    }
  });
});
