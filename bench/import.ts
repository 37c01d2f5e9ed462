import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Bench, contender } from "./harness/bench.ts";
import { root } from "./harness/bundled-script.ts";
import { measureProcess } from "./harness/measure-process.ts";
import { readFigures } from "./harness/own-figures.ts";
import { builtCore } from "./import/built-core.ts";

const timer = join(import.meta.dirname, "import/time-import.mjs");
const empty = join(import.meta.dirname, "import/empty.mjs");

/** What it costs a host to load core. Each run is a fresh process; the disk's cache is warm. */
export const bench: Bench = {
  title: "Loading the built core in a fresh process, beside loading nothing",
  async *cases() {
    const core = await builtCore();
    yield {
      name: "cold import of the built core, fresh process",
      units: { import: "ms", "process wall": "ms", "peak rss": "MiB" },
      ours: contender("@hostelry/core", () => loading(core)),
      peers: [contender("an empty module", () => loading(empty))],
      limits: [{ metric: "import", ours: { atMost: 80 } }],
    };
    const { direct, all } = runtimeDependencies();
    yield {
      name: "runtime dependencies of core",
      units: { direct: "packages", "with those they bring": "packages" },
      ours: contender("@hostelry/core", () =>
        Promise.resolve({ direct: direct.length, "with those they bring": all.length }),
      ),
      peers: [],
      limits: [{ metric: "direct", ours: { atMost: 4 } }],
      warmUps: 0,
    };
  },
};

async function loading(file: string): Promise<Readonly<Record<string, number>>> {
  const { figures, output } = await measureProcess([process.execPath, timer, pathToFileURL(file).href]);
  return { ...readFigures(output), "process wall": figures["wall"] ?? Number.NaN };
}

/** Names of what core needs at run time: those it names itself, and all together. */
function runtimeDependencies(): { readonly direct: readonly string[]; readonly all: readonly string[] } {
  const description = join(root, "packages/core/package.json");
  const all = new Set<string>();
  const visit = (file: string): readonly string[] => {
    const names = Object.keys(
      (JSON.parse(readFileSync(file, "utf8")) as { dependencies?: Record<string, string> }).dependencies ?? {},
    );
    for (const name of names) {
      if (all.has(name)) continue;
      all.add(name);
      visit(descriptionOf(name, file));
    }
    return names;
  };
  return { direct: visit(description), all: [...all] };
}

/** A package.json as the importing package would find it; `exports` often hide it, so the folders are looked through. */
function descriptionOf(name: string, importer: string): string {
  for (const folder of createRequire(importer).resolve.paths(name) ?? []) {
    const file = join(folder, name, "package.json");
    try {
      readFileSync(file);
      return file;
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== "ENOENT") throw cause;
    }
  }
  throw new Error(`${name} is not installed; run npm ci.`);
}
