import { err, type HostingErrorOf, hostingError, ok, type Result } from "@hostelry/core/adapter";
import {
  type PanelFailure,
  type PanelProblem,
  panelFailed,
  panelRefused,
  panelUnsupported,
  protocolViolation,
} from "../panel-errors.ts";
import type { PanelCommand } from "./panel-command.ts";

/** What a command wrote, and how it ended. */
export interface PanelOutput {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that the panel carried out. */
export interface PanelAnswer {
  /** What it wrote, line by line, without white space at the ends and without empty lines. */
  readonly lines: readonly string[];
}

/** What a command of `clpctl` may be answered with. */
export type PanelAnswerError =
  | HostingErrorOf<"CERTIFICATE_REFUSED">
  | HostingErrorOf<"PANEL_FAILED">
  | HostingErrorOf<"PANEL_REFUSED">
  | HostingErrorOf<"PANEL_UNSUPPORTED">
  | HostingErrorOf<"PROTOCOL_VIOLATION">;

/** Where errors are: on the standard output, one to a line, among what PHP may have to say besides. */
const refusals: readonly (readonly [RegExp, (match: RegExpExecArray) => PanelProblem])[] = [
  [/^(\w+): This value already exists\.$/, ([, field = ""]) => ({ field, problem: "exists" })],
  [/^(\w+): This value is not valid\.$/, ([, field = ""]) => ({ field, problem: "invalid" })],
  [
    /^(\w+): This value is too short\. It should have \d+ characters? or more\.$/,
    ([, field = ""]) => ({ field, problem: "too-short" }),
  ],
  [
    /^(\w+): This value is too long\. It should have \d+ characters? or less\.$/,
    ([, field = ""]) => ({ field, problem: "too-long" }),
  ],
  // What MySQL and MariaDB say themselves of a database that the panel has no record of.
  [/\b1007 Can't create database '[^']*'; database exists/, () => ({ field: "databaseName", problem: "exists" })],
  [/^(\w+): The private key does not match the certificate\.$/, ([, field = ""]) => ({ field, problem: "invalid" })],
  [/^The "--(\w+)" option requires a value\.$/, ([, field = ""]) => ({ field, problem: "too-short" })],
  [/^(?:DomainName|Site) "[^"]*" does not exist\.$/, () => ({ field: "domainName", problem: "missing" })],
  [/^Database "[^"]*" does not exist\.$/, () => ({ field: "databaseName", problem: "missing" })],
  [/^File "[^"]*" does not exist\.$/, () => ({ field: "file", problem: "missing" })],
  [/^User "[^"]*" does not exist\.$/, () => ({ field: "userName", problem: "missing" })],
  [/^Vhost Template "?[^"]*"? does not exist\.$/, () => ({ field: "vhostTemplate", problem: "missing" })],
];

const failures: readonly (readonly [RegExp, PanelFailure, "unchanged" | "unknown"])[] = [
  [/^cURL error \d+: /, "outbound-blocked", "unchanged"],
  [/ exceeded the timeout of \d+ seconds\./, "timeout", "unknown"],
  [/^Command ".*" failed, error message: /, "command-failed", "unknown"],
  [/SQLSTATE\[HY000\] \[2002\]/, "database-down", "unknown"],
];

const acmeRefusal = /^(\S+): Domain could not be validated, error message: (.*)$/;
const acmeProblem =
  /error type: urn:ietf:params:acme:error:(\w+), error detail: (.*?)(?=, error type: urn:ietf:params:acme|$)/g;

/** Longest excerpt of what a panel said. */
const maxExcerpt = 300;

/**
 * Reads what `clpctl` said. Success is exit code 0 and, where the command has one, its word of success; everything else is an error of the table,
 * and what is in no table is `PROTOCOL_VIOLATION` with an excerpt in which no secret of the command is left.
 */
export function readAnswer(
  panel: string,
  command: PanelCommand,
  output: PanelOutput,
): Result<PanelAnswer, PanelAnswerError> {
  const { exitCode, stdout, stderr } = output;
  const lines = linesOf(stdout);
  if (exitCode === 0) {
    const { success } = command;
    if (success === undefined || lines.some((line) => success.test(line))) return ok({ lines });
    return err(protocolViolation(panel, command.name, { state: "unknown", excerpt: excerptOf(output, command) }));
  }
  if (exitCode === 127) return err(panelUnsupported(panel, "clpctl, of CloudPanel 2"));
  if (/There are no commands defined in the|Command "[^"]*" is not defined/.test(stderr)) {
    return err(panelUnsupported(panel, `a version of CloudPanel that knows ${command.name}`));
  }
  const ended =
    exitCode === 124
      ? "timeout"
      : exitCode === 98
        ? "password-not-set"
        : exitCode > 128 && exitCode < 193
          ? "ended"
          : undefined;
  if (ended !== undefined) {
    const state = ended === "password-not-set" ? "changed" : "unknown";
    return err(panelFailed(panel, command.name, ended, { state, excerpt: excerptOf(output, command) }));
  }
  if (exitCode === 1) {
    const told = errorOf(panel, command, lines);
    if (told !== undefined) return err(told);
    if (lines.length === 0 && stderr.trim() === "") {
      return err(panelFailed(panel, command.name, "silent", { state: "unknown" }));
    }
  }
  return err(protocolViolation(panel, command.name, { state: "unknown", excerpt: excerptOf(output, command) }));
}

/** Lines without white space at their ends, without empty ones, and without colours. */
export function linesOf(text: string): readonly string[] {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with one.
  const plain = text.replace(/\u001b\[[0-9;]*m/g, "");
  return plain.split("\n").flatMap((line) => (line.trim() === "" ? [] : [line.trim()]));
}

function errorOf(panel: string, command: PanelCommand, lines: readonly string[]): PanelAnswerError | undefined {
  for (const line of lines) {
    const [, , detail] = acmeRefusal.exec(line) ?? [];
    if (detail !== undefined) return acmeError(panel, command, redacted(detail, command));
  }
  for (const [pattern, problem, state] of failures) {
    const line = lines.find((each) => pattern.test(each));
    if (line !== undefined)
      return panelFailed(panel, command.name, problem, { state, excerpt: redacted(line, command) });
  }
  const problems = lines.flatMap((line) =>
    refusals.flatMap(([pattern, problemOf]) => {
      const match = pattern.exec(line);
      return match === null ? [] : [problemOf(match)];
    }),
  );
  return problems.length === 0 ? undefined : panelRefused(panel, command.name, problems);
}

/** The authority's own words. Which name each belongs to is not said, except where the detail names it. */
function acmeError(panel: string, command: PanelCommand, detail: string): HostingErrorOf<"CERTIFICATE_REFUSED"> {
  const told = [...detail.matchAll(acmeProblem)].map(([, problem = "", text = ""]) => ({ problem, detail: text }));
  const asked = command.argv.flatMap((argument) => /^--domainName=(.*)$/.exec(argument)?.[1] ?? []);
  const names = told.map(({ problem, detail: text }) => {
    const named = text
      .match(/\b(?:[a-z0-9-]+\.)+[a-z][a-z0-9-]+\b/g)
      ?.find((name) => asked.some((each) => name.endsWith(each)));
    return { name: named ?? asked[0] ?? "", problem, detail: text };
  });
  const problem = told[0]?.problem ?? "unknown";
  const message = `The authority behind ${panel} refused a certificate: ${detail}`;
  return hostingError("CERTIFICATE_REFUSED", message, { authority: panel, operation: command.name, problem, names });
}

/** The last that a panel said, for a person: one line, cut short, without secrets. */
export function excerptOf({ stdout, stderr }: PanelOutput, command: PanelCommand): string {
  return redacted([...linesOf(stdout), ...linesOf(stderr)].join(" / "), command);
}

function redacted(text: string, { secrets }: PanelCommand): string {
  let clean = text;
  for (const secret of secrets) if (secret !== "") clean = clean.replaceAll(secret, "[secret]");
  clean = clean
    .replace(/(--\w*[Pp]assword=)\S+/g, "$1[secret]")
    .replace(/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(-----END [A-Z ]*PRIVATE KEY-----|$)/g, "[secret]")
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they must not reach a terminal.
    .replace(/[\u0000-\u001f\u007f]+/g, " ");
  return clean.length > maxExcerpt ? `${clean.slice(0, maxExcerpt - 1)}…` : clean;
}
