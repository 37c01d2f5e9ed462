import { readdir, readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";

const folder = new URL("./", import.meta.url);
const page = await readFile(new URL("../../../../docs/reference/ports.md", import.meta.url), "utf8");

/** What the page says of a port: its section. */
function sectionOf(port: string): string {
  return page.split(/^## /m).find((section) => section.startsWith(`${port}\n`)) ?? "";
}

/** Every port: its name, its version, and its methods. */
async function portsIn(directory: URL): Promise<readonly { name: string; spec: string; methods: readonly string[] }[]> {
  const found = [];
  for (const entry of await readdir(directory, { recursive: true })) {
    if (!entry.endsWith(".ts") || entry.endsWith(".test.ts")) continue;
    const text = await readFile(new URL(entry, directory), "utf8");
    for (const [, name = "", body = ""] of text.matchAll(/^export interface (\w+)[^{]*\{\n([\s\S]*?)^\}/gm)) {
      const [, spec] = /readonly spec: "([^"]+)"/.exec(body) ?? [];
      const methods = [...body.matchAll(/^ {2}(\w+)\(/gm)].map(([, method = ""]) => method);
      if (spec !== undefined) found.push({ name, spec, methods });
    }
  }
  return found;
}

describe("the reference of the ports", () => {
  it("has a row and a section for every port, which names every method", async () => {
    const ports = await portsIn(folder);
    expect(ports.length).toBeGreaterThan(20);
    const missing = ports.flatMap(({ name, spec, methods }) => [
      ...(page.includes(`| [${name}](#${name.toLowerCase()}) | \`${spec}\` |`) ? [] : [`row of ${name} (${spec})`]),
      ...(sectionOf(name) === "" ? [`section of ${name}`] : []),
      ...methods.filter((method) => !sectionOf(name).includes(`\`${method}\``)).map((method) => `${name}.${method}`),
    ]);
    expect(missing).toEqual([]);
  });
});
