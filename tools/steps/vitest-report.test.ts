import { expect, test } from "vitest";
import { countTests, describeFailures, readReport, type VitestReport } from "./vitest-report.ts";

const good: VitestReport = {
  numPassedTests: 2,
  numFailedTests: 0,
  numPendingTests: 1,
  numTodoTests: 0,
  success: true,
  testResults: [{ status: "passed", assertionResults: [{ status: "passed" }, { status: "passed" }] }],
};

test("passed, failed and skipped tests are counted", () => {
  expect(countTests(good, 0)).toEqual({ passed: 2, failed: 0, skipped: 1 });
});

test("a file that could not be loaded is a failure", () => {
  const testResults = [...good.testResults, { status: "failed", assertionResults: [] }];
  expect(countTests({ ...good, success: false, testResults }, 1)).toEqual({ passed: 2, failed: 1, skipped: 1 });
});

test("a file with a failed test is not counted twice", () => {
  const testResults = [{ status: "failed", assertionResults: [{ status: "failed" }] }];
  expect(countTests({ ...good, numFailedTests: 1, success: false, testResults }, 1).failed).toBe(1);
});

test("a bad exit without a failed test, and a run without a report, are failures", () => {
  expect(countTests(good, 1).failed).toBe(1);
  expect(countTests(good, null).failed).toBe(1);
  expect(countTests(readReport("/nonexistent/report.json"), 0).failed).toBe(1);
});

test("what failed is named with the beginning of its reason, and nothing else is", () => {
  const long = Array.from({ length: 40 }, (_, line) => `line ${line}`).join("\n");
  const described = describeFailures({
    ...good,
    success: false,
    testResults: [
      ...good.testResults,
      {
        name: "a.test.ts",
        status: "failed",
        assertionResults: [
          { status: "passed", fullName: "fine" },
          { status: "failed", fullName: "adds up", failureMessages: [long] },
        ],
      },
      { name: "b.test.ts", status: "failed", message: "Cannot find module", assertionResults: [] },
    ],
  });
  expect(described.split("\n").slice(0, 3)).toEqual(["a.test.ts", "adds up", "line 0"]);
  expect(described).not.toContain("line 20");
  expect(described).not.toContain("fine");
  expect(described.split("\n\n")[1]).toBe("b.test.ts\nCannot find module");
});
