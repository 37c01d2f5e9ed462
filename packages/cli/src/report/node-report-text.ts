import type { NodeFinding, NodeReport } from "@hostelry/adapter-ssh";
import type { NodeEntry } from "../nodes/node-entry.ts";
import type { Palette } from "../terminal/palette.ts";

/** What was found of a node, for programs. */
export function nodeReportObject({ name, kind, root, place }: NodeEntry, { usable, findings }: NodeReport): object {
  const { host, port = 22, user } = place;
  return { node: name, kind, host, port, user, root, usable, findings };
}

/** What was found of a node, for people: a line for each thing, and what to do below those that are not as they should be. */
export function nodeReportText({ name, place }: NodeEntry, { usable, findings }: NodeReport, paint: Palette): string {
  const { host, port = 22, user } = place;
  const warned = findings.some(({ status }) => status === "warning");
  const says = usable ? `can be published to${warned ? ", with warnings" : ""}` : "can't be published to";
  const mark = usable ? (warned ? paint.warn("!") : paint.good("✓")) : paint.bad("✗");
  const width = Math.max(...findings.map(({ check }) => check.length));
  return [
    `${mark} ${paint.strong(name)} ${paint.soft(`${user}@${host}:${port}`)} ${says}`,
    ...findings.flatMap((finding) => findingLines(finding, width, paint)),
  ].join("\n");
}

function findingLines({ check, status, message, nextStep }: NodeFinding, width: number, paint: Palette): string[] {
  const marks = { ok: paint.good("✓"), warning: paint.warn("!"), failed: paint.bad("✗"), skipped: paint.soft("-") };
  const line = `  ${marks[status]} ${check.padEnd(width)}  ${message}`;
  return nextStep === undefined ? [line] : [line, `    ${" ".repeat(width)}  ${paint.soft(nextStep)}`];
}
