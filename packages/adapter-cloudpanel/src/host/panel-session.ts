import {
  type CallOptions,
  type Clock,
  type CommandOutput,
  err,
  type FailureState,
  inTurn,
  ok,
  type Random,
  type Result,
  type ResultAsync,
  type Transport,
} from "@hostelry/core/adapter";
import type { PanelCommand } from "../command/panel-command.ts";
import {
  excerptOf,
  linesOf,
  type PanelAnswer,
  type PanelAnswerError,
  type PanelOutput,
  readAnswer,
} from "../command/read-answer.ts";
import { type PanelError, panelBusy, panelFailed, panelUnsupported, protocolViolation } from "../panel-errors.ts";
import { panelScript } from "./panel-script.ts";
import { readyRun } from "./ready-run.ts";

/** What the script told, by its first words. */
export interface PanelReport {
  /** What followed that word, for each line that began with it. */
  all(word: string): readonly string[];
  /** The first of them. */
  one(word: string): string | undefined;
  /** The first of them, decoded. */
  text(word: string): string | undefined;
}

/** How to run a word of the script. */
export interface AskPanel extends CallOptions {
  /** It changes something, so that it takes its turn. Default false. */
  readonly changes?: boolean | undefined;
  /** What it reads: for secrets. */
  readonly input?: string | undefined;
}

/** When a certificate may be ordered; looked at under the lock, at the last moment. */
export interface OrderGuard {
  readonly domain: string;
  readonly now: Date;
  /** No second order within so long. */
  readonly pauseMs: number;
  /** SHA-256 of the installed file, as it was when the order was found to be needed; `null`: there was none. */
  readonly installed: string | null;
}

/** Beyond the command itself. */
export interface RunPanelCommand extends CallOptions {
  /** Set for this account when the command has succeeded, before its end is told. Goes through the input, where nobody sees it. */
  readonly password?: { readonly account: string; readonly value: string } | undefined;
  readonly order?: OrderGuard | undefined;
  /** What to look at when the command has succeeded, before anybody else can change it: the words of `site`. The answer's `report` has it. */
  readonly look?: SiteLook | undefined;
}

/** What a look at a site is made of: its domain, its system user, and the query for its records. */
export type SiteLook = readonly [domain: string, user: string, query: string];

/** What became of a command: carried out, or held back by its guard. */
export type PanelOutcome =
  | ({ readonly outcome: "done"; readonly report: PanelReport } & PanelAnswer)
  | { readonly outcome: "cooling"; readonly lastOrderAt: Date }
  | { readonly outcome: "replaced" };

/** The way to one server, and the turns of those who use it. */
export interface PanelSession {
  /** The transport's name. */
  readonly name: string;
  /** Runs a word of the script. `lacks`, `busy` and `failed` are errors already. */
  ask(words: readonly [string, ...string[]], options: AskPanel): ResultAsync<PanelReport, PanelError>;
  /** Runs a command of `clpctl`, one at a time at each server. */
  run(command: PanelCommand, options?: RunPanelCommand): ResultAsync<PanelOutcome, PanelError | PanelAnswerError>;
}

/** What a session is made of. */
export interface PanelSessionOptions {
  readonly transport: Transport;
  readonly random: Random;
  readonly clock: Clock;
  readonly lockWaitMs: number;
  readonly commandTimeoutMs: number;
}

/** For starting, reading and writing, beyond what the server itself bounds. */
const allowanceMs = 60_000;

export function panelSession(options: PanelSessionOptions): PanelSession {
  const { transport, random, clock, lockWaitMs, commandTimeoutMs } = options;
  const { name } = transport;
  const mark = Buffer.from(random.bytes(12)).toString("hex");
  const bounds = { timeoutMs: lockWaitMs + commandTimeoutMs + allowanceMs, maxOutputBytes: 64 * 1024 * 1024 };
  const argvOf = (...words: readonly [string, ...string[]]): readonly [string, ...string[]] => {
    return ["sh", "-c", panelScript, "hostelry-panel", mark, String(Math.ceil(lockWaitMs / 1000)), ...words];
  };
  const commands = readyRun(transport, clock, argvOf("run", String(Math.ceil(commandTimeoutMs / 1000))), bounds);

  const readReport = (
    word: string,
    { stdout, stderr }: CommandOutput,
    state: FailureState,
  ): Result<PanelReport, PanelError> => {
    const text = Buffer.from(stdout).toString("utf8");
    const begin = text.indexOf(`${mark} begin\n`);
    const end = text.lastIndexOf(`${mark} over\n`);
    if (begin < 0 || end < begin) {
      const said = linesOf(Buffer.from(stderr).toString("utf8")).join(" / ").slice(0, 300);
      return err(protocolViolation(name, word, { state: begin < 0 ? "unchanged" : state, excerpt: said }));
    }
    const report = reportOf(text.slice(begin + mark.length + 7, end));
    const problem = problemOf(name, word, report, lockWaitMs, state);
    return problem === undefined ? ok(report) : err(problem);
  };

  return {
    name,
    ask: (words, { signal, changes, input = "" }) => {
      const ask = (state: FailureState): ResultAsync<PanelReport, PanelError> =>
        transport
          .run({ argv: argvOf(...words) }, { ...bounds, signal, input: Buffer.from(input) })
          .andThen((output) => readReport(words[0], output, state));
      return changes === true ? inTurn(`cloudpanel ${name}`, signal, () => ask("unknown")) : ask("unchanged");
    },
    run: (command, { signal, ...rest } = {}) =>
      inTurn(`cloudpanel ${name}`, signal, () => {
        const ran = commands.run(Buffer.from(inputOf(command, rest)), signal);
        // Where there is one command there will be another, as a rule: it is got ready while this one works.
        commands.prepare();
        return ran
          .andThen((output) => readReport("run", output, "unknown"))
          .andThen((report) => outcomeOf(name, command, report));
      }),
  };
}

function outcomeOf(
  name: string,
  command: PanelCommand,
  report: PanelReport,
): Result<PanelOutcome, PanelError | PanelAnswerError> {
  const cooling = report.one("cooling");
  if (cooling !== undefined) return ok({ outcome: "cooling", lastOrderAt: new Date(Number(cooling) * 1000) });
  if (report.one("replaced") !== undefined) return ok({ outcome: "replaced" });
  const output: PanelOutput = {
    exitCode: Number(report.one("exit") ?? Number.NaN),
    stdout: report.text("out") ?? "",
    stderr: report.text("err") ?? "",
  };
  if (Number.isNaN(output.exitCode)) {
    return err(protocolViolation(name, command.name, { state: "unknown", excerpt: excerptOf(output, command) }));
  }
  return readAnswer(name, command, output).map((answer) => ({ outcome: "done", report, ...answer }));
}

/** What the script reads from its input, with its end marked. No value has a line break in it: {@link PanelCommand} is made of checked ones. */
function inputOf(command: PanelCommand, { password, order, look }: RunPanelCommand): string {
  const lines = command.argv.map((argument) => `a ${argument}`);
  for (const [option, content] of Object.entries(command.files)) {
    lines.push(`f ${option} ${Buffer.from(content).toString("base64")}`);
  }
  if (command.confirms) lines.push("y");
  if (password !== undefined) lines.push(`p ${password.account} ${password.value}`);
  if (order !== undefined) {
    const now = Math.floor(order.now.getTime() / 1000);
    lines.push(`o ${order.domain} ${now} ${Math.ceil(order.pauseMs / 1000)} ${order.installed ?? "none"}`);
  }
  if (look !== undefined) lines.push(`l ${look.join(" ")}`);
  return `${lines.join("\n")}\n.\n`;
}

function reportOf(text: string): PanelReport {
  const lines = text.split("\n").map((line) => {
    const space = line.indexOf(" ");
    return space < 0 ? ([line, ""] as const) : ([line.slice(0, space), line.slice(space + 1)] as const);
  });
  const all = (word: string): readonly string[] => lines.flatMap(([first, rest]) => (first === word ? [rest] : []));
  return {
    all,
    one: (word) => all(word)[0],
    text: (word) => {
      const [coded] = all(word);
      return coded === undefined ? undefined : Buffer.from(coded, "base64").toString("utf8");
    },
  };
}

const lacking: Readonly<Record<string, string>> = {
  root: "root: sign in to the server as root",
  flock: "flock (package util-linux)",
  lock: "to write to /run",
  sqlite3: "sqlite3 (apt-get install sqlite3)",
  records: "CloudPanel's records, which can't be read",
  clpctl: "clpctl, of CloudPanel 2",
};

function problemOf(
  name: string,
  operation: string,
  report: PanelReport,
  waitedMs: number,
  state: FailureState,
): PanelError | undefined {
  const lacks = report.one("lacks");
  if (lacks !== undefined) return panelUnsupported(name, lacking[lacks] ?? lacks);
  if (report.one("busy") !== undefined) return panelBusy(name, waitedMs);
  const failed = report.one("failed");
  if (failed === undefined) return undefined;
  return panelFailed(name, operation, "command-failed", { state, excerpt: `${failed} failed` });
}
