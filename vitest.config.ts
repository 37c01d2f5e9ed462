import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { basename, dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig, type ViteUserConfig } from "vitest/config";
import { LongestFirst } from "./test/setup/longest-first.ts";
import { quickWasm } from "./test/setup/quick-wasm.ts";

type Plugin = NonNullable<ViteUserConfig["plugins"]>[number];

const root = dirname(fileURLToPath(import.meta.url));
/** Loads the compiler for each rule; the quick checks run the rules themselves. */
const slowOfTools = "tools/eslint/**/*.test.ts";
const testsBuilt = process.env["HOSTELRY_USE_DIST"] === "1";
const entryPoint = /\/packages\/[^/]+\/src\/(index|adapter|main)\.ts$/;

/** With HOSTELRY_USE_DIST=1, a test that names its own package's entry point by path gets the built one. */
const builtEntryPoints: Plugin = {
  name: "hostelry-built-entry-points",
  enforce: "pre",
  resolveId(source, importer) {
    if (importer === undefined || !source.startsWith(".")) return null;
    const path = resolve(dirname(importer), source);
    if (!entryPoint.test(path)) return null;
    const built = resolve(dirname(path), "../dist", `${basename(path, ".ts")}.js`);
    return existsSync(built) ? built : null;
  },
};

const config: ViteUserConfig = defineConfig({
  root,
  plugins: testsBuilt ? [builtEntryPoints] : [],
  // From source by default: no build step. Both lists are needed, tests run in vite's ssr environment.
  ...(testsBuilt
    ? {}
    : {
        resolve: { conditions: ["@hostelry/source", "node"] },
        ssr: { resolve: { conditions: ["@hostelry/source", "node"] } },
      }),
  test: {
    // PGlite is a program of 9 MB. To have V8 optimise what of it is busy takes a short suite longer than all else it does; what is
    // built is tested with it.
    execArgv: testsBuilt ? [] : [quickWasm],
    setupFiles: [resolve(root, "test/setup/loopback-only.ts")],
    passWithNoTests: false,
    sequence: { sequencer: LongestFirst },
    // Vitest leaves one core to itself; on two cores that is one file at a time, and most files wait for servers and leases.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    coverage: {
      provider: "v8",
      include: ["packages/*/src/**/*.ts"],
      exclude: ["**/*.test.ts", "**/*.test-d.ts", "**/tsup.config.ts"],
      thresholds: { "packages/core/src/**": { lines: 95 } },
    },
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          // Most of the time went into loading the same modules for each file. No unit test leaves anything behind in one.
          isolate: false,
          include: ["packages/*/src/**/*.test.ts", "tools/**/*.test.ts"],
          exclude: [slowOfTools],
          testTimeout: 20_000,
        },
      },
      {
        extends: true,
        test: {
          name: "integration",
          globalSetup: [resolve(root, "test/setup/programs-of-run.ts")],
          include: [
            slowOfTools,
            "test/**/*.test.ts",
            "examples/**/*.test.ts",
            "demo/**/*.test.ts",
            "bench/**/*.test.ts",
          ],
          exclude: ["**/node_modules/**", "test/consumers/projects/**"],
          testTimeout: 180_000,
          hookTimeout: 120_000,
        },
      },
      {
        extends: true,
        test: {
          name: "types",
          include: [],
          typecheck: {
            enabled: true,
            only: true,
            include: ["packages/*/src/**/*.test-d.ts"],
            tsconfig: "./tsconfig.json",
          },
        },
      },
    ],
  },
});

export default config;
