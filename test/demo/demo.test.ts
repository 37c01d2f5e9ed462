import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { quickWasm } from "../setup/quick-wasm.ts";

const main = fileURLToPath(new URL("../../demo/main.ts", import.meta.url));

async function demo(...args: readonly string[]): Promise<{ code: number | null; output: string }> {
  const flags = [quickWasm, "--conditions=@hostelry/source", "--import", "tsx"];
  const child = spawn(process.execPath, [...flags, main, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("close", resolve).once("error", reject);
  });
  return { code, output };
}

describe("the demo", () => {
  it("tells its story to the end, with every step as said", async () => {
    const { code, output } = await demo("--kills", "3", "--seed", "11");
    expect(output).toMatch(/\d+ steps, all as said, in [\d.]+ s\.\n$/);
    expect(code).toBe(0);
    expect(output.match(/✓/g)).toHaveLength(27);
    expect(output).not.toContain("✗");
    expect(output.match(/publishing r\d killed /g)).toHaveLength(3);
  });

  it("refuses an option that it does not know", async () => {
    const { code, output } = await demo("--kill", "3");
    expect(code).not.toBe(0);
    expect(output).toContain("--kill");
  });
});
