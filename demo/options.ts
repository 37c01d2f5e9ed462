import { parseArgs } from "node:util";

/** What `npm run demo -- …` takes. */
export interface DemoOptions {
  /** Leave the server up at the end, until an interrupt. */
  readonly keep: boolean;
  /** Where the kills strike: the same seed, the same strikes. */
  readonly seed: number;
  /** How often a publication is killed half-way. */
  readonly kills: number;
}

/** Reads the command line; throws `TypeError` for what it does not know. */
export function demoOptions(args: readonly string[]): DemoOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      keep: { type: "boolean", default: false },
      seed: { type: "string", default: String(Date.now() % 1_000_000) },
      kills: { type: "string", default: "10" },
    },
  });
  return { keep: values.keep, seed: wholeNumber("seed", values.seed), kills: wholeNumber("kills", values.kills) };
}

function wholeNumber(name: string, text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new TypeError(`--${name} takes a whole number, not "${text}".`);
}
