// A process that looks at the live links of all nodes without a pause, and says when they were seen to differ. Its
// parameters are the links; it ends with its standard input.
import { readlinkSync, writeSync } from "node:fs";

/** What the links were in a row of looks. Times are the machine's monotonic clock, the same in all processes, in ms. */
export interface SeenVersions {
  readonly versions: readonly string[];
  /** When the first of these looks was over: by then it was so. */
  readonly fromMs: number;
  /** When the last of them began: it still was so. */
  readonly untilMs: number;
}

const links = process.argv.slice(2);
const now = (): number => Number(process.hrtime.bigint()) / 1e6;
const look = (link: string): string => {
  try {
    return readlinkSync(link);
  } catch {
    return "";
  }
};

let seen: { versions: readonly string[]; fromMs: number; untilMs: number } | undefined;
let running = true;
process.stdin.on("end", () => {
  running = false;
});
process.stdin.resume();
writeSync(1, "ready\n");
while (running) {
  for (let looks = 0; looks < 200; looks += 1) {
    const begunMs = now();
    const versions = links.map(look);
    if (seen !== undefined && versions.every((version, index) => version === seen?.versions[index])) {
      seen.untilMs = begunMs;
      continue;
    }
    if (seen !== undefined) writeSync(1, `${JSON.stringify(seen)}\n`);
    seen = { versions, fromMs: now(), untilMs: begunMs };
  }
  // Lets the end of the input through.
  await new Promise((resolve) => setImmediate(resolve));
}
writeSync(1, `${JSON.stringify(seen)}\n`);
