import {
  type CommandOutput,
  okAsync,
  ResultAsync,
  type RunOptions,
  type Transport,
  unwrap,
} from "@hostelry/core/adapter";
import { simulatedClock } from "@hostelry/testing";
import { describe, expect, it } from "vitest";
import { readyRun } from "./ready-run.ts";

/** A program of the fake transport: it says what it has read, when it is told to end. */
interface Program {
  readonly read: Promise<string>;
  readonly signal: AbortSignal | undefined;
  end(): void;
}

function scene({ starts = true }: { readonly starts?: boolean } = {}) {
  const programs: Program[] = [];
  const crowd = { isCrowded: false, listeners: new Set<() => boolean>() };
  const clock = simulatedClock();
  const run = (_command: unknown, { input, signal }: RunOptions = {}): ResultAsync<CommandOutput, never> => {
    let end: () => void = () => undefined;
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    const read = (async () => {
      const chunks: Uint8Array[] = [];
      if (!starts) return "";
      for await (const chunk of input instanceof Uint8Array || input === undefined ? [] : input) chunks.push(chunk);
      return Buffer.concat(chunks).toString();
    })();
    programs.push({ read, signal, end });
    const output = Promise.race([read, ended.then(() => "")]).then((text) => {
      return { exitCode: 0, signal: null, stderr: new Uint8Array(), stdout: Buffer.from(text) };
    });
    return new ResultAsync(output.then((told) => okAsync(told)));
  };
  const transport = {
    run,
    crowd: {
      isCrowded: () => crowd.isCrowded,
      onCrowded: (listener: () => boolean) => {
        crowd.listeners.add(listener);
        return () => void crowd.listeners.delete(listener);
      },
    },
  } as Partial<Transport> as Transport;
  const commands = readyRun(transport, clock, ["program"], { timeoutMs: 1000, maxOutputBytes: 1000 });
  const say = async (text: string, signal?: AbortSignal): Promise<string> =>
    Buffer.from((await unwrap(commands.run(Buffer.from(text), signal))).stdout).toString();
  return { programs, clock, commands, say, crowd };
}

describe("a program that is got ready for the next call", () => {
  it("is given that call's input, and is not started again", async () => {
    const { programs, commands, say } = scene();
    expect(await say("first")).toBe("first");
    commands.prepare();
    commands.prepare();
    expect(programs).toHaveLength(2);
    expect(await say("second")).toBe("second");
    expect(programs).toHaveLength(2);
    expect(await say("third")).toBe("third");
    expect(programs).toHaveLength(3);
  });

  it("is ended when nobody comes soon, and left alone when somebody came", async () => {
    const { programs, clock, commands, say } = scene();
    commands.prepare();
    await say("taken");
    commands.prepare();
    await clock.advance(10_000);
    expect(await programs[1]?.read).toBe("");
    expect(programs.map(({ signal }) => signal?.aborted)).toEqual([false, false]);
    expect(await say("later")).toBe("later");
    expect(programs).toHaveLength(3);
  });

  it("makes room for those who wait for a session, and is not kept while they do", async () => {
    const { programs, commands, say, crowd } = scene();
    commands.prepare();
    expect([...crowd.listeners].map((ask) => ask())).toEqual([true]);
    expect(await programs[0]?.read).toBe("");
    crowd.isCrowded = true;
    commands.prepare();
    expect(programs).toHaveLength(1);
    expect(await say("all the same")).toBe("all the same");
    crowd.isCrowded = false;
    commands.prepare();
    expect(await say("taken")).toBe("taken");
    expect([...crowd.listeners].map((ask) => ask())).toEqual([]);
    expect(programs.map(({ signal }) => signal?.aborted)).toEqual([false, false, false]);
  });

  it("is called off where it waits for a session itself", () => {
    const { programs, commands, crowd } = scene({ starts: false });
    commands.prepare();
    expect([...crowd.listeners].map((ask) => ask())).toEqual([false]);
    expect(programs[0]?.signal?.aborted).toBe(true);
  });

  it("is not counted on when it has ended by itself", async () => {
    const { programs, commands, say } = scene();
    commands.prepare();
    programs[0]?.end();
    await new Promise((resolve) => setImmediate(resolve));
    expect(await say("whole")).toBe("whole");
    expect(programs).toHaveLength(2);
  });

  it("ends with the signal of the call that has it, and with no other", async () => {
    const { programs, commands, say } = scene();
    const [one, other] = [new AbortController(), new AbortController()];
    await say("before", one.signal);
    commands.prepare();
    one.abort();
    const mine = say("mine", other.signal);
    expect(programs[1]?.signal?.aborted).toBe(false);
    other.abort("enough");
    expect(programs[1]?.signal).toMatchObject({ aborted: true, reason: "enough" });
    expect(await mine).toBe("mine");
  });
});
