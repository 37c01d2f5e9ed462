import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { runStep } from "./step.ts";
import { root } from "./tool.ts";

/** The other lines of Node that the built packages are tested on; the one that runs this is always tested. */
export const otherNodeVersions: readonly number[] = [22, 24];

/** Platforms whose Node binaries can be had as a package. */
const platforms: readonly string[] = ["linux-x64", "linux-arm64", "darwin-x64", "darwin-arm64"];

/**
 * The path of a Node of that major version, fetched on first use into `node_modules/.cache`. A reason in words when there is none.
 * With CI=true on linux-x64 the caller treats the reason as a failure.
 */
export async function nodeBinary(major: number): Promise<{ readonly path: string } | { readonly missing: string }> {
  const platform = `${process.platform}-${process.arch}`;
  if (!platforms.includes(platform)) return { missing: `there is no package with Node ${major} for ${platform}` };
  const prefix = join(root, "node_modules/.cache", `node-${major}`);
  const path = join(prefix, `node_modules/node-${platform}/bin/node`);
  if (!existsSync(path)) {
    mkdirSync(prefix, { recursive: true });
    const parameters = ["--no-save", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", prefix];
    const install = await runStep({
      name: `Node ${major}`,
      command: ["npm", "install", ...parameters, `node-${platform}@${major}`],
      cwd: prefix,
    });
    if (!install.ok || !existsSync(path)) return { missing: `Node ${major} cannot be installed: ${install.output}` };
  }
  const version = spawnSync(path, ["--version"], { encoding: "utf8" });
  const found = version.stdout.trim();
  return found.startsWith(`v${major}.`) ? { path } : { missing: `${path} is ${found}, not Node ${major}` };
}
