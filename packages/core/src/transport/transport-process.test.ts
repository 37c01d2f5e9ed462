import { PassThrough } from "node:stream";
import { simulatedClock } from "@hostelry/testing";
import { describe, expect, it } from "vitest";
import type { StartOptions, TransportError } from "../ports/index.ts";
import { type ResultAsync, unwrap } from "../result/index.ts";
import type { ProcessEnd } from "./process-pipes.ts";
import { exitCodeOfSignal, signalOfExitCode } from "./signal-names.ts";
import { transportProcess } from "./transport-process.ts";

/** A program that does nothing by itself; the test plays its part. */
function puppet(options: StartOptions = {}) {
  const [input, output, errors] = [new PassThrough(), new PassThrough(), new PassThrough()];
  let settle: (end: ProcessEnd) => void = () => undefined;
  let killed = 0;
  const clock = simulatedClock();
  const ended = new Promise<ProcessEnd>((resolve) => {
    settle = resolve;
  });
  const end = (how: ProcessEnd): void => {
    output.end();
    errors.end();
    settle(how);
  };
  const closed = new Promise<void>((resolve) => output.once("end", resolve));
  const kill = (): void => {
    killed += 1;
    end({ kind: "signalled", signal: "SIGKILL" });
  };
  const process = transportProcess(
    { input, output, errors, ended, closed, kill },
    { transport: "puppet", clock, options },
  );
  return { process, input, output, errors, end, clock, killed: () => killed };
}

async function codeOf(result: ResultAsync<unknown, TransportError>): Promise<string> {
  return (await result).match(
    () => "no error",
    ({ code }) => code,
  );
}

describe("a program over three streams", () => {
  it("ends with its exit code, and with a signal when the code says so", async () => {
    const plain = puppet();
    plain.end({ kind: "exited", code: 3 });
    expect(await unwrap(plain.process.outcome())).toMatchObject({ exitCode: 3, signal: null });
    const shell = puppet();
    shell.end({ kind: "exited", code: 143 });
    expect(await unwrap(shell.process.outcome())).toMatchObject({ exitCode: 143, signal: "SIGTERM" });
    const told = puppet();
    told.end({ kind: "signalled", signal: "SIGSEGV" });
    expect(await unwrap(told.process.outcome())).toMatchObject({ exitCode: 139, signal: "SIGSEGV" });
  });

  it("is killed when its time is over, once, and not before", async () => {
    const { process, clock, killed } = puppet({ timeoutMs: 5000 });
    await clock.advance(4999);
    expect(killed()).toBe(0);
    await clock.advance(1);
    expect(await codeOf(process.outcome())).toBe("ADAPTER_TIMEOUT");
    await unwrap(process.stop());
    expect(killed()).toBe(1);
  });

  it("leaves no timer behind when it ends in time", async () => {
    const { process, end, clock } = puppet({ timeoutMs: 5000 });
    end({ kind: "exited", code: 0 });
    await unwrap(process.outcome());
    expect(clock.pending).toBe(0);
  });

  it("that is lost hands over what had come, and then the loss", async () => {
    const { process, output, end } = puppet();
    output.write("so far");
    const chunks = process.stdout[Symbol.asyncIterator]();
    const first = await chunks.next();
    expect(Buffer.from(first.value ?? []).toString()).toBe("so far");
    end({ kind: "lost", cause: new Error("cut") });
    await expect(chunks.next()).rejects.toMatchObject({ code: "TRANSPORT_LOST", details: { state: "unknown" } });
    expect(await codeOf(process.outcome())).toBe("TRANSPORT_LOST");
  });

  it("that is lost while it is being stopped counts as stopped", async () => {
    const pipes = puppet();
    const stopping = pipes.process.stop();
    pipes.end({ kind: "lost", cause: new Error("cut") });
    await unwrap(stopping);
    expect(await unwrap(pipes.process.outcome())).toMatchObject({ exitCode: 137, signal: "SIGKILL" });
  });

  it("ends a write whose source waits for ever, when it ends itself", async () => {
    const { process, end } = puppet();
    let left = false;
    const source = {
      [Symbol.asyncIterator]: () => ({
        next: () => new Promise<never>(() => undefined),
        return: async () => {
          left = true;
          return { done: true as const, value: undefined };
        },
      }),
    };
    const writing = process.write(source);
    end({ kind: "exited", code: 0 });
    expect(await unwrap(writing)).toEqual({ accepted: false });
    expect(left).toBe(true);
    expect(await unwrap(process.write(new Uint8Array(1)))).toEqual({ accepted: false });
  });

  it("keeps the end of its error output", async () => {
    const { process, errors, end } = puppet({ maxErrorBytes: 4 });
    for (let count = 0; count < 50_000; count += 1) errors.write("abcdef");
    errors.write("tail");
    await new Promise((resolve) => setImmediate(resolve));
    end({ kind: "exited", code: 0 });
    expect(Buffer.from((await unwrap(process.outcome())).stderr).toString()).toBe("tail");
  });

  it("is killed at once by a signal that had fired", async () => {
    const { process, killed } = puppet({ signal: AbortSignal.abort() });
    expect(await codeOf(process.outcome())).toBe("ABORTED");
    expect(killed()).toBe(1);
  });
});

describe("signals and exit codes", () => {
  it("are translated both ways as shells do", () => {
    expect([signalOfExitCode(137), signalOfExitCode(128), signalOfExitCode(1), signalOfExitCode(200)]).toEqual([
      "SIGKILL",
      null,
      null,
      null,
    ]);
    expect([exitCodeOfSignal("SIGTERM"), exitCodeOfSignal("SIGINFO")]).toEqual([143, 255]);
  });
});
