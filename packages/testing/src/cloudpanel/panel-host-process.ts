import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { createInterface } from "node:readline";
import { findProgram } from "./panel-host-problem.ts";

/** The running machine: everything in it descends from one process and ends with it. */
export interface PanelHostProcess {
  /** The last lines that its servers wrote. */
  log(): string;
  /** Argument lists of all processes in it, as `ps` shows them to everybody. */
  commandLines(): readonly (readonly string[])[];
  /** Kills it, and waits until it has ended. */
  stop(): Promise<void>;
}

const keptLines = 400;
const ready = [/^Server listening on /, /start worker process \d+/];
/** What sshd and nginx say when somebody was faster: between `freePorts` and them, a port is anybody's. */
const portTaken = /Address already in use/;
const longestStartMs = 120_000;

/** The machine is not there because a port of its own was taken by somebody else meanwhile: others may be free. */
export class PortTakenError extends Error {}

/**
 * Starts the machine's first process; resolves when sshd and nginx listen. Ends with this process, however that ends. Rejects with
 * {@link PortTakenError} when one of them could not listen, and when it takes too long; then nothing of it is left.
 */
export async function startPanelHostProcess(parameters: readonly string[]): Promise<PanelHostProcess> {
  const namespaces = [
    "unshare",
    "--mount",
    "--pid",
    "--fork",
    "--kill-child=SIGKILL",
    "--propagation",
    "private",
    "--",
  ];
  // A machine that has lost its owner has nobody to end it.
  const child = spawn(
    findProgram("setpriv") ?? "setpriv",
    ["--pdeathsig", "KILL", "--", ...namespaces, "sh", ...parameters],
    {
      stdio: ["ignore", "pipe", "pipe"],
      env: { PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL: "C.UTF-8" },
      detached: true,
    },
  );
  const lines: string[] = [];
  const started = new Promise<void>((resolve, reject) => {
    const awaited = new Set(ready);
    const late = (): void => reject(new Error(`the stand-in has not started in time:\n${lines.join("\n")}`));
    const deadline = setTimeout(late, longestStartMs).unref();
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`the stand-in ended with ${code}:\n${lines.join("\n")}`)));
    for (const stream of [child.stdout, child.stderr]) {
      createInterface(stream).on("line", (line) => {
        lines.push(line);
        if (lines.length > keptLines) lines.shift();
        if (awaited.size > 0 && portTaken.test(line)) reject(new PortTakenError(line));
        for (const pattern of awaited) if (pattern.test(line)) awaited.delete(pattern);
        if (awaited.size > 0) return;
        clearTimeout(deadline);
        resolve();
      });
    }
  });
  await started.catch(async (cause: unknown) => {
    await end(child);
    throw cause;
  });
  return {
    log: () => lines.join("\n"),
    commandLines: () => commandLinesBelow(child.pid ?? -1),
    stop: () => end(child),
  };
}

/** Ports of 127.0.0.1 that are free now; all are held until all are found. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const servers = await Promise.all(Array.from({ length: count }, listening));
  const ports = servers.map((server) => {
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("a listening server has a port");
    return address.port;
  });
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

function listening(): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => resolve(server));
  });
}

function commandLinesBelow(first: number): readonly (readonly string[])[] {
  const children = new Map<number, number[]>();
  for (const entry of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    const parent = Number(/^PPid:\t(\d+)$/m.exec(read(`/proc/${entry}/status`))?.[1]);
    children.set(parent, [...(children.get(parent) ?? []), Number(entry)]);
  }
  const found = [first];
  for (const each of found) found.push(...(children.get(each) ?? []));
  return found.map((pid) => read(`/proc/${pid}/cmdline`).split("\0").slice(0, -1));
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return ""; // The process ended while we looked.
  }
}

/** Only SIGKILL: `unshare` hands no other signal on. */
async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGKILL");
  await ended;
}
