import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { build } from "esbuild";
import type { Figures } from "./bench.ts";
import { measureProcess, type ProcessOptions } from "./measure-process.ts";
import { readFigures } from "./own-figures.ts";

/** The root of the repository. */
export const root: string = join(import.meta.dirname, "../..");

/** A script that can be run in a process of its own, again and again. */
export interface BundledScript {
  /** The command of one run; parameters may be added. */
  readonly command: readonly [string, ...string[]];
  /** Runs it and gives what it has told with `tellFigures`. */
  measure(parameters?: readonly string[], options?: ProcessOptions): Promise<Figures>;
  /** Deletes the bundle. */
  remove(): void;
}

/**
 * Bundles a TypeScript file with the sources of our packages, for a plain Node: compiling it in each run would count as
 * our time and memory. Packages of others are loaded as in production.
 *
 * @param besides files that the sources load at run time from their own folder, such as a worker's
 */
export async function bundledScript(file: string, besides: readonly string[] = []): Promise<BundledScript> {
  // Inside the tree, so that other packages are found from there.
  const cache = join(root, "node_modules/.cache");
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, "hostelry-bench-"));
  const bundle = join(folder, "script.mjs");
  await build({
    entryPoints: [file],
    outfile: bundle,
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node20",
    conditions: ["@hostelry/source"],
    logLevel: "error",
    plugins: [{ name: "packages-of-others", setup: (own) => own.onResolve({ filter: /^[^./]/ }, external) }],
  });
  for (const beside of besides) copyFileSync(beside, join(folder, basename(beside)));
  const command = [process.execPath, bundle] as const;
  return {
    command,
    measure: async (parameters = [], options = {}) => {
      const { output } = await measureProcess([...command, ...parameters], options);
      return readFigures(output);
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function external({ path, kind }: { readonly path: string; readonly kind: string }): { external: true } | undefined {
  return kind === "entry-point" || path.startsWith("@hostelry/") ? undefined : { external: true };
}
