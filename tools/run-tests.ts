// `npm test`: every suite from source, then everything that can only be said about built and packed packages. Ends with one line,
// `N passed, N failed`: the tests of the suites, and one for each other check.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { ensureServers, reportServers } from "./ensure-servers.ts";
import { nodeBinary, otherNodeVersions } from "./steps/node-versions.ts";
import { workspacePackages } from "./steps/packages.ts";
import { printOutcome, runStep, runSteps, type Step } from "./steps/step.ts";
import { root, script, tool } from "./steps/tool.ts";
import { countTests, describeFailures, readReport, type TestCount } from "./steps/vitest-report.ts";

/** Suites that know the packages by their names only: on other Nodes they test what is built, all of it. */
const suitesOfBuilt = [
  "examples",
  "test/adapter-local/bad-disks",
  "test/archive/corpus.test",
  "test/publish/bad-input",
  "test/publish/concurrency",
  "test/storage-pg/pglite",
  "test/storage-pg/postgres",
];

/** What differs between Nodes shows in those that use most of one; the whole list runs on the first of the others. */
const suitesOfFurtherNodes = [
  "examples",
  "test/adapter-local/bad-disks",
  "test/publish/bad-input",
  "test/storage-pg/pglite-conformance",
  "test/storage-pg/postgres-conformance",
];

const reports = mkdtempSync(join(tmpdir(), "hostelry-test-"));
const counts: TestCount[] = [];

/** Counts something that is one check. */
function count(ok: boolean): void {
  counts.push({ passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0 });
}

/** Runs vitest on some Node; each of its tests counts. */
async function suites(name: string, node: string, parameters: readonly string[], environment = {}): Promise<void> {
  const report = join(reports, `${counts.length}.json`);
  const vitest = tool("vitest")[1];
  const command = [
    node,
    vitest,
    "run",
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${report}`,
    ...parameters,
  ];
  const outcome = await runStep(step(name, command, environment));
  const told = readReport(report);
  const failures = told === undefined ? "" : describeFailures(told);
  // What failed stands before the whole log: whoever keeps only a beginning of ours still learns it.
  if (failures !== "") console.log(`In "${name}" there failed:\n${failures}\n`);
  printOutcome(outcome);
  const result = countTests(told, outcome.ok ? 0 : 1);
  counts.push(result);
  console.log(`       ${result.passed} passed, ${result.failed} failed, ${result.skipped} skipped`);
}

/** Runs steps of which each counts as one. */
async function checks(width: number, steps: readonly Step[]): Promise<void> {
  await runSteps(steps, width, (outcome) => {
    printOutcome(outcome);
    count(outcome.ok);
  });
}

function step(name: string, command: readonly string[], environment: Readonly<Record<string, string>> = {}): Step {
  const [program = "", ...parameters] = command;
  return { name, command: [program, ...parameters], cwd: root, environment: { NO_COLOR: "1", ...environment } };
}

try {
  if (!reportServers(ensureServers())) count(false);

  await suites(`suites on Node ${process.versions.node}, from source`, process.execPath, []);

  await checks(1, [step("build", script("tools/build-packages.ts"))]);
  await checks(
    2,
    workspacePackages().flatMap(({ name, folder }) => {
      const path = relative(root, folder);
      return [
        step(`publint ${name}`, [...tool("publint"), "--strict", path]),
        step(`attw ${name}`, [...tool("@arethetypeswrong/cli"), "--profile", "esm-only", "--pack", path]),
      ];
    }),
  );
  await checks(1, [step("size and cold import of core", script("tools/check-size.ts"))]);

  const nodes = [{ name: process.versions.node, path: process.execPath }];
  for (const [index, major] of otherNodeVersions.entries()) {
    const node = nodeBinary(major);
    const names = index === 0 ? suitesOfBuilt : suitesOfFurtherNodes;
    if ("path" in node) {
      nodes.push({ name: String(major), path: node.path });
      const built = { HOSTELRY_USE_DIST: "1" };
      await suites(`units beside built packages on Node ${major}`, node.path, ["--project", "unit"], built);
      await suites(`built packages on Node ${major}`, node.path, ["--project", "integration", ...names], built);
    } else {
      console.log(`not tested on Node ${major}: ${node.missing}`);
      if (process.env["CI"] === "true" && process.platform === "linux" && process.arch === "x64") count(false);
    }
  }
  await checks(1, [
    step(
      "packed packages in projects of others",
      script("test/consumers/run-consumers.ts", ...nodes.map(({ path }) => path)),
    ),
    step("reference of the public API is up to date", script("tools/check-api-docs.ts")),
  ]);
} finally {
  rmSync(reports, { recursive: true, force: true });
}

const sum = (key: keyof TestCount): number => counts.reduce((total, one) => total + one[key], 0);
const [passed, failed, skipped] = [sum("passed"), sum("failed"), sum("skipped")];
if (skipped > 0) console.log(`${skipped} skipped`);
console.log(`${passed} passed, ${failed} failed`);
// Suites in which nothing ran have proven nothing.
if (failed > 0 || counts.some((one) => one.passed + one.failed === 0)) process.exitCode = 1;
