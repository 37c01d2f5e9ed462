import { readFileSync } from "node:fs";
import type { Figures } from "./bench.ts";

/** Measures work in this process: `wall` and `cpu` (all threads, without child processes) in ms. */
export async function measureHere(work: () => Promise<unknown>): Promise<Figures> {
  const cpuBefore = process.cpuUsage();
  const begun = performance.now();
  await work();
  const wall = performance.now() - begun;
  const { user, system } = process.cpuUsage(cpuBefore);
  return { wall, cpu: (user + system) / 1000 };
}

/**
 * The most memory this process has had in use, in MiB. From /proc where there is one: the kernel's `ru_maxrss` of a
 * process that was started by a large one begins with the size of that one.
 */
export function peakRssMib(): number {
  try {
    const [, kib] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8")) ?? [];
    if (kib !== undefined) return Number(kib) / 1024;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "ENOENT") throw cause;
  }
  return process.resourceUsage().maxRSS / 1024;
}

/** For a script run by `measureScript`: tells its figures. With `peak rss`, in MiB, of the whole process. */
export function tellFigures(figures: Figures): void {
  console.log(JSON.stringify({ ...figures, "peak rss": peakRssMib() }));
}

/** The figures that a script has told, on the last line it said. */
export function readFigures(output: string): Figures {
  const line = output.trimEnd().split("\n").at(-1) ?? "";
  const figures: unknown = JSON.parse(line);
  if (typeof figures !== "object" || figures === null) throw new TypeError(`Not figures: ${line}`);
  for (const value of Object.values(figures)) {
    if (typeof value !== "number") throw new TypeError(`Not figures: ${line}`);
  }
  return figures as Figures;
}
