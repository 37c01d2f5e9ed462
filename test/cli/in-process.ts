import { type ExitCode, runCommandLine } from "@hostelry/cli";

/** What a command line that ran in this process said. */
export interface InProcessRun {
  readonly code: ExitCode;
  readonly stdout: string;
  readonly stderr: string;
  /** The objects that it printed, one per line. */
  objects(): readonly Record<string, unknown>[];
}

/** Runs a command line in this process: the same code without the start of another one, with no terminal. */
export async function runHere(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<InProcessRun> {
  const said = { stdout: "", stderr: "" };
  const sink = (name: keyof typeof said): { write(text: string): void } => ({
    write: (text) => {
      said[name] += text;
    },
  });
  const { signal } = new AbortController();
  const surroundings = { stdout: sink("stdout"), stderr: sink("stderr"), env: { USER: "ann", ...env }, signal };
  const code = await runCommandLine(args, surroundings);
  return {
    code,
    ...said,
    objects: () =>
      said.stdout
        .split("\n")
        .filter((line) => line !== "")
        .map((line): Record<string, unknown> => JSON.parse(line)),
  };
}
