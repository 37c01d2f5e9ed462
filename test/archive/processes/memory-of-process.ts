import { readFileSync } from "node:fs";

/** What this process holds now, or has held at most, in MiB. */
export function memoryMib(field: "VmRSS" | "VmHWM"): number {
  const [, kib] = new RegExp(`^${field}:\\s+(\\d+) kB$`, "m").exec(readFileSync("/proc/self/status", "utf8")) ?? [];
  if (kib === undefined) throw new Error(`/proc/self/status has no ${field}.`);
  return Number(kib) / 1024;
}
