import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { bundledScript } from "../../bench/harness/bundled-script.ts";
import type { PublisherAnswer, PublisherOrder, PublisherPlace } from "./publisher.ts";

/** A publishing process. */
export interface RunningPublisher {
  readonly child: ChildProcess;
  /** Gives it something to do; `undefined` when it has died over it. */
  order(order: PublisherOrder): Promise<PublisherAnswer | undefined>;
  /** The next thing it says, without an order; `undefined` when it has died. */
  said(): Promise<PublisherAnswer | undefined>;
  /** Resolves when the system has stopped it: after that it does nothing. */
  stopped(): Promise<void>;
  /** The signal that ended it. */
  readonly ended: Promise<NodeJS.Signals | null>;
  /** Lets it end by itself, if it has not. */
  end(): Promise<void>;
}

/** Bundles `publisher.ts` once: a suite that kills a hundred processes would otherwise spend its time compiling. */
export async function publisherStarter(): Promise<{
  start(place: PublisherPlace): RunningPublisher;
  remove(): void;
}> {
  const nodeScript = join(import.meta.dirname, "../../packages/adapter-ssh/src/edge/node/edge-node.sh");
  const script = await bundledScript(join(import.meta.dirname, "publisher.ts"), [nodeScript]);
  return { start: (place) => start(script.command, place), remove: script.remove };
}

function start([program, ...parameters]: readonly [string, ...string[]], place: PublisherPlace): RunningPublisher {
  const child = spawn(program, [...parameters, JSON.stringify(place)], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const ended = once(child, "exit").then(([, signal]) => signal as NodeJS.Signals | null);
  // Orders to a dead process; that it is dead is told by `order` and `ended`.
  child.stdin.on("error", () => undefined);
  const said = async (): Promise<PublisherAnswer | undefined> => {
    const line = await lines.next();
    return line.done === true ? undefined : (JSON.parse(line.value) as PublisherAnswer);
  };
  return {
    child,
    said,
    order: (order) => {
      child.stdin.write(`${JSON.stringify(order)}\n`);
      return said();
    },
    stopped: async () => {
      // The kernel tells only the parent's `waitpid` of a stop, which Node does not show.
      while (stateOf(child.pid) !== "T") await new Promise((resolve) => setImmediate(resolve));
    },
    ended,
    end: async () => {
      child.stdin.end();
      await ended;
    },
  };
}

/** One letter: `T` is stopped. */
function stateOf(pid: number | undefined): string | undefined {
  const text = readFileSync(`/proc/${pid}/stat`, "latin1");
  // The name, in parentheses, may contain anything.
  return text.slice(text.lastIndexOf(")") + 2).split(" ")[0];
}
