// `npm run check`: everything that can be said about the sources without building them, in under a minute. `--without-tests` leaves
// out the unit tests, for whoever runs all suites as well.
import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { printOutcome, runSteps, type Step } from "./steps/step.ts";
import { root, script, tool } from "./steps/tool.ts";

const sourceFolders = ["packages", "examples", "tools", "test", "bench", "demo"].filter((folder) =>
  existsSync(join(root, folder)),
);

const unitTests: Step = {
  name: "unit tests",
  command: [...tool("vitest"), "run", "--project", "unit", "--reporter=dot"],
};

// The longest first, so that the short ones fill the gaps.
const steps: readonly Step[] = [
  ...(process.argv.includes("--without-tests") ? [] : [unitTests]),
  { name: "rules that need types (eslint)", command: [...tool("eslint"), "--max-warnings=0", "."] },
  { name: "types (tsc)", command: [...tool("typescript", "tsc"), "-p", "."] },
  { name: "unused code and dependencies (knip)", command: [...tool("knip", "knip"), "--no-progress"] },
  { name: "import direction (depcruise)", command: [...tool("dependency-cruiser", "depcruise"), ...sourceFolders] },
  { name: "structure", command: script("tools/check-structure.ts") },
  {
    name: "format and lint (biome)",
    command: [...tool("@biomejs/biome"), "ci", "--colors=off", "--error-on-warnings", "."],
  },
];

const started = performance.now();
const width = Math.max(2, Math.min(4, availableParallelism()));
const outcomes = await runSteps(
  steps.map((step) => ({ ...step, cwd: root, environment: { NO_COLOR: "1" } })),
  width,
  printOutcome,
);
const failed = outcomes.filter((outcome) => !outcome.ok).length;
const seconds = ((performance.now() - started) / 1000).toFixed(1);
console.log(`${outcomes.length - failed} steps passed, ${failed} failed, in ${seconds} s`);
if (failed > 0) process.exitCode = 1;
