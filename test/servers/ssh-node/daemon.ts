// A server program as a child of the test process: started, waited for by its own word that it is ready, and ended by its id.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { createInterface } from "node:readline";
import { findServer } from "../server-binary.ts";

/** A running server program. */
export interface Daemon {
  readonly pid: number;
  /** The last lines of what it wrote. */
  log(): string;
  /** Ends it and waits until it has. */
  stop(): Promise<void>;
}

/** How to start a server program. */
export interface DaemonOptions {
  /** The program and its arguments. */
  readonly argv: readonly string[];
  /** The line of its log that says that it is ready. */
  readonly ready: RegExp;
  readonly environment?: Readonly<Record<string, string>> | undefined;
}

const keptLines = 400;

/** Starts a server program. It ends with this process, however that ends, where `setpriv` can see to it. */
export async function startDaemon({ argv, ready, environment }: DaemonOptions): Promise<Daemon> {
  const guard = findServer("setpriv");
  const [program = "", ...parameters] = guard === undefined ? argv : [guard, "--pdeathsig", "TERM", ...argv];
  const child = spawn(program, parameters, {
    stdio: ["ignore", "pipe", "pipe"],
    env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL: "C.UTF-8", ...environment },
    // A group of its own: Ctrl-C in the terminal reaches the test runner alone, which stops its servers in order.
    detached: true,
  });
  const lines: string[] = [];
  await new Promise<void>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`${argv.join(" ")} ended with ${code}:\n${lines.join("\n")}`)));
    for (const stream of [child.stdout, child.stderr]) {
      createInterface(stream).on("line", (line) => {
        lines.push(line);
        if (lines.length > keptLines) lines.shift();
        if (ready.test(line)) resolve();
      });
    }
  });
  return { pid: pidOf(child), log: () => lines.join("\n"), stop: () => end(child) };
}

/** The processes that descend from one, parents first. */
export function descendantsOf(pid: number): readonly number[] {
  const children = new Map<number, number[]>();
  for (const entry of readdirSync("/proc")) {
    const parent = /^\d+$/.test(entry) ? parentOf(Number(entry)) : undefined;
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), Number(entry)]);
  }
  const found = [pid];
  for (const each of found) found.push(...(children.get(each) ?? []));
  return found.slice(1);
}

/** The program's short name, as the kernel keeps it; `undefined` when the process is gone. */
export function programOf(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/comm`, "utf8").trim();
  } catch {
    return undefined; // It ended while we looked.
  }
}

/** The processes of an account. */
export function processesOf(uid: number): readonly number[] {
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry) && statSync(`/proc/${entry}`, { throwIfNoEntry: false })?.uid === uid)
    .map(Number);
}

/** Kills processes one by one; those that have ended meanwhile are as wanted. */
export function killAll(pids: readonly number[]): void {
  for (const pid of pids) {
    try {
      process.kill(pid, "SIGKILL");
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== "ESRCH") throw cause;
    }
  }
}

function parentOf(pid: number): number | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    return Number(/^PPid:\t(\d+)$/m.exec(status)?.[1]);
  } catch {
    return undefined; // It ended while we looked.
  }
}

function pidOf(child: ChildProcess): number {
  if (child.pid === undefined) throw new Error("a started server has a process id");
  return child.pid;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  await ended;
}
