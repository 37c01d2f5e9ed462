// Bundles a program with everything it imports, as people do for containers and functions: `bundle.ts ENTRY OUTPUT`.
import { build } from "esbuild";

const [entry, output] = process.argv.slice(2);
if (entry === undefined || output === undefined) throw new Error("usage: bundle.ts ENTRY OUTPUT");

await build({
  entryPoints: [entry],
  outfile: output,
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node20",
  logLevel: "warning",
  // Some dependencies are CommonJS and call `require`, which an ES module does not have by itself.
  banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
});
