import { constants } from "node:os";
import { expect, test } from "vitest";
import { runStep, runSteps } from "./step.ts";

const node = process.execPath;

test("a step that ends well is ok, and what it says is kept", async () => {
  const outcome = await runStep({ name: "speak", command: [node, "-e", "console.log('a'); console.error('b')"] });
  expect(outcome.ok).toBe(true);
  expect(outcome.output).toContain("a");
  expect(outcome.output).toContain("b");
});

test("a step that yields has a lower priority than its neighbours, and so has what it starts", async () => {
  const own = "console.log(require('node:os').getPriority())";
  const program = `${own}; require('node:child_process').execFileSync(process.execPath, ['-e', ${JSON.stringify(own)}], { stdio: 'inherit' })`;
  const outcome = await runStep({ name: "yield", command: [node, "-e", program], yields: true });
  const { PRIORITY_LOW } = constants.priority;
  expect(outcome.output.trim().split("\n").map(Number)).toEqual([PRIORITY_LOW, PRIORITY_LOW]);
});

test("a bad exit, a signal and a program that does not exist are failures", async () => {
  expect((await runStep({ name: "exit", command: [node, "-e", "process.exit(3)"] })).ok).toBe(false);
  expect(
    (await runStep({ name: "die", command: [node, "-e", "process.kill(process.pid, 'SIGKILL')"] })).output,
  ).toContain("SIGKILL");
  expect((await runStep({ name: "none", command: ["/nonexistent/program"] })).output).toContain("cannot start");
});

test("every step is run and told once, the failed ones too", async () => {
  const told: string[] = [];
  const steps = ["0", "1", "0"].map((code, index) => ({
    name: `step ${index}`,
    command: [node, "-e", `process.exit(${code})`] as const,
  }));
  const outcomes = await runSteps(steps, 2, (outcome) => told.push(outcome.name));
  expect(told.toSorted()).toEqual(["step 0", "step 1", "step 2"]);
  expect(outcomes.filter((outcome) => !outcome.ok).map((outcome) => outcome.name)).toEqual(["step 1"]);
});
