import type { Sight } from "./visit.ts";

/** Tells a story step by step, and stops it at the first thing that is not as said. */
export interface Telling {
  /** A headline. */
  chapter(text: string): void;
  /**
   * Does a step and prints one line: a tick, what was done, what a visitor sees, how long it took. `run` gives back what the
   * visitor sees, and first, if that is only known then, what was done. When it throws, the line says so and the story ends.
   */
  step(text: string, run: () => Promise<string | readonly [text: string, sight: string]>): Promise<void>;
  /** Steps that were as said. */
  readonly told: number;
}

/** Something was not as said. */
export class Broken extends Error {
  override readonly name = "Broken";
}

const textWidth = 49;
const sightWidth = 42;

/** Tells it on a stream, in colours where that is a terminal. */
export function telling(out: NodeJS.WriteStream): Telling {
  const colours = out.isTTY === true && (process.env["NO_COLOR"] ?? "") === "";
  const paint = (code: number, text: string): string => (colours ? `\u001b[${code}m${text}\u001b[0m` : text);
  let told = 0;
  return {
    get told() {
      return told;
    },
    chapter: (text) => void out.write(`\n${paint(1, text)}\n`),
    step: async (text, run) => {
      const begun = performance.now();
      const took = (): string => `${Math.round(performance.now() - begun)} ms`.padStart(8);
      try {
        const outcome = await run();
        const [done, sight] = typeof outcome === "string" ? [text, outcome] : outcome;
        told += 1;
        out.write(`  ${paint(32, "✓")} ${done.padEnd(textWidth)} ${sight.padEnd(sightWidth)} ${paint(2, took())}\n`);
      } catch (error) {
        out.write(`  ${paint(31, "✗")} ${text.padEnd(textWidth)} ${paint(31, "not as said")} ${paint(2, took())}\n`);
        throw error;
      }
    },
  };
}

/** Ends the story unless a visitor sees exactly this; gives back what to print. */
export function sees(sight: Sight, status: number, title: string): string {
  if (sight.status === status && sight.title === title) return said(sight);
  throw new Broken(`A visitor should see ${status} “${title}”, but sees ${said(sight)}.`);
}

/** Ends the story unless two things are the same. */
export function same(what: string, actual: unknown, expected: unknown): void {
  const [is, should] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (is !== should) throw new Broken(`${what} should be ${should}, but is ${is}.`);
}

/** A sight in one line. */
export function said({ status, title }: Sight): string {
  return title === "" ? `${status}` : `${status} “${title}”`;
}
