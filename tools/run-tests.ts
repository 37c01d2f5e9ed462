// `npm test`: every suite from source, and everything that can only be said about built and packed packages. What needs no quiet
// machine runs beside the suites, in the time that they wait. Ends with one line, `N passed, N failed`: the tests of the suites, and
// one for each other check.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
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
let runs = 0;
const here = `Node ${process.versions.node}, from source`;

/** Counts something that is one check. */
function count(ok: boolean): void {
  counts.push({ passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0 });
}

/** Runs vitest on some Node; each of its tests counts. */
async function suites(name: string, node: string, parameters: readonly string[], how: How = {}): Promise<void> {
  runs += 1;
  const report = join(reports, `${runs}.json`);
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
  const outcome = await runStep(step(name, command, how));
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
async function checks(...steps: readonly Step[]): Promise<void> {
  await runSteps(steps, 1, (outcome) => {
    printOutcome(outcome);
    count(outcome.ok);
  });
}

type How = Pick<Step, "environment" | "yields">;

/** What runs beside the suites. They wait for servers and leases every now and then: that is the time it gets. */
const beside: How = { yields: true };

function step(name: string, command: readonly string[], { environment = {}, yields }: How = {}): Step {
  const [program = "", ...parameters] = command;
  return { name, command: [program, ...parameters], cwd: root, environment: { NO_COLOR: "1", ...environment }, yields };
}

/** Installs the programs that the suites test against; says what is missing. */
async function servers(): Promise<void> {
  const { ok, output } = await runStep(step("servers", script("tools/ensure-servers.ts")));
  if (output !== "") console.log(output.trimEnd());
  if (!ok) count(false);
}

/** What can be said about packages that are built. */
async function builtPackages(nodes: readonly OtherNode[]): Promise<void> {
  for (const { name, folder } of workspacePackages()) {
    const path = relative(root, folder);
    await checks(
      step(`publint ${name}`, [...tool("publint"), "--strict", path], beside),
      step(`attw ${name}`, [...tool("@arethetypeswrong/cli"), "--profile", "esm-only", "--pack", path], beside),
    );
  }
  const consumers = script("test/consumers/run-consumers.ts", process.execPath, ...nodes.map(({ path }) => path));
  await checks(step("packed packages in projects of others", consumers, beside));
}

interface OtherNode {
  readonly major: number;
  readonly path: string;
}

/** The Nodes beside this one that can be had. With CI=true on linux-x64 one that can't is a failure. */
async function otherNodes(): Promise<readonly OtherNode[]> {
  const found: OtherNode[] = [];
  for (const major of otherNodeVersions) {
    const node = await nodeBinary(major);
    if ("path" in node) found.push({ major, path: node.path });
    else {
      console.log(`not tested on Node ${major}: ${node.missing}`);
      if (process.env["CI"] === "true" && process.platform === "linux" && process.arch === "x64") count(false);
    }
  }
  return found;
}

const built = { HOSTELRY_USE_DIST: "1" };

/** All that needs the servers, from source, and then of what is built on the other Nodes. */
async function longSuites(nodes: readonly OtherNode[]): Promise<void> {
  await suites(`suites on ${here}`, process.execPath, ["--project", "integration"]);
  for (const [index, { major, path }] of nodes.entries()) {
    const names = index === 0 ? suitesOfBuilt : suitesOfFurtherNodes;
    await suites(`built packages on Node ${major}`, path, ["--project", "integration", ...names], {
      environment: built,
    });
  }
}

/** What needs neither a server nor a quiet machine. */
async function besideSuites(nodes: readonly OtherNode[]): Promise<void> {
  await suites("types of the packages", process.execPath, ["--project", "types"], beside);
  await builtPackages(nodes);
  await checks(step("reference of the public API is up to date", script("tools/check-api-docs.ts"), beside));
  for (const { major, path } of nodes) {
    const how = { environment: built, yields: true };
    await suites(`units beside built packages on Node ${major}`, path, ["--project", "unit"], how);
  }
}

try {
  // No package's own test needs a server: they run while those are fetched.
  const [nodes] = await Promise.all([
    otherNodes(),
    servers(),
    checks(step("build", script("tools/build-packages.ts"))),
    suites(`units on ${here}`, process.execPath, ["--project", "unit"]),
  ]);
  await Promise.all([longSuites(nodes), besideSuites(nodes)]);
  await checks(step("size and cold import of core", script("tools/check-size.ts")));
} finally {
  rmSync(reports, { recursive: true, force: true });
}

const sum = (key: keyof TestCount): number => counts.reduce((total, one) => total + one[key], 0);
const [passed, failed, skipped] = [sum("passed"), sum("failed"), sum("skipped")];
if (skipped > 0) console.log(`${skipped} skipped`);
console.log(`${passed} passed, ${failed} failed`);
// Suites in which nothing ran have proven nothing.
if (failed > 0 || counts.some((one) => one.passed + one.failed === 0)) process.exitCode = 1;
