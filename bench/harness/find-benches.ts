import { readdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Bench } from "./bench.ts";

/** Names of the benchmarks in a folder: its modules, without the entry and the tests. */
export function benchNames(folder: string): readonly string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts") && file !== "main.ts")
    .map((file) => file.slice(0, -".ts".length))
    .sort();
}

/** Loads a benchmark by its name. */
export async function loadBench(folder: string, name: string): Promise<Bench> {
  const module: unknown = await import(pathToFileURL(join(folder, `${name}.ts`)).href);
  if (isObject(module) && isObject(module["bench"]) && typeof module["bench"]["cases"] === "function") {
    return module["bench"] as unknown as Bench;
  }
  throw new TypeError(`bench/${name}.ts does not export "bench"; see bench/README.md.`);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
