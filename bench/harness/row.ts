/** One line of the result; also its JSON. */
export interface BenchRow {
  readonly bench: string;
  readonly case: string;
  readonly metric: string;
  readonly unit: string;
  /** Median of our runs. */
  readonly ours: number;
  /** Median of the peer's runs; `null` without a peer, or when it does not measure this. */
  readonly peer: number | null;
  readonly peerName: string | null;
  /** `ours / peer`: for times and sizes, below 1 is better than the peer. */
  readonly ratio: number | null;
}

/** The middle one; of an even number, the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.floor((sorted.length - 1) / 2)];
  if (upper === undefined || lower === undefined) throw new TypeError("There is no median of nothing.");
  return (lower + upper) / 2;
}
