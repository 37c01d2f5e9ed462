import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { root } from "../harness/bundled-script.ts";
import { measureProcess } from "../harness/measure-process.ts";

/** The entry point of the built core; builds it first when the sources are newer. */
export async function builtCore(): Promise<string> {
  const folder = join(root, "packages/core");
  const entry = join(folder, "dist/index.js");
  const sources = readdirSync(join(folder, "src"), { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile() && !/\.test(-d)?\.ts$/.test(file.name))
    .map((file) => join(file.parentPath, file.name));
  const newest = Math.max(...sources.map((file) => statSync(file).mtimeMs));
  if (!existsSync(entry) || statSync(entry).mtimeMs < newest) {
    const tsup = join(root, "node_modules/tsup/dist/cli-default.js");
    await measureProcess([process.execPath, tsup], { cwd: folder });
  }
  return entry;
}
