import { spawn } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import type { ProcessEnd, ProcessPipes } from "@hostelry/core/adapter";

/** A process in a group of its own, so that it can be ended with all its children. */
export function localProcess(
  argv: readonly string[],
  directory: string,
  environment: Readonly<Record<string, string>>,
): ProcessPipes {
  const [program = "", ...parameters] = argv;
  const child = spawn(program, parameters, {
    cwd: directory,
    env: { ...environment },
    stdio: ["pipe", "pipe", "pipe"],
    // A session and a process group of its own, as sshd gives to those it starts.
    detached: true,
  });
  const ended = new Promise<ProcessEnd>((resolve) => {
    child.once("exit", (code, signal) => {
      resolve(signal === null ? { kind: "exited", code: code ?? 255 } : { kind: "signalled", signal });
    });
    // Not started at all: no shell, no such directory, no memory for another process.
    child.once("error", (cause) => resolve({ kind: "lost", cause }));
  });
  const closed = new Promise<void>((resolve) => {
    child.once("close", () => resolve());
    child.once("error", () => resolve());
  });
  const { stdin, stdout, stderr } = child as { stdin: Writable; stdout: Readable; stderr: Readable };
  return { input: stdin, output: stdout, errors: stderr, ended, closed, kill: () => killGroup(child.pid) };
}

/** A group whose last member is gone has no number any more; that is what was wanted. */
function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "ESRCH") throw cause;
  }
}
