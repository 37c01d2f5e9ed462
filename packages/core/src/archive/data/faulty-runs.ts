import type { FindingLog } from "../finding.ts";
import { type DataFault, faultMessages } from "./entry-data.ts";
import { type EntryRun, runSpan } from "./entry-runs.ts";

/** Collects the runs in which the bytes of some entry are wrong. */
export interface FaultyRuns {
  /** There is one. */
  readonly some: boolean;
  /** Adds a run if something is wrong with it. @param faults in the order of its entries, empty where nothing is wrong. */
  add(run: EntryRun, faults: readonly string[]): void;
  /** Says what is wrong with the first of them: which later ones were unpacked by then depends on the workers. */
  report(log: FindingLog): void;
}

/** None yet. */
export function faultyRuns(): FaultyRuns {
  let first: { readonly run: EntryRun; readonly faults: readonly string[] } | undefined;
  return {
    get some() {
      return first !== undefined;
    },
    add: (run, faults) => {
      if (faults.every((fault) => fault === "")) return;
      if (first === undefined || runSpan(run).start < runSpan(first.run).start) first = { run, faults };
    },
    report: (log) => {
      for (const [index, entry] of first?.run.entries.entries() ?? []) {
        const fault = first?.faults[index] ?? "";
        if (fault !== "") log.error(fault as DataFault, faultMessages[fault as DataFault], entry.name);
      }
    },
  };
}
