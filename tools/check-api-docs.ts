// The generated reference is committed, so that every change of the public API is seen in review as a change of text.
// This writes it anew beside the tree and compares. `npm run docs` writes it in place.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root, tool } from "./steps/tool.ts";

const committed = join(root, "docs/reference/api");
const fresh = mkdtempSync(join(tmpdir(), "hostelry-api-"));

function pages(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".md"));
}

try {
  const [program, ...parameters] = [...tool("typedoc"), "--out", fresh];
  const outcome = spawnSync(program ?? "", parameters, {
    cwd: root,
    encoding: "utf8",
    env: { ...process.env, NO_COLOR: "1" },
  });
  if (outcome.status !== 0) throw new Error(`typedoc failed:\n${outcome.stdout}${outcome.stderr}`);
  const changed = [...new Set([...pages(committed), ...pages(fresh)])].filter((page) => {
    const [before, after] = [join(committed, page), join(fresh, page)];
    return !existsSync(before) || !existsSync(after) || readFileSync(before, "utf8") !== readFileSync(after, "utf8");
  });
  for (const page of changed.sort())
    console.error(`docs/reference/api/${page}: is not what the sources say; run npm run docs`);
  console.log(`${pages(fresh).length} pages, ${changed.length} differ`);
  if (changed.length > 0 || pages(fresh).length === 0) process.exitCode = 1;
} finally {
  rmSync(fresh, { recursive: true, force: true });
}
