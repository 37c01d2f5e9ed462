import { hostingError } from "@hostelry/core";
import {
  errAsync,
  okAsync,
  ResultAsync,
  type Transport,
  type TransportError,
  type TransportProcess,
} from "@hostelry/core/adapter";
import { describe, expect, it } from "vitest";
import { checkNode } from "./check-node.ts";
import type { CheckNodeOptions } from "./node-expectations.ts";
import type { NodeFinding, NodeReport } from "./node-report.ts";
import { stalenessFinding } from "./web-server-finding.ts";

const now = new Date("2026-03-01T12:00:00Z");
const wellLines = [
  "flavour other",
  "user hostelry",
  "root directory",
  "space Filesystem 1024-blocks Used Available Capacity Mounted on",
  "space /dev/vda 264212084 27106312 79284600 25% /",
  "inodes Filesystem Inodes IUsed IFree IUse% Mounted on",
  "inodes /dev/vda 16777216 546470 16230746 4% /",
  "tried",
];

/** A program that says what it is told. */
function echo(): TransportProcess {
  const said: Uint8Array[] = [];
  const next = async (): Promise<IteratorResult<Uint8Array>> => ({
    done: false,
    value: said.shift() ?? new Uint8Array(),
  });
  const ended = { exitCode: 137, signal: "SIGKILL", stderr: new Uint8Array() };
  return {
    stdout: { [Symbol.asyncIterator]: () => ({ next }) },
    write: (bytes) => {
      said.push(bytes as Uint8Array);
      return okAsync({ accepted: true });
    },
    closeInput: () => okAsync(undefined),
    outcome: () => okAsync(ended),
    stop: () => okAsync(undefined),
  };
}

/** Starts as many programs as there may be, and lets the others wait until they are given up. */
function starts(limit: number): Pick<Transport, "crowd" | "start"> {
  let waiting = 0;
  let running = 0;
  const start: Transport["start"] = (_command, { signal } = {}) => {
    running += 1;
    if (running <= limit) return okAsync(echo());
    waiting += 1;
    const givenUp = new Promise<TransportError>((resolve) => {
      signal?.addEventListener("abort", () => {
        waiting -= 1;
        resolve(hostingError("ABORTED", "Enough.", { operation: "start" }));
      });
    });
    return ResultAsync.fromSafePromise(givenUp).andThen((error) => errAsync(error));
  };
  return { start, crowd: { isCrowded: () => waiting > 0, onCrowded: () => () => undefined } };
}

/** A machine that answers the script with these lines, and whose clock is so far off. */
function machine(script: readonly string[] | TransportError, offsetSeconds = 0): Transport {
  const answer = (text: string): ReturnType<Transport["run"]> =>
    okAsync({ exitCode: 0, signal: null, stdout: new TextEncoder().encode(text), stderr: new Uint8Array() });
  return {
    spec: "transport/1",
    name: "edge-1",
    capabilities: { exec: true, files: true, atomicRename: true, hardLinks: true, flush: true },
    // Asked for nothing here: over SFTP it is tried with real servers.
    files: {} as Transport["files"],
    connect: () => okAsync(undefined),
    ...starts(10),
    run: ({ argv: [program] }) => {
      if (program === "date") return answer(`${now.getTime() / 1000 + offsetSeconds}\n`);
      return "code" in script ? errAsync(script) : answer(`${script.join("\n")}\n`);
    },
    close: async () => undefined,
  };
}

const lost = hostingError("TRANSPORT_LOST", "The connection is gone.", {
  transport: "edge-1",
  operation: "start",
  state: "unchanged",
});

function look(transport: Transport, options: Partial<CheckNodeOptions> = {}): ResultAsync<NodeReport, unknown> {
  return checkNode(transport, { root: "/srv/hostelry", now: () => now, ...options });
}

async function finding(transport: Transport, check: NodeFinding["check"]): Promise<NodeFinding | undefined> {
  return (await look(transport))._unsafeUnwrap().findings.find((one) => one.check === check);
}

const plus = (...lines: readonly string[]): readonly string[] => [...lines, ...wellLines];
const replacing = (from: RegExp, to: string): readonly string[] => wellLines.map((line) => line.replace(from, to));

describe("checking a node", () => {
  it("finds a machine in order, thing by thing", async () => {
    const { findings, usable } = (await look(machine(wellLines)))._unsafeUnwrap();
    expect(usable).toBe(true);
    expect(findings.map(({ check, status }) => [check, status])).toEqual([
      ["reach", "ok"],
      ["capabilities", "ok"],
      ["programs", "ok"],
      ["root", "ok"],
      ["links", "ok"],
      ["space", "ok"],
      ["clock", "ok"],
      ["sessions", "ok"],
      ["web-server", "skipped"],
    ]);
    expect(findings.find(({ check }) => check === "space")?.facts).toEqual({
      freeBytes: 79284600 * 1024,
      freeInodes: 16230746,
    });
  });

  it.each<[what: string, lines: readonly string[], check: NodeFinding["check"], status: string, says: RegExp]>([
    ["lacks programs", plus("absent tar", "absent sync"), "programs", "failed", /missing: tar, sync/],
    ["has no root", ["flavour other", "user u", "root absent"], "root", "failed", /is not there/],
    [
      "may not get to its root",
      ["flavour other", "user u", "shut /srv", "root absent"],
      "root",
      "failed",
      /u can't enter \/srv/,
    ],
    ["has a file for a root", ["flavour other", "root other"], "root", "failed", /is no directory/],
    [
      "can't be written to",
      ["flavour other", "user u", "root directory", "broken write"],
      "root",
      "failed",
      /u can't write to \/srv\/hostelry/,
    ],
    ["hides its root from the web server", plus("closed /home/u"), "root", "warning", /\/home\/u can't be entered/],
    ["can't link", plus("broken hard-link", "broken rename"), "links", "failed", /hard links .*; a link .* rename/],
    ["is nearly full", replacing(/79284600/, "1000"), "space", "warning", /only 0\.0 GB/],
    ["is nearly out of inodes", replacing(/16230746/, "99"), "space", "warning", /only .* 99 inodes/],
    ["does not count inodes", replacing(/16777216 546470 16230746/, "0 0 0"), "space", "ok", /81 GB free$/],
  ])("that %s", async (_what, lines, check, status, says) => {
    const found = await finding(machine(lines), check);
    expect(found?.status).toBe(status);
    expect(found?.message).toMatch(says);
    if (status !== "ok") expect(found?.nextStep).toMatch(/\.$|755|ch(own|mod)/);
  });

  it("tells a clock that is off from one that can't be told apart", async () => {
    expect(await finding(machine(wellLines, 60), "clock")).toMatchObject({
      status: "warning",
      message: expect.stringContaining("ahead"),
      facts: { offsetMs: 60_500, uncertaintyMs: 500 },
    });
    expect(await finding(machine(wellLines, -3), "clock")).toMatchObject({ status: "ok" });
  });

  it("counts the programs that may run at once, and leaves none behind", async () => {
    for (const limit of [1, 2, 4]) {
      const crowded = { ...machine(wellLines), ...starts(limit) };
      expect(await finding(crowded, "sessions")).toMatchObject({ status: "warning", facts: { sessions: limit } });
      expect(crowded.crowd?.isCrowded()).toBe(false);
    }
    let calls = 0;
    const firstOnly: Transport["start"] = () => {
      calls += 1;
      return calls === 1 ? okAsync(echo()) : errAsync(lost);
    };
    const breaking = { ...machine(wellLines), start: firstOnly, crowd: undefined };
    expect(await finding(breaking, "sessions")).toMatchObject({ status: "warning", facts: { sessions: 1 } });
    const none = { ...machine(wellLines), start: () => errAsync(lost) };
    expect(await finding(none, "sessions")).toMatchObject({ status: "skipped", facts: { sessions: 0 } });
  });

  it("tells of a machine that can't be reached, or has no shell, with the error's own next step", async () => {
    const gone = { ...machine(wellLines), connect: () => errAsync(lost) };
    expect((await look(gone))._unsafeUnwrap()).toMatchObject({
      usable: false,
      findings: [{ check: "reach", status: "failed", nextStep: lost.nextStep, facts: { code: "TRANSPORT_LOST" } }],
    });
    expect(await finding(machine(lost), "programs")).toMatchObject({ status: "failed" });
    const noShell = { ...machine(wellLines), run: machine(["This account is currently not available."]).run };
    expect(await finding(noShell, "programs")).toMatchObject({
      status: "failed",
      nextStep: expect.stringContaining("ForceCommand"),
    });
  });

  it("needs what its kind needs, and says so before it tries", async () => {
    const { capabilities, ...rest } = machine(wellLines);
    const noShell = { ...rest, capabilities: { ...capabilities, exec: false } };
    expect((await look(noShell))._unsafeUnwrap()).toMatchObject({
      usable: false,
      findings: [{ check: "reach" }, { check: "capabilities", status: "failed", facts: { lacks: ["exec"] } }],
    });
  });

  it("ends when its caller does, and refuses a root that is none", async () => {
    const aborted = hostingError("ABORTED", "Enough.", { operation: "connect" });
    const ended = await look({ ...machine(wellLines), connect: () => errAsync(aborted) });
    expect(ended._unsafeUnwrapErr()).toBe(aborted);
    expect((await look(machine(wellLines), { root: "srv" })).isErr()).toBe(true);
  });

  it("warns of what the web server keeps, the worst first, and not of what browsers keep", () => {
    const one = { where: "a:1", place: "s", message: "m", nextStep: "n." };
    const said = stalenessFinding({
      serverSeconds: null,
      visitorSeconds: null,
      findings: [
        { ...one, cause: "open-file-cache", seconds: 60 },
        { ...one, cause: "php-path", seconds: null, where: "b:2", message: "PHP keeps it." },
      ],
    });
    expect(said).toMatchObject({ status: "warning", message: "PHP keeps it. (b:2)", nextStep: "n." });
    const kept = stalenessFinding({
      serverSeconds: 0,
      visitorSeconds: 60,
      findings: [{ ...one, cause: "browser-cache", seconds: 60 }],
    });
    expect(kept.status).toBe("ok");
  });
});
