import { access, mkdir, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build, type Plugin } from "esbuild";

const root = fileURLToPath(new URL("../..", import.meta.url));
/** Below node_modules, so that what is not ours is found from there. */
const programs = join(root, "node_modules/.cache/hostelry-programs");

/** Ours is taken in, out of sources (or built packages when those are tested); anything else stays where it is. */
const onlyOurs: Plugin = {
  name: "only-ours",
  setup({ onLoad, onResolve }) {
    onResolve({ filter: /^[^./]/ }, ({ path, kind }) => {
      const isOurs = kind === "entry-point" || path.startsWith("@hostelry/");
      return isOurs ? undefined : { path, external: true };
    });
    // Each file goes on finding what lies beside it.
    onLoad({ filter: /\/(src|dist|test|demo)\/.*\.(ts|js)$/ }, async ({ path }) => {
      const text = await readFile(path, "utf8");
      const contents = text
        .replaceAll("import.meta.url", JSON.stringify(pathToFileURL(path).href))
        .replaceAll("import.meta.dirname", JSON.stringify(join(path, "..")));
      return { contents, loader: path.endsWith(".ts") ? "ts" : "js" };
    });
  },
};

const made = new Map<string, Promise<string>>();

/**
 * Makes one file of plain JavaScript of a script and all of ours that it imports, once in a run of the tests, and says where it is.
 * Started as it stands, a script spends a second of processor time on finding and compiling some hundred modules; the
 * tests start hundreds.
 */
export function program(script: URL): Promise<string> {
  const path = fileURLToPath(script);
  const known = made.get(path);
  if (known !== undefined) return known;
  const making = makeProgram(path);
  made.set(path, making);
  return making;
}

async function makeProgram(path: string): Promise<string> {
  const run = process.env["HOSTELRY_TEST_RUN"];
  if (run === undefined) throw new Error("HOSTELRY_TEST_RUN is not set: programs are made in runs of vitest only.");
  const name = path.slice(root.length).replaceAll(/[^A-Za-z0-9]+/g, "-");
  const directory = join(programs, run);
  const program = join(directory, `${name}.mjs`);
  if (await exists(program)) return program;
  await mkdir(directory, { recursive: true });
  // Another worker may make it at the same time; whoever is last puts the same in its place.
  const own = join(directory, `${name}-${process.pid}.mjs`);
  await build({
    entryPoints: [path],
    outfile: own,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    conditions: process.env["HOSTELRY_USE_DIST"] === "1" ? [] : ["@hostelry/source"],
    plugins: [onlyOurs],
    logLevel: "error",
  });
  await rename(own, program);
  return program;
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false;
  }
}
