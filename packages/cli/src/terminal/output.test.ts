import { hostingError } from "@hostelry/core";
import { describe, expect, it } from "vitest";
import { UsageError } from "../command-line/usage-error.ts";
import { type Output, output } from "./output.ts";

interface Heard {
  readonly said: Output;
  stdout(): string;
  stderr(): string;
}

function listen(options: { isTTY?: boolean; json?: boolean; noColor?: boolean } = {}): Heard {
  const { isTTY = false, json = false, noColor = false } = options;
  const written = { stdout: "", stderr: "" };
  const sink = (name: keyof typeof written) => ({
    isTTY,
    write: (text: string) => {
      written[name] += text;
    },
  });
  const said = output({ stdout: sink("stdout"), stderr: sink("stderr"), json, noColor });
  return { said, stdout: () => written.stdout, stderr: () => written.stderr };
}

const refusal = hostingError("SITE_NOT_FOUND", "There is no site x.", { siteId: "x" }, { cause: new Error("secret") });

describe("an output", () => {
  it("paints on a terminal only, and never against NO_COLOR or in JSON", () => {
    const painted = (heard: Heard): boolean => heard.said.paint.good("x") !== "x";
    expect(painted(listen({ isTTY: true }))).toBe(true);
    expect(painted(listen())).toBe(false);
    expect(painted(listen({ isTTY: true, noColor: true }))).toBe(false);
    expect(painted(listen({ isTTY: true, json: true }))).toBe(false);
  });

  it("says a failure on stderr: sentence, code, next step", () => {
    const heard = listen();
    heard.said.failure(refusal);
    expect(heard.stdout()).toBe("");
    expect(heard.stderr()).toMatch(/^✗ There is no site x\. \[SITE_NOT_FOUND\]\n {2}List the sites/);
  });

  it("says a failure as one object on stdout with --json, without what lies underneath", () => {
    const heard = listen({ json: true });
    heard.said.failure(refusal);
    heard.said.note("a remark");
    expect(heard.stderr()).toBe("");
    expect(JSON.parse(heard.stdout())).toMatchObject({ error: { code: "SITE_NOT_FOUND", details: { siteId: "x" } } });
    expect(heard.stdout()).not.toContain("secret");
  });

  it("shows the stack of a bug, and of nothing else", () => {
    const heard = listen();
    heard.said.failure(new UsageError("That can't be meant."));
    expect(heard.stderr()).toBe("✗ That can't be meant.\n");
    heard.said.failure(new TypeError("x is not a function"));
    expect(heard.stderr()).toMatch(/TypeError: x is not a function\n +at /);
  });

  it("draws progress on a terminal, once per percent, and takes it away for what lasts", () => {
    const heard = listen({ isTTY: true, noColor: true });
    const step = { step: "stage", total: 1000, unit: "files", target: "web" } as const;
    heard.said.progress({ ...step, done: 500 });
    heard.said.progress({ ...step, done: 501 });
    heard.said.result({}, "done");
    expect(heard.stderr()).toBe(
      `\r\u001b[K${"━".repeat(12)}${"─".repeat(12)} stage to web · 500 of 1000 files\r\u001b[K`,
    );
    expect(heard.stdout()).toBe("done\n");
  });

  it("draws no progress elsewhere", () => {
    const heard = listen();
    heard.said.progress({ step: "stage", done: 1, total: 2, unit: "bytes" });
    expect(heard.stderr()).toBe("");
  });
});
