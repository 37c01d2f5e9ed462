import type { BenchRow } from "./row.ts";

const headings = ["case", "metric", "ours", "peer", "", "ratio"] as const;

/** The rows of one benchmark as text, in columns. */
export function table(rows: readonly BenchRow[]): string {
  const cells = rows.map((row) => [
    row.case,
    row.metric,
    `${row.ours} ${row.unit}`,
    row.peer === null ? "–" : `${row.peer} ${row.unit}`,
    row.peerName ?? "",
    row.ratio === null ? "–" : row.ratio.toFixed(2),
  ]);
  const lines = [headings, ...cells];
  const widths = headings.map((_, column) => Math.max(...lines.map((line) => (line[column] ?? "").length)));
  const padded = lines.map((line) =>
    line
      .map((cell, column) => (isNumber(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0)))
      .join("  ")
      .trimEnd(),
  );
  return padded.join("\n");
}

function isNumber(column: number): boolean {
  return column === 2 || column === 3 || column === 5;
}
