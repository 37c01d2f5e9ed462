import { existsSync, readFileSync } from "node:fs";

/** Sums over the suites of one run of vitest. */
export interface TestCount {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** The part of vitest's JSON report that is read here. */
export interface VitestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly success: boolean;
  readonly testResults: readonly {
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string }[];
  }[];
}

/**
 * Counts a report. A file that failed without a failed test (it could not be loaded, a hook threw) counts as one failure, and so does a
 * run that ended badly without saying why.
 */
export function countTests(report: VitestReport, exitCode: number | null): TestCount {
  const brokenFiles = report.testResults.filter(
    (file) => file.status === "failed" && !file.assertionResults.some((test) => test.status === "failed"),
  ).length;
  const failed = report.numFailedTests + brokenFiles;
  const endedBadly = failed === 0 && (exitCode !== 0 || !report.success);
  return {
    passed: report.numPassedTests,
    failed: endedBadly ? 1 : failed,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

/** Counts the report that vitest wrote to `file`; no report is one failure. */
export function readTestCount(file: string, exitCode: number | null): TestCount {
  if (!existsSync(file)) return { passed: 0, failed: 1, skipped: 0 };
  const report: VitestReport = JSON.parse(readFileSync(file, "utf8"));
  return countTests(report, exitCode);
}
