import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { bundledScript, root } from "./bundled-script.ts";
import { measureProcess } from "./measure-process.ts";

const node = process.execPath;

describe("measureProcess", () => {
  it("tells how long a process took, how much memory it used, and what it said", async () => {
    const program = "const block = Buffer.alloc(64 << 20, 1); setTimeout(() => console.log(block.length), 100)";
    const { figures, output } = await measureProcess([node, "-e", program]);
    expect(output).toBe(`${64 << 20}\n`);
    expect(figures["wall"]).toBeGreaterThan(99);
    if (existsSync("/usr/bin/time")) {
      expect(figures["peak rss"]).toBeGreaterThan(90);
      expect(figures["cpu"]).toBeGreaterThan(0);
    }
  });

  it("rejects with what a failing process said", async () => {
    const failing = measureProcess([node, "-e", "console.error('no such disk'); process.exit(3)"]);
    await expect(failing).rejects.toThrow(/ended with 3: .*no such disk/s);
  });

  it("rejects for a program that is not there", async () => {
    await expect(measureProcess(["/no/such/program"])).rejects.toThrow();
  });
});

describe("bundledScript", () => {
  it("runs our sources in a plain process and reads its figures", async () => {
    const script = await bundledScript(join(import.meta.dirname, "fixtures/told-figures.ts"));
    try {
      const figures = await script.measure(["21"]);
      expect(figures["answer"]).toBe(42);
      expect(figures["codes"]).toBeGreaterThan(30);
      expect(figures["peak rss"]).toBeGreaterThan(20);
    } finally {
      script.remove();
    }
    expect(existsSync(script.command[1] ?? root)).toBe(false);
  });
});
