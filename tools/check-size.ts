// `npm run size`: core stays light. Counts its runtime dependencies and times a cold import of the built package.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { root } from "./steps/tool.ts";
import { maxCoreDependencies } from "./structure/package-rules.ts";

const maxImportMs = 80;
const runs = 7;
/** Tries on a machine on which others are busy. */
const maxRuns = 40;

const core = join(root, "packages/core");
const description: { dependencies?: Record<string, string> } = JSON.parse(
  readFileSync(join(core, "package.json"), "utf8"),
);
const dependencies = Object.keys(description.dependencies ?? {}).length;
const entry = pathToFileURL(join(core, "dist/index.js")).href;
const program = `const start = performance.now(); await import(${JSON.stringify(entry)}); console.log(performance.now() - start);`;

const times: number[] = [];
while (times.length < runs || (Math.min(...times) > maxImportMs && times.length < maxRuns)) {
  const outcome = spawnSync(process.execPath, ["--input-type=module", "--eval", program], { encoding: "utf8" });
  if (outcome.status !== 0) throw new Error(`cannot import ${entry}, is it built?\n${outcome.stderr}`);
  times.push(Number(outcome.stdout));
}
times.sort((a, b) => a - b);
const median = times[Math.floor(times.length / 2)] ?? Number.POSITIVE_INFINITY;
// Only a slow machine makes a run slower; the fastest one tells what the package costs.
const [fastest = Number.POSITIVE_INFINITY] = times;

console.log(`core: ${dependencies} runtime dependencies (at most ${maxCoreDependencies})`);
console.log(
  `core: cold import ${fastest.toFixed(1)} ms (at most ${maxImportMs}), median of ${times.length} ${median.toFixed(1)} ms`,
);
if (dependencies > maxCoreDependencies || !(fastest <= maxImportMs)) process.exitCode = 1;
