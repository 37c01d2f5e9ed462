// Packs every package as it would be published, installs the tarballs in a folder far from this repository, and lets small projects
// use them the way strangers do: a strict TypeScript project, a CommonJS program, and a bundled one.
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { strToU8, zipSync } from "fflate";
import { workspacePackages } from "../../tools/steps/packages.ts";
import { root, script, tool } from "../../tools/steps/tool.ts";

/** What is done in a project before its `dist/main.*` is run on each Node. */
const preparations: Readonly<Record<string, { readonly program: string; readonly prepare: readonly string[] }>> = {
  "esm-strict": { program: "dist/main.js", prepare: [...tool("typescript", "tsc"), "-p", "."] },
  "cjs-require": { program: "main.cjs", prepare: [] },
  bundler: {
    program: "dist/main.mjs",
    prepare: script("test/consumers/bundle.ts", "main.mjs", "dist/main.mjs"),
  },
};

const nodes = process.argv.length > 2 ? process.argv.slice(2) : [process.execPath];
const folder = mkdtempSync(join(tmpdir(), "hostelry-consumers-"));
let failures = 0;

function run(name: string, cwd: string, [program = "", ...parameters]: readonly string[]): string {
  const outcome = spawnSync(program, parameters, { cwd, encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });
  if (outcome.status !== 0) {
    failures += 1;
    console.error(`FAILED ${name}\n${outcome.error?.message ?? ""}${outcome.stdout}${outcome.stderr}`);
  }
  return outcome.stdout;
}

try {
  const tarballs = join(folder, "tarballs");
  mkdirSync(tarballs);
  for (const { name, folder: source } of workspacePackages()) {
    run(`pack ${name}`, source, ["npm", "pack", "--silent", "--pack-destination", tarballs]);
  }
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "consumers", private: true }));
  const files = readdirSync(tarballs).map((file) => join(tarballs, file));
  run("install", folder, ["npm", "install", "--no-save", "--no-audit", "--no-fund", "--prefer-offline", ...files]);
  writeFileSync(join(folder, "site.zip"), zipSync({ "index.html": strToU8("<!doctype html><title>Acme</title>") }));
  // The types of Node are the reader's, not ours.
  mkdirSync(join(folder, "node_modules/@types"), { recursive: true });
  for (const types of ["@types/node", "undici-types"]) {
    symlinkSync(join(root, "node_modules", types), join(folder, "node_modules", types));
  }

  for (const [project, { program, prepare }] of Object.entries(preparations)) {
    const target = join(folder, project);
    cpSync(join(root, "test/consumers/projects", project), target, { recursive: true });
    if (prepare.length > 0) run(`${project}: prepare`, target, prepare);
    for (const node of nodes) {
      const said = run(`${project} on ${node}`, target, [node, program]).trim();
      if (said.endsWith("consumer: done")) console.log(`ok ${project} on ${node}`);
      else {
        failures += 1;
        console.error(`FAILED ${project} on ${node}: did not reach its end`);
      }
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
if (failures > 0) process.exitCode = 1;
