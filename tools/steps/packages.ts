import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./tool.ts";

/** A package of this repository. */
export interface WorkspacePackage {
  /** `@hostelry/core`. */
  readonly name: string;
  /** Absolute path. */
  readonly folder: string;
  readonly version: string;
  /** Subpaths of `exports` that hold code: `.`, `./adapter`. */
  readonly entries: readonly string[];
  readonly dependencies: readonly string[];
}

/** All published packages, those that others depend on first. */
export function workspacePackages(): readonly WorkspacePackage[] {
  const waiting = readdirSync(join(root, "packages")).map((name) => readPackage(join(root, "packages", name)));
  const sorted: WorkspacePackage[] = [];
  while (waiting.length > 0) {
    const ready = waiting.findIndex(
      (one) => !one.dependencies.some((name) => waiting.some((other) => other.name === name)),
    );
    if (ready === -1) throw new Error(`packages depend on each other in a circle: ${waiting.map((one) => one.name)}`);
    sorted.push(...waiting.splice(ready, 1));
  }
  return sorted;
}

function readPackage(folder: string): WorkspacePackage {
  const description: {
    name: string;
    version: string;
    exports: Record<string, unknown>;
    dependencies?: Record<string, string>;
  } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  return {
    name: description.name,
    folder,
    version: description.version,
    entries: Object.keys(description.exports).filter((entry) => entry !== "./package.json"),
    dependencies: Object.keys(description.dependencies ?? {}),
  };
}
