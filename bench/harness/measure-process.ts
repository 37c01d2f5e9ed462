import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Figures } from "./bench.ts";

/** A program with its arguments; never a shell line made of data. */
export type Command = readonly [program: string, ...parameters: string[]];

/** Where a process runs. */
export interface ProcessOptions {
  readonly cwd?: string | undefined;
  readonly environment?: Readonly<Record<string, string>> | undefined;
}

/** What a process cost and said. */
export interface MeasuredProcess {
  /**
   * `wall` in ms, from before it is started until it has ended; and, where GNU time is installed, `cpu` in ms (user and
   * system, in steps of 10) and `peak rss` in MiB, both with its children.
   */
  readonly figures: Figures;
  readonly output: string;
}

const gnuTime = "/usr/bin/time";

/** Runs a process to its end. One that fails, or can't be started, rejects with what it said. */
export async function measureProcess(command: Command, options: ProcessOptions = {}): Promise<MeasuredProcess> {
  if (!existsSync(gnuTime)) return timed(command, options);
  const folder = mkdtempSync(join(tmpdir(), "hostelry-bench-time-"));
  try {
    const report = join(folder, "report");
    const { figures, output } = await timed([gnuTime, "-f", "%U %S %M", "-o", report, ...command], options);
    const [user = Number.NaN, system = Number.NaN, rssKib = Number.NaN] = readFileSync(report, "utf8")
      .trim()
      .split(" ")
      .map(Number);
    return { figures: { ...figures, cpu: (user + system) * 1000, "peak rss": rssKib / 1024 }, output };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function timed(command: Command, options: ProcessOptions): Promise<MeasuredProcess> {
  const [program, ...parameters] = command;
  return new Promise((resolve, reject) => {
    const output: Buffer[] = [];
    const problems: Buffer[] = [];
    const begun = performance.now();
    const child = spawn(program, parameters, {
      cwd: options.cwd,
      env: { ...process.env, ...options.environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let wall = 0;
    child.stdout.on("data", (chunk: Buffer) => output.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => problems.push(chunk));
    child.on("error", reject);
    child.on("exit", () => {
      wall = performance.now() - begun;
    });
    child.on("close", (code, signal) => {
      if (code === 0) return resolve({ figures: { wall }, output: Buffer.concat(output).toString() });
      const said = Buffer.concat(problems).toString().trim().slice(-2000);
      reject(new Error(`${command.join(" ")} ended with ${signal ?? code}: ${said}`));
    });
  });
}
