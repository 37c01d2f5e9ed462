import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Step } from "./step.ts";

/** The root of the repository. */
export const root: string = join(import.meta.dirname, "../..");

/**
 * The command that runs an installed tool with this Node, without the detour over npx (half a second each).
 *
 * @param name the name of the package that has the tool
 * @param bin the name of the tool, when the package has several
 */
export function tool(name: string, bin?: string): readonly [string, string] {
  const folder = join(root, "node_modules", name);
  const description: { bin?: string | Record<string, string> } = JSON.parse(
    readFileSync(join(folder, "package.json"), "utf8"),
  );
  const bins = description.bin ?? {};
  const file = typeof bins === "string" ? bins : bin === undefined ? Object.values(bins)[0] : bins[bin];
  if (file === undefined) throw new Error(`${name} has no tool ${bin ?? ""}`);
  return [process.execPath, join(folder, file)];
}

/** The command that runs a TypeScript file of this repository from source. */
export function script(file: string, ...parameters: readonly string[]): Step["command"] {
  return [
    process.execPath,
    "--conditions=@hostelry/source",
    "--import",
    import.meta.resolve("tsx"),
    join(root, file),
    ...parameters,
  ];
}
