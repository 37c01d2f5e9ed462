import type { FindingCode } from "./finding-code.ts";
import { displayName } from "./names/display-name.ts";

/** How much a finding weighs: one `error` rejects the archive. */
export type FindingSeverity = "error" | "warning" | "info";

/** One thing the inspection has to say. */
export interface Finding {
  readonly code: FindingCode;
  readonly severity: FindingSeverity;
  /** The entry it is about, with control and direction characters escaped so that it is safe to print. */
  readonly entry?: string;
  /** A sentence for the owner of the site. */
  readonly message: string;
}

/** Collects findings in the order in which they were met, keeping a bounded number of them. */
export interface FindingLog {
  /** Whether the archive is rejected by what was found so far. */
  readonly rejected: boolean;
  error(code: FindingCode, message: string, entry?: string): void;
  warning(code: FindingCode, message: string, entry?: string): void;
  info(code: FindingCode, message: string, entry?: string): void;
  /** Errors first, each kind in the order met: the first one is what decided. */
  list(): readonly Finding[];
}

/** @param maxFindings how many are kept; the rest is counted and summed up in one last finding. */
export function findingLog(maxFindings: number): FindingLog {
  const kept: Record<FindingSeverity, Finding[]> = { error: [], warning: [], info: [] };
  let met = 0;
  let errors = 0;

  const add = (severity: FindingSeverity, code: FindingCode, message: string, entry: string | undefined): void => {
    met += 1;
    if (severity === "error") errors += 1;
    if (kept[severity].length >= maxFindings) return;
    kept[severity].push({ code, severity, ...(entry === undefined ? {} : { entry: displayName(entry) }), message });
  };

  return {
    get rejected() {
      return errors > 0;
    },
    error: (code, message, entry) => add("error", code, message, entry),
    warning: (code, message, entry) => add("warning", code, message, entry),
    info: (code, message, entry) => add("info", code, message, entry),
    list: () => {
      const findings = [...kept.error, ...kept.warning, ...kept.info].slice(0, maxFindings);
      const left = met - findings.length;
      if (left === 0) return findings;
      const message = `${left} more findings are not listed.`;
      return [...findings, { code: "MORE_FINDINGS", severity: "info", message }];
    },
  };
}
