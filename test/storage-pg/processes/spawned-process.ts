// Another process of the tests' that says what it has done line by line.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { program } from "../../setup/program.ts";
import { quickWasm } from "../../setup/quick-wasm.ts";

/** A process under the control of a test. */
export interface SpawnedProcess {
  readonly child: ChildProcess;
  /** Everything it has said so far. */
  readonly lines: readonly string[];
  /** Resolves with the next line, from now on or not yet taken; rejects when it ends without. */
  nextLine(): Promise<string>;
  /** Kills it and waits until it is gone, and everything it said has been read. */
  kill(): Promise<void>;
  /** Resolves when it has ended by itself. */
  readonly ended: Promise<void>;
}

/** Makes a script of this folder ready, e.g. `embedded-writer.ts`, and gives what starts it. */
export async function starterOf(script: string): Promise<(parameters: readonly string[]) => SpawnedProcess> {
  const path = await program(new URL(script, import.meta.url));
  return (parameters) => start(path, parameters);
}

function start(script: string, parameters: readonly string[]): SpawnedProcess {
  const child = spawn(process.execPath, [quickWasm, script, ...parameters], {
    cwd: fileURLToPath(new URL("../../..", import.meta.url)),
    // Without the test runner's options for Node.
    env: { ...process.env, NODE_OPTIONS: "" },
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines: string[] = [];
  let taken = 0;
  let closed = false;
  let wake = (): void => undefined;
  const reader = createInterface(child.stdout);
  reader.on("line", (line) => {
    lines.push(line);
    wake();
  });
  const ended = once(child, "close").then(() => {
    closed = true;
    wake();
  });
  return {
    child,
    lines,
    ended,
    nextLine: async () => {
      while (lines.length === taken && !closed) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      const line = lines[taken];
      if (line === undefined)
        throw new Error(`${script} ended (${child.exitCode ?? child.signalCode}) without another line`);
      taken += 1;
      return line;
    },
    kill: async () => {
      child.kill("SIGKILL");
      await ended;
    },
  };
}
