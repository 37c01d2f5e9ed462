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
    readonly name?: string;
    /** Why the file itself failed; empty when only its tests did. */
    readonly message?: string;
    readonly assertionResults: readonly {
      readonly status: string;
      readonly fullName?: string;
      readonly failureMessages?: readonly string[];
    }[];
  }[];
}

/**
 * Counts a report. A file that failed without a failed test (it could not be loaded, a hook threw) counts as one failure, and so does a
 * run that ended badly without saying why, or without a report.
 */
export function countTests(report: VitestReport | undefined, exitCode: number | null): TestCount {
  if (report === undefined) return { passed: 0, failed: 1, skipped: 0 };
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

/** Lines kept of one failure: its message and the innermost frames, not a whole difference of two objects. */
const linesOfFailure = 14;

/** What failed in a report and why, short enough to stand where only the beginning of a log is kept. */
export function describeFailures(report: VitestReport): string {
  const entries = report.testResults.flatMap((file) => {
    const failed = file.assertionResults.filter((test) => test.status === "failed");
    const broken = file.status === "failed" && failed.length === 0;
    return [
      ...failed.map((test) => [file.name, test.fullName, ...(test.failureMessages ?? [])]),
      ...(broken ? [[file.name, file.message]] : []),
    ];
  });
  return entries
    .map((parts) => parts.filter((part) => part !== undefined && part !== "").join("\n"))
    .map((text) => text.split("\n").slice(0, linesOfFailure).join("\n"))
    .join("\n\n");
}

/** Reads the report that vitest wrote to `file`; undefined when it did not come so far. */
export function readReport(file: string): VitestReport | undefined {
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : undefined;
}
