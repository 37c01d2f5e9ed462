import type { ArchiveReport, Finding, Manifest } from "@hostelry/core";
import { count, formatBytes } from "../terminal/format.ts";
import type { Palette } from "../terminal/palette.ts";
import { tree } from "../terminal/tree.ts";

const maxTreeLines = 40;
const maxFindings = 10;

/** An inspection for people: verdict, findings, figures, and what would be published. */
export function inspectionText(
  file: string,
  report: ArchiveReport,
  manifest: Manifest | undefined,
  paint: Palette,
): string {
  const verdict = report.ok ? paint.good("✓ accepted") : paint.bad("✗ rejected");
  const lines = [`${verdict}  ${paint.strong(file)}`, ...findingLines(report.findings, paint)];
  const { stats } = report;
  if (report.ok) {
    const sizes = `${count(stats.files, "file")}, ${formatBytes(stats.bytes)}, packed ${formatBytes(stats.archiveBytes)}`;
    const root = stats.root === "" ? "" : ` · folder ${stats.root} taken off`;
    lines.push(`  ${sizes}${root}${stats.hasIndexHtml ? "" : " · no index.html"}`);
  }
  if (report.sha256 !== "") lines.push(`  ${paint.soft(`SHA-256 ${report.sha256}`)}`);
  if (manifest !== undefined) {
    const files = manifest.files.map(({ path, size }) => ({ path: printable(path), remark: formatBytes(size) }));
    lines.push(...tree(files, maxTreeLines).map((line) => `  ${line}`));
  }
  if (report.stripped.length > 0) lines.push(`  left out: ${list(report.stripped.map(printable))}`);
  return lines.join("\n");
}

/** The findings, errors first as they come, the first of them being what decided. */
export function findingLines(findings: readonly Finding[], paint: Palette): readonly string[] {
  const mark = { error: paint.bad("error"), warning: paint.warn("warning"), info: paint.soft("info") };
  const lines = findings.slice(0, maxFindings).map(({ code, severity, entry, message }) => {
    const where = entry === undefined ? "" : ` ${entry}:`;
    return `  ${mark[severity]} ${code}${where} ${message}`;
  });
  const left = findings.length - lines.length;
  return left > 0 ? [...lines, `  … and ${count(left, "more finding")}; --json lists all`] : lines;
}

function list(names: readonly string[]): string {
  const shown = names.slice(0, 8).join(", ");
  return names.length > 8 ? `${shown} and ${names.length - 8} more` : shown;
}

/** A path that can't move the cursor or turn the text around on a terminal. */
function printable(path: string): string {
  return path.replace(/[\p{Cc}\p{Cf}]/gu, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
}
