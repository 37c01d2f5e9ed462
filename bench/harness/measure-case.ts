import type { BenchCase, Contender, Figures, MissingPeer } from "./bench.ts";
import { type BenchRow, median } from "./row.ts";

/** How to measure. */
export interface MeasureOptions {
  /** Counted runs of each contender. */
  readonly runs: number;
  /** Ends the measuring after the run that is under way, with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

interface Entrant {
  readonly contender: Contender;
  readonly figures: Figures[];
}

/**
 * Measures a case. The contenders take turns, and each round begins with another one, so that what else the machine does
 * falls on all of them alike.
 */
export async function measureCase(
  bench: string,
  benchCase: BenchCase,
  options: MeasureOptions,
): Promise<readonly BenchRow[]> {
  const ours: Entrant = { contender: benchCase.ours, figures: [] };
  const peers = benchCase.peers.filter(isPresent).map((contender): Entrant => ({ contender, figures: [] }));
  const entrants = [ours, ...peers];
  for (let warmUp = 0; warmUp < (benchCase.warmUps ?? 1); warmUp += 1) {
    for (const { contender } of entrants) await runOnce(contender, options.signal);
  }
  for (let round = 0; round < options.runs; round += 1) {
    const first = round % entrants.length;
    for (const entrant of [...entrants.slice(first), ...entrants.slice(0, first)]) {
      entrant.figures.push(await runOnce(entrant.contender, options.signal));
    }
  }
  const measured = new Map(peers.map((peer) => [peer.contender.name, peer.figures]));
  const names = benchCase.peers.length === 0 ? [null] : benchCase.peers.map(({ name }) => name);
  return Object.entries(benchCase.units).flatMap(([metric, unit]) => {
    const own = middle(ours.figures, metric);
    if (own === null) throw new TypeError(`${bench}, ${benchCase.name}: our runs do not measure "${metric}".`);
    return names.map((peerName): BenchRow => {
      const peer = peerName === null ? null : middle(measured.get(peerName) ?? [], metric);
      const ratio = peer === null || peer === 0 ? null : rounded(own / peer);
      const figures = { ours: rounded(own), peer: peer === null ? null : rounded(peer), peerName, ratio };
      return { bench, case: benchCase.name, metric, unit, ...figures };
    });
  });
}

/** Whether a peer can be measured on this machine. */
export function isPresent(peer: Contender | MissingPeer): peer is Contender {
  return "prepare" in peer;
}

async function runOnce(contender: Contender, signal: AbortSignal | undefined): Promise<Figures> {
  signal?.throwIfAborted();
  const run = await contender.prepare();
  try {
    return await run.measure();
  } finally {
    await run.end?.();
  }
}

/** The median of a metric; `null` when not every run has measured it. */
function middle(runs: readonly Figures[], metric: string): number | null {
  const values = runs.flatMap((figures) => figures[metric] ?? []);
  return values.length === 0 || values.length < runs.length ? null : median(values);
}

/** Four digits are more than any of these figures is worth. */
function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
