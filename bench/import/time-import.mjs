// Plain JavaScript, for it must not cost a compiler: imports one module and tells how long that took.
import { readFileSync } from "node:fs";

const begun = performance.now();
await import(process.argv[2]);
const milliseconds = performance.now() - begun;
const [, kib] = /^VmHWM:\s+(\d+) kB$/m.exec(status()) ?? [];
const rss = kib === undefined ? process.resourceUsage().maxRSS : Number(kib);
console.log(JSON.stringify({ import: milliseconds, "peak rss": rss / 1024 }));

function status() {
  try {
    return readFileSync("/proc/self/status", "utf8");
  } catch {
    return "";
  }
}
