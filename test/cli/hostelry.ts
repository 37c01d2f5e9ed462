import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { program } from "../setup/program.ts";
import { quickWasm } from "../setup/quick-wasm.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const main = await program(new URL("../../packages/cli/src/main.ts", import.meta.url));

/** What a run of the command line said. */
export interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Where a command line runs. */
export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** Starts the real command line in a process of its own, with no terminal and no variables that could change it. */
export function startHostelry(args: readonly string[], options: RunOptions = {}): ChildProcess {
  const { NO_COLOR: _colour, HOSTELRY_STATE: _state, HOSTELRY_ORIGIN: _origin, ...inherited } = process.env;
  return spawn(process.execPath, [quickWasm, main, ...args], {
    cwd: options.cwd ?? root,
    env: { ...inherited, ...options.env },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

/** Runs the real command line to its end. */
export async function hostelry(args: readonly string[], options: RunOptions = {}): Promise<Run> {
  return ended(startHostelry(args, options));
}

/** Waits for a started command line to end. */
export async function ended(child: ChildProcess): Promise<Run> {
  let stdout = "";
  let stderr = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("close", resolve).once("error", reject);
  });
  return { code, stdout, stderr };
}

/** The objects that a run with `--json` printed, one per line. */
export function objects({ stdout }: Run): readonly Record<string, unknown>[] {
  return stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line): Record<string, unknown> => JSON.parse(line));
}
