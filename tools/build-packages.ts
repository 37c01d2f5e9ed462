// `npm run build`: every package into its dist/. Order does not matter, declarations are read from the others' sources.

import { workspacePackages } from "./steps/packages.ts";
import { printOutcome, runSteps } from "./steps/step.ts";
import { tool } from "./steps/tool.ts";

const steps = workspacePackages().map(({ name, folder }) => ({
  name: `build ${name}`,
  command: tool("tsup", "tsup"),
  cwd: folder,
}));
const outcomes = await runSteps(steps, 2, printOutcome);
if (outcomes.some((outcome) => !outcome.ok)) process.exitCode = 1;
