import type { SeenVersions } from "./watch-versions.ts";

/** A row of looks that saw nodes show different releases, in ms of the machine's monotonic clock. */
export interface MixedSpan {
  /** When the first of them was over: by then one node had flipped. */
  readonly fromMs: number;
  /** When the last of them began: by then not all had. Before `fromMs` where there was only one. */
  readonly untilMs: number;
}

/** When these nodes, by their places, differed. */
export function mixedSpans(seen: readonly SeenVersions[], nodes: readonly number[]): readonly MixedSpan[] {
  const spans: { fromMs: number; untilMs: number }[] = [];
  let open: { fromMs: number; untilMs: number } | undefined;
  for (const { versions, fromMs, untilMs } of seen) {
    if (new Set(nodes.map((node) => versions[node])).size <= 1) {
      open = undefined;
      continue;
    }
    if (open === undefined) {
      open = { fromMs, untilMs };
      spans.push(open);
    }
    open.untilMs = untilMs;
  }
  return spans;
}
