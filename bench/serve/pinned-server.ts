import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { availableParallelism } from "node:os";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import type { BundledScript } from "../harness/bundled-script.ts";
import { measureProcess } from "../harness/measure-process.ts";
import type { ServerKind } from "./server-kind.ts";

/** The scripts of this benchmark. */
export interface ServeScripts {
  readonly server: BundledScript;
  readonly load: BundledScript;
}

/** Requests for one path. */
export interface Load {
  readonly host: string;
  readonly path: string;
  readonly requests: number;
  readonly connections: number;
  /** So many hosts take turns. Default 1. */
  readonly hosts?: number | undefined;
}

/** A server in a process of its own, on a core of its own where there are two. */
export interface PinnedServer {
  load(load: Load): Promise<void>;
  /** CPU time until now, of user and system. */
  cpuMicroseconds(): Promise<number>;
  /** Memory now, and what is left when garbage is collected and given back. */
  memory(): Promise<{ readonly rssAtWorkBytes: number; readonly rssBytes: number }>;
  stop(): Promise<void>;
}

/** Starts a server. */
export async function pinnedServer(
  scripts: ServeScripts,
  kind: ServerKind,
  folder: string,
  file: string,
): Promise<PinnedServer> {
  const [program, script = ""] = scripts.server.command;
  const [command, ...parameters] = onCore(0, [program, "--expose-gc", script, kind, folder, file]);
  const child: ChildProcessByStdio<Writable, Readable, null> = spawn(command, parameters, {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const line = async (): Promise<string> => {
    const next = await lines.next();
    if (next.done === true) throw new Error(`The server ${kind} ended.`);
    return next.value;
  };
  const port = await line();
  const ask = async (question: "cpu" | "memory"): Promise<Answer> => {
    child.stdin.write(`${question}\n`);
    return JSON.parse(await line()) as Answer;
  };
  return {
    async load({ host, path, requests, connections, hosts = 1 }) {
      const numbers = [requests, connections, hosts].map(String);
      await measureProcess(onCore(1, [...scripts.load.command, port, host, path, ...numbers]));
    },
    cpuMicroseconds: async () => (await ask("cpu")).cpuMicroseconds,
    memory: () => ask("memory"),
    async stop() {
      const ended = once(child, "exit");
      child.stdin.end();
      await ended;
    },
  };
}

/** What the server says of itself. */
interface Answer {
  readonly cpuMicroseconds: number;
  readonly rssAtWorkBytes: number;
  readonly rssBytes: number;
}

function onCore(core: number, command: readonly [string, ...string[]]): [string, ...string[]] {
  return availableParallelism() > 1 ? ["taskset", "-c", String(core), ...command] : [...command];
}
