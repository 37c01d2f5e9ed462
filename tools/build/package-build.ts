// The one build recipe of all packages. Everything tsup-specific lives here, so that another bundler is a one-file change.
import { existsSync } from "node:fs";
import { copyFile } from "node:fs/promises";
import { basename, join } from "node:path";

/**
 * Files that a package loads at run time with `new URL("./name", import.meta.url)`. A bundler does not follow such a URL, so they
 * are copied beside the built entry points, under the name the source uses.
 */
const runtimeFiles: readonly string[] = [
  "src/archive/inflate-worker.mjs",
  "src/cloudpanel/clpctl-wrapper.sh",
  "src/cloudpanel/clpctl.sh",
  "src/cloudpanel/panel-machine.sh",
  "src/edge/node/edge-node.sh",
  "src/host/panel-node.sh",
];

/** The part of tsup's options that we use. */
export interface PackageBuild {
  readonly entry: readonly string[];
  readonly format: readonly "esm"[];
  readonly platform: "node";
  readonly target: "node20";
  readonly sourcemap: boolean;
  readonly clean: boolean;
  readonly splitting: boolean;
  readonly dts: { readonly compilerOptions: Readonly<Record<string, unknown>> };
  readonly onSuccess: () => Promise<void>;
}

/** The build of a package whose entry points are `entry`, as paths from the package's folder. */
export function packageBuild(entry: readonly string[]): PackageBuild {
  return {
    entry,
    format: ["esm"],
    platform: "node",
    target: "node20",
    sourcemap: true,
    clean: true,
    splitting: true,
    // tsup 8 sets `baseUrl` for its declaration build, which TypeScript 6 reports as deprecated.
    dts: { compilerOptions: { ignoreDeprecations: "6.0" } },
    onSuccess: async () => {
      for (const file of runtimeFiles) {
        if (existsSync(file)) await copyFile(file, join("dist", basename(file)));
      }
    },
  };
}
