import { readFile, readlink } from "node:fs/promises";
import { hostname } from "node:os";

/** Which process, on which machine, since when: enough to tell later whether it still lives. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks between boot and the start of the process: a number that a later process with this pid can't have. */
  readonly startTicks: string | null;
  /** Changes with every start of the machine. */
  readonly bootId: string | null;
  /** Pids mean something inside one namespace only: a container has its own. */
  readonly pidNamespace: string | null;
  readonly hostname: string;
}

/** This process. What the system does not tell (only Linux has it all) is `null`. */
export async function ownIdentity(): Promise<ProcessIdentity> {
  const [process_, bootId, pidNamespace] = await Promise.all([
    processStatus(process.pid),
    told(readFile("/proc/sys/kernel/random/boot_id", "utf8")),
    told(readlink("/proc/self/ns/pid")),
  ]);
  return {
    pid: process.pid,
    startTicks: process_?.startTicks ?? null,
    bootId: bootId?.trim() ?? null,
    pidNamespace: pidNamespace ?? null,
    hostname: hostname(),
  };
}

/** What can be said about another process from here. */
export type Liveness = "running" | "gone" | "unseen";

/**
 * Whether a process still runs. `unseen` is one of another container or another machine: its pid means nothing here.
 */
export async function livenessOf(other: ProcessIdentity, own: ProcessIdentity): Promise<Liveness> {
  // The machine was started anew; or it is another machine, on a file system that both mount.
  if (other.bootId !== own.bootId) return other.hostname === own.hostname ? "gone" : "unseen";
  if (other.bootId === null && other.hostname !== own.hostname) return "unseen";
  if (other.pidNamespace !== own.pidNamespace) return "unseen";
  if (!isRunning(other.pid)) return "gone";
  const status = await processStatus(other.pid);
  if (status === undefined) return "running";
  // A zombie has ended and only waits for its parent to notice.
  if (status.state === "Z" || status.state === "X") return "gone";
  return other.startTicks !== null && status.startTicks !== other.startTicks ? "gone" : "running";
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (cause) {
    // EPERM: it is there, and somebody else's.
    return (cause as NodeJS.ErrnoException).code !== "ESRCH";
  }
}

/** Fields 3 and 22 of proc_pid_stat(5), counted behind the name, which stands in parentheses and may hold anything. */
async function processStatus(
  pid: number,
): Promise<{ readonly state: string; readonly startTicks: string } | undefined> {
  const line = await told(readFile(`/proc/${pid}/stat`, "utf8"));
  if (line === undefined) return undefined;
  const fields = line.slice(line.lastIndexOf(")") + 2).split(" ");
  const [state, startTicks] = [fields[0], fields[19]];
  return state === undefined || startTicks === undefined ? undefined : { state, startTicks };
}

/** What a file under /proc says; `undefined` where there is none, as on macOS. */
async function told(reading: Promise<string>): Promise<string | undefined> {
  try {
    return await reading;
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "EACCES" || code === "EPERM" || code === "ESRCH") return undefined;
    throw cause;
  }
}
