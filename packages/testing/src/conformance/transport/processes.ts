import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import type { TransportProcess } from "@hostelry/core/adapter";
import { toolOf } from "../conformance-case.ts";
import type { TransportUnderTest } from "./transport-harness.ts";

/** A text that no other process of the machine has in its arguments. */
export function marker(): string {
  return `marker-${randomBytes(8).toString("hex")}`;
}

const patienceMs = 10_000;

/** Looks until at least so many processes have the marker in their arguments; fails when that does not come. */
export function eventuallyRunning(underTest: TransportUnderTest, text: string, atLeast: number): Promise<void> {
  return eventually(underTest, text, `at least ${atLeast}`, (count) => count >= atLeast);
}

/** Looks until no process has the marker in its arguments; fails when that does not come. */
export function eventuallyGone(underTest: TransportUnderTest, text: string): Promise<void> {
  return eventually(underTest, text, "none", (count) => count === 0);
}

async function eventually(
  { running }: TransportUnderTest,
  text: string,
  wanted: string,
  enough: (count: number) => boolean,
): Promise<void> {
  const look = toolOf(running, "running");
  const deadline = performance.now() + patienceMs;
  for (let seen = await look(text); !enough(seen); seen = await look(text)) {
    if (performance.now() > deadline) assert.fail(`${seen} processes run with the marker, not ${wanted}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Reads a running program's output until it ends with a text. */
export function answers(process: TransportProcess): { until(text: string): Promise<string>; end(): Promise<string> } {
  const chunks = process.stdout[Symbol.asyncIterator]();
  let seen = "";
  const next = async (): Promise<boolean> => {
    const step = await chunks.next();
    if (step.done !== true) seen += Buffer.from(step.value).toString("latin1");
    return step.done !== true;
  };
  return {
    until: async (text) => {
      seen = "";
      while (!seen.endsWith(text)) assert.ok(await next(), `the output ended before ${JSON.stringify(text)}: ${seen}`);
      return seen;
    },
    end: async () => {
      seen = "";
      while (await next());
      return seen;
    },
  };
}
