// A process that reads a live site in a tight loop, as visitors' web servers do, and counts what is wrong. Its parameter is
// the site's directory; it reports when its standard input ends.
import { readFileSync, realpathSync, writeSync } from "node:fs";
import { join } from "node:path";

/** What the reader has seen. */
export interface ReadReport {
  readonly reads: number;
  /** Opens that failed. */
  readonly failed: number;
  /** Files, or releases, with bytes of two versions. */
  readonly mixed: number;
  /** How often the version was another one than at the read before. */
  readonly turns: number;
}

const current = join(process.argv[2] ?? "", "current");
let [reads, failed, mixed, turns] = [0, 0, 0, 0];
let last = "";
let running = true;
process.stdin.on("end", () => {
  running = false;
});
process.stdin.resume();

/** The one version that a file's lines name; counts those that name two. */
function versionOf(path: string): string {
  const versions = new Set(
    readFileSync(path, "utf8")
      .split(/[\n;]/)
      .filter((word) => word !== ""),
  );
  if (versions.size !== 1) mixed += 1;
  return [...versions].join();
}

function read(): void {
  reads += 1;
  try {
    const version = versionOf(join(current, "index.html"));
    if (version !== last) turns += 1;
    last = version;
    // Whoever follows the link once, as a web server does for a program, has one release from then on.
    const release = realpathSync(current);
    const page = versionOf(join(release, "index.html"));
    if (page !== versionOf(join(release, "assets/app/page.css"))) mixed += 1;
  } catch (cause) {
    if (failed === 0) process.stderr.write(`${String(cause)}\n`);
    failed += 1;
  }
}

writeSync(1, "ready\n");
while (running) {
  for (let round = 0; round < 100; round += 1) read();
  await new Promise((resolve) => setImmediate(resolve));
}
writeSync(1, `${JSON.stringify({ reads, failed, mixed, turns } satisfies ReadReport)}\n`);
