import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ExitCode, runCommandLine } from "../index.ts";

interface Run {
  readonly code: ExitCode;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command line in this process, with sinks that are no terminals unless asked. */
async function hostelry(args: readonly string[], options: { env?: Record<string, string> } = {}): Promise<Run> {
  const said = { stdout: "", stderr: "" };
  const sink = (name: keyof typeof said) => ({
    write: (text: string) => {
      said[name] += text;
    },
  });
  const { env = {} } = options;
  const signal = new AbortController().signal;
  const code = await runCommandLine(args, { stdout: sink("stdout"), stderr: sink("stderr"), env, signal });
  return { code, ...said };
}

function objects({ stdout }: Run): readonly unknown[] {
  return stdout
    .trimEnd()
    .split("\n")
    .map((line): unknown => JSON.parse(line));
}

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "hostelry-cli-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("a command line that can't be meant", () => {
  it.each([
    [[], "Say what to do."],
    [["publsh"], 'There is no command "publsh".'],
    [["inspect"], "Name at least one archive."],
    [["inspect", "--manifets", "a.zip"], "Unknown option '--manifets'."],
    [["publish", "a.zip"], "--site is missing."],
    [["publish", "--site", "Acme"], "Name either an archive or a --revision."],
    [["publish", "a.zip", "b.zip", "--site", "Acme"], '"b.zip" is too much.'],
    [["preview", "--revision", "r1", "--site", "Acme", "--ttl", "soon"], '"soon" is not a length of time.'],
    [["preview", "--revision", "r1", "--site", "Acme", "--origin", "there"], '"there" is not an address'],
    [["state", "asleep", "--site", "Acme"], '"asleep" is not one of live, maintenance, suspended.'],
    [["sites", "remove"], 'Say "hostelry sites"'],
    [["rollback", "a.zip", "--site", "Acme"], "rollback takes no archive"],
    [["serve", "--port", "99999"], '"99999" is not a port.'],
  ])("%j exits with 2, says what is wrong, and touches nothing", async (args, sentence) => {
    const state = join(folder, "untouched");
    const run = await hostelry(args, { env: { HOSTELRY_STATE: state } });
    expect([run.code, run.stdout]).toEqual([2, ""]);
    expect(run.stderr).toContain(sentence);
    expect(run.stderr).toContain("--help");
    await expect(stat(state)).rejects.toThrow(/ENOENT/);
  });

  it("is an object with --json", async () => {
    const run = await hostelry(["publish", "--json", "--sit", "Acme"]);
    expect([run.code, run.stderr]).toEqual([2, ""]);
    expect(objects(run)).toEqual([{ error: { code: "USAGE", message: "Unknown option '--sit'." } }]);
  });

  it("names a missing archive before it opens anything", async () => {
    const env = { HOSTELRY_STATE: join(folder, "untouched") };
    const run = await hostelry(["publish", join(folder, "nowhere.zip"), "--site", "A", "--create", "--json"], { env });
    expect(run.code).toBe(2);
    expect(objects(run)).toMatchObject([{ error: { code: "ARCHIVE_UNREADABLE", nextStep: expect.any(String) } }]);
  });

  it("is also a state directory that is a file", async () => {
    const file = join(folder, "file");
    await writeFile(file, "");
    const run = await hostelry(["status", "--state", file, "--json"]);
    expect(run.code).toBe(2);
    expect(objects(run)).toMatchObject([{ error: { code: expect.stringMatching(/^(STORAGE_|ADAPTER_FAILED)/) } }]);
  });
});

describe("help", () => {
  it("lists every command, and every command has its own", async () => {
    const { code, stdout } = await hostelry(["--help"]);
    expect(code).toBe(0);
    const names = [...stdout.matchAll(/^ {2}([a-z]+) {2,}[a-z]/gm)].map(([, name]) => name ?? "");
    expect(names).toEqual([
      "inspect",
      "sites",
      "publish",
      "preview",
      "previews",
      "rollback",
      "reconcile",
      "freeze",
      "unfreeze",
      "status",
      "revisions",
      "state",
      "serve",
      "edge",
      "nodes",
      "dns",
      "domains",
      "certs",
      "gc",
      "migrate",
    ]);
    const texts = await Promise.all(names.map((name) => hostelry([name, "--help"])));
    for (const [index, text] of texts.entries()) {
      expect(text.code).toBe(0);
      expect(text.stdout).toContain(`hostelry ${names[index]}`);
      expect(text.stdout).toContain("--json");
    }
  });

  it("says nothing that the reference does not list: every command, every option of it", async () => {
    const page = await readFile(new URL("../../../../docs/reference/command-line.md", import.meta.url), "utf8");
    const rows = page.split("\n").filter((line) => line.startsWith("| `"));
    const common = ["--state", "--json", "--help"];
    for (const name of (await hostelry(["--help"])).stdout.matchAll(/^ {2}([a-z]+) {2,}[a-z]/gm)) {
      const [, command = ""] = name;
      const own = rows.filter((row) => new RegExp(`^\\| [^|]*\`${command}\\b`).test(row)).join("\n");
      const { stdout } = await hostelry([command, "--help"]);
      for (const [, option = ""] of stdout.matchAll(/^ {2}(?:-\w, | {4})(--[a-z-]+)/gm)) {
        if (!common.includes(option)) expect(own, command).toMatch(new RegExp(`\`${option}[\` ]`));
      }
    }
  });

  it("tells the version", async () => {
    const { code, stdout } = await hostelry(["--version"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});
