import type { BenchCase, Limit } from "./bench.ts";
import type { BenchRow } from "./row.ts";

/** What a case's rows miss of its limits, one sentence each. A limit without a row to compare with is missed too. */
export function missedLimits(benchCase: BenchCase, rows: readonly BenchRow[]): readonly string[] {
  return (benchCase.limits ?? []).flatMap((limit) => {
    const { actual, atMost, what, besides = "" } = compared(limit, rows);
    if (actual !== undefined && actual !== null && actual <= atMost) return [];
    return [`${benchCase.name}: ${what} is ${actual ?? "unknown"}, at most ${atMost} is allowed${besides}`];
  });
}

function compared(
  limit: Limit,
  rows: readonly BenchRow[],
): {
  readonly actual: number | null | undefined;
  readonly atMost: number;
  readonly what: string;
  readonly besides?: string;
} {
  const { metric } = limit;
  if ("ours" in limit) {
    const row = rows.find((one) => one.metric === metric);
    const unit = row === undefined ? "" : ` in ${row.unit}`;
    return { actual: row?.ours, atMost: limit.ours.atMost, what: `${metric}${unit}` };
  }
  const { atMost, to, least } = limit.ratio;
  const rowOf = (peer: string | undefined): BenchRow | undefined =>
    rows.find((one) => one.metric === metric && one.peerName === peer);
  const row = rowOf(to);
  const ofLeast = (rowOf(least)?.peer ?? Number.NaN) / (row?.peer ?? Number.NaN);
  const besides = Number.isNaN(ofLeast) ? "" : `; in the same run ${least} is ${ofLeast.toPrecision(3)}`;
  return { actual: row?.ratio, atMost, what: `${metric}, as a ratio to ${to},`, besides };
}
