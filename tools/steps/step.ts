import { spawn } from "node:child_process";
import { constants, setPriority } from "node:os";

/** One thing to run: a program with its arguments, never a shell line. */
export interface Step {
  readonly name: string;
  readonly command: readonly [program: string, ...parameters: string[]];
  readonly cwd?: string | undefined;
  readonly environment?: Readonly<Record<string, string>> | undefined;
  /** Gets only the processor time that nothing else wants, and so does what it starts. Default: false. */
  readonly yields?: boolean | undefined;
}

/** What became of a {@link Step}. */
export interface StepOutcome {
  readonly name: string;
  readonly ok: boolean;
  readonly seconds: number;
  /** Standard output and error, in the order they came. */
  readonly output: string;
}

/** Runs a step to its end. A program that cannot be started is a failed step, not an exception. */
export function runStep(step: Step): Promise<StepOutcome> {
  const [program, ...parameters] = step.command;
  const started = performance.now();
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const child = spawn(program, parameters, {
      cwd: step.cwd,
      env: { ...process.env, ...step.environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    if (step.yields === true && child.pid !== undefined) lowerPriority(child.pid);
    const finish = (ok: boolean, note = ""): void =>
      resolve({
        name: step.name,
        ok,
        seconds: (performance.now() - started) / 1000,
        output: Buffer.concat(chunks).toString() + note,
      });
    child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.on("error", (error) => finish(false, `cannot start ${program}: ${error.message}\n`));
    child.on("close", (code, signal) => finish(code === 0, signal === null ? "" : `ended by ${signal}\n`));
  });
}

/** Whoever may not, or is too late, leaves it as it is: that costs time only. */
function lowerPriority(pid: number): void {
  try {
    setPriority(pid, constants.priority.PRIORITY_LOW);
  } catch {
    return;
  }
}

/** Runs steps, at most `width` at a time, starting in their order; tells each one as it ends. */
export async function runSteps(
  steps: readonly Step[],
  width: number,
  onEnd: (outcome: StepOutcome) => void,
): Promise<readonly StepOutcome[]> {
  const outcomes: StepOutcome[] = [];
  const waiting = [...steps];
  const lane = async (): Promise<void> => {
    for (let step = waiting.shift(); step !== undefined; step = waiting.shift()) {
      const outcome = await runStep(step);
      outcomes.push(outcome);
      onEnd(outcome);
    }
  };
  await Promise.all(Array.from({ length: width }, lane));
  return outcomes;
}

/** Prints one line per outcome; of a failed one everything it said. */
export function printOutcome(outcome: StepOutcome): void {
  console.log(`${outcome.ok ? "ok    " : "FAILED"} ${outcome.seconds.toFixed(1).padStart(6)} s  ${outcome.name}`);
  if (!outcome.ok) console.log(outcome.output.replace(/^/gm, "    | "));
}
