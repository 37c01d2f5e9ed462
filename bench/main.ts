// `npm run bench -- NAME...`: the one entry to all benchmarks. Exit codes: 0 all ran, 1 one could not run or, with
// --check, missed a limit, 2 usage.
import { writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { readOrder, usage } from "./harness/command-line.ts";
import { benchNames, loadBench } from "./harness/find-benches.ts";
import type { BenchRow } from "./harness/row.ts";
import { runBench } from "./harness/run-bench.ts";
import { table } from "./harness/table.ts";

const folder = import.meta.dirname;
const brief = ({ metric, ours, unit, ratio, peerName }: BenchRow): string =>
  `    ${metric} ${ours} ${unit}${ratio === null ? "" : `, ${ratio} of ${peerName}`}`;

const order = readOrder(process.argv.slice(2), benchNames(folder));

if (typeof order === "string") {
  console.error(`${order}\n\n${usage}`);
  process.exitCode = 2;
} else if (order.list) {
  for (const name of benchNames(folder)) console.log(`${name.padEnd(20)}${(await loadBench(folder, name)).title}`);
} else {
  const { platform, arch, version } = process;
  console.log(`Node ${version}, ${platform} ${arch}, ${availableParallelism()} cores; medians of ${order.runs} runs`);
  if (order.runs < 5) console.log("Fewer than five runs: good for trying out, not for quoting.");
  const rows: BenchRow[] = [];
  let failed = false;
  // An interrupted benchmark takes its fixtures away, and what it has measured is not lost.
  const interrupted = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    process.once(name, () => interrupted.abort(new Error(`Interrupted by ${name}.`)));
  }
  for (const name of order.names) {
    const bench = await loadBench(folder, name);
    const outcome = await runBench(name, bench, {
      runs: order.runs,
      only: order.only,
      signal: interrupted.signal,
      onCase: (one) => console.error(`… ${name}: ${one}`),
      onRows: (some) => console.error(some.map(brief).join("\n")),
    });
    rows.push(...outcome.rows);
    console.log(`\n${name}: ${bench.title}`);
    if (outcome.rows.length > 0) console.log(table(outcome.rows));
    for (const obstacle of outcome.obstacles) console.error(`could not run: ${obstacle}`);
    for (const missed of outcome.missed) console.log(`limit missed: ${missed}`);
    failed ||= outcome.obstacles.length > 0 || (order.check && outcome.missed.length > 0);
  }
  if (order.json !== undefined) writeFileSync(order.json, `${JSON.stringify(rows, null, 2)}\n`);
  if (failed) process.exitCode = 1;
}
