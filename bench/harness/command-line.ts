import { parseArgs } from "node:util";

/** What `npm run bench -- …` was asked for. */
export interface Order {
  readonly names: readonly string[];
  /** Where to write the rows. */
  readonly json?: string | undefined;
  readonly list: boolean;
  readonly check: boolean;
  /** Counted runs of each contender. */
  readonly runs: number;
  /** Only cases whose names contain this; all when absent. */
  readonly only?: string | undefined;
}

/** How it is called. */
export const usage = `npm run bench -- NAME... [--json FILE] [--check] [--runs N] [--only TEXT]
npm run bench -- --list

  --json FILE  also write the rows as a JSON array
  --check      exit with 1 when a limit that the benchmark declares is missed
  --runs N     counted runs of each contender; default 5, fewer only for trying out
  --only TEXT  only the cases whose names contain it
  --list       name the benchmarks`;

/** Reads the command line; a text is what is wrong with it. */
export function readOrder(parameters: readonly string[], known: readonly string[]): Order | string {
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse(parameters);
  } catch (cause) {
    return cause instanceof Error ? cause.message : String(cause);
  }
  const { values, positionals: names } = parsed;
  const { json, list = false, check = false, only } = values;
  const runs = Number(values.runs ?? 5);
  if (!Number.isInteger(runs) || runs < 1) return `--runs takes a whole number from 1, not ${values.runs}.`;
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) return `There is no benchmark ${unknown.join(", ")}. There are: ${known.join(", ")}.`;
  if (names.length === 0 && !list) return "Name at least one benchmark.";
  return { names, json, list, check, runs, only };
}

function parse(parameters: readonly string[]) {
  return parseArgs({
    args: [...parameters],
    allowPositionals: true,
    options: {
      json: { type: "string" },
      list: { type: "boolean" },
      check: { type: "boolean" },
      runs: { type: "string" },
      only: { type: "string" },
    },
  });
}
