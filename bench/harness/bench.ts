/**
 * The contract of a benchmark: a module `bench/<name>.ts` that exports `bench`. It says what is compared and how one run
 * is made; the harness interleaves the runs, takes medians and writes the rows. See bench/README.md.
 */

/** What one run measured, by metric, in the units of its case. */
export type Figures = Readonly<Record<string, number>>;

/** One run that has been made ready. */
export interface Run {
  /** Does the work once and tells what it cost. */
  measure(): Promise<Figures>;
  /** Takes away what the run has made. Called once, also after `measure` has failed; not measured. */
  end?(): Promise<void>;
}

/** Somebody who does the work: we, or a peer. */
export interface Contender {
  /** As in the column `peerName`, e.g. `rsync --link-dest`. */
  readonly name: string;
  /** Makes one run ready; not measured. Called once for each run. */
  prepare(): Promise<Run>;
}

/** A peer that can't be measured here. Its rows have no figures, and the benchmark counts as one that could not run. */
export interface MissingPeer {
  readonly name: string;
  /** Why, as a sentence: `rsync is not installed.` */
  readonly missing: string;
}

/** What `--check` compares; `atMost` itself is fine. */
export type Limit =
  | { readonly metric: string; readonly ours: { readonly atMost: number } }
  | {
      readonly metric: string;
      readonly ratio: {
        readonly atMost: number;
        readonly to: string;
        /** A peer that does the least that can be done. Where the limit is missed, its own ratio is told as well. */
        readonly least?: string | undefined;
      };
    };

/** Something that we and the peers do under the same conditions. */
export interface BenchCase {
  /** In plain words: `10000 files, 1 % changed, 50 ms, open connection`. */
  readonly name: string;
  /** Metric → unit, in the order of the rows. What a run measures beyond these is left out. */
  readonly units: Readonly<Record<string, string>>;
  readonly ours: Contender;
  readonly peers: readonly (Contender | MissingPeer)[];
  readonly limits?: readonly Limit[] | undefined;
  /** Runs of each that are not counted. Default 1. */
  readonly warmUps?: number | undefined;
}

/** A benchmark. */
export interface Bench {
  /** One line for `--list`. */
  readonly title: string;
  /**
   * Gives the cases one after the other. Each is measured before the next is asked for, so a fixture may be shared, changed
   * or taken away in between; `finally` runs when the last one is done, and also when one has failed.
   */
  cases(): AsyncIterable<BenchCase>;
}

/** A contender whose runs need no making ready. */
export function contender(name: string, measure: Run["measure"]): Contender {
  return { name, prepare: () => Promise.resolve({ measure }) };
}
