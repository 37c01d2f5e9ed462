import type { Bench } from "./bench.ts";
import { isPresent, type MeasureOptions, measureCase } from "./measure-case.ts";
import { missedLimits } from "./missed-limits.ts";
import type { BenchRow } from "./row.ts";

/** What came out of a benchmark. */
export interface BenchOutcome {
  readonly rows: readonly BenchRow[];
  /** Limits that were missed. */
  readonly missed: readonly string[];
  /** What kept it, or a part of it, from running; what was measured before that is in `rows` all the same. */
  readonly obstacles: readonly string[];
}

/** What of it to run, and who is told what goes on. */
export interface RunChoice {
  /** Only cases whose names contain this; all when absent. */
  readonly only?: string | undefined;
  readonly onCase?: ((name: string) => void) | undefined;
  readonly onRows?: ((rows: readonly BenchRow[]) => void) | undefined;
}

/** Measures all cases of a benchmark. Never rejects: a benchmark that fails has an obstacle. */
export async function runBench(name: string, bench: Bench, options: MeasureOptions & RunChoice): Promise<BenchOutcome> {
  const rows: BenchRow[] = [];
  const missed: string[] = [];
  const obstacles = new Set<string>();
  try {
    for await (const benchCase of bench.cases()) {
      if (!benchCase.name.includes(options.only ?? "")) continue;
      options.onCase?.(benchCase.name);
      const measured = await measureCase(name, benchCase, options);
      rows.push(...measured);
      options.onRows?.(measured);
      missed.push(...missedLimits(benchCase, measured));
      for (const peer of benchCase.peers) if (!isPresent(peer)) obstacles.add(peer.missing);
    }
  } catch (cause) {
    obstacles.add(cause instanceof Error ? (cause.stack ?? cause.message) : String(cause));
  }
  return { rows, missed, obstacles: [...obstacles] };
}
