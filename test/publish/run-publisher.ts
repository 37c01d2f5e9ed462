import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import type { PublisherOrder } from "./publisher.ts";

/** A publishing process. */
export interface RunningPublisher {
  readonly child: ChildProcess;
  /** The next line it says; rejects when it ends without one. */
  said(): Promise<Record<string, unknown>>;
  /** Resolves when it has ended, with everything it said and how it ended. */
  ended(): Promise<{ readonly lines: readonly Record<string, unknown>[]; readonly signal: NodeJS.Signals | null }>;
}

/**
 * Bundles `publisher.ts` once, from source, and returns how to start it: a suite that kills a hundred processes would
 * otherwise spend its time compiling. The bundle lies below node_modules, so that what is not ours is found there.
 */
export async function publisherStarter(): Promise<(order: PublisherOrder) => RunningPublisher> {
  const outfile = fileURLToPath(
    new URL(`../../node_modules/.cache/hostelry/publisher-${process.pid}.mjs`, import.meta.url),
  );
  await build({
    entryPoints: [fileURLToPath(new URL("./publisher.ts", import.meta.url))],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    conditions: ["@hostelry/source"],
    external: ["pg", "@electric-sql/pglite", "neverthrow", "yauzl", "p-queue", "mrmime"],
    logLevel: "error",
  });
  return (order) => start(outfile, order);
}

function start(script: string, order: PublisherOrder): RunningPublisher {
  const child = spawn(process.execPath, [script, JSON.stringify(order)], { stdio: ["ignore", "pipe", "inherit"] });
  const lines: Record<string, unknown>[] = [];
  const waiting: ((line: Record<string, unknown>) => void)[] = [];
  const exited = once(child, "exit");
  const read = createInterface(child.stdout);
  const closed = once(read, "close");
  read.on("line", (text) => {
    const line = JSON.parse(text) as Record<string, unknown>;
    lines.push(line);
    waiting.shift()?.(line);
  });
  return {
    child,
    said: () =>
      new Promise((resolve, reject) => {
        waiting.push(resolve);
        void closed.then(() => reject(new Error("The process ended without a word.")));
      }),
    ended: async () => {
      const [[, signal]] = await Promise.all([exited, closed]);
      return { lines, signal: signal as NodeJS.Signals | null };
    },
  };
}
