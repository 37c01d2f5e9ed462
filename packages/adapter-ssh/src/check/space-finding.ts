import type { NodeExpectations } from "./node-expectations.ts";
import type { NodeFinding } from "./node-report.ts";
import type { ScriptAnswers } from "./script-answers.ts";

/** What is free where the root is, out of what `df -Pk` and `df -Pi` print. */
export function spaceFinding(
  answers: ScriptAnswers,
  { minFreeBytes, minFreeInodes }: Pick<NodeExpectations, "minFreeBytes" | "minFreeInodes">,
): NodeFinding {
  const kilobytes = available(answers("space"));
  const freeBytes = kilobytes === null ? null : kilobytes * 1024;
  const freeInodes = available(answers("inodes"));
  const facts = { freeBytes, freeInodes };
  const shown = `${freeBytes === null ? "?" : gigabytes(freeBytes)} GB${freeInodes === null ? "" : `, ${freeInodes} inodes`} free`;
  if (freeBytes === null) {
    return { check: "space", status: "skipped", message: "df does not say what is free", facts };
  }
  const scarce = freeBytes < minFreeBytes || (freeInodes !== null && freeInodes < minFreeInodes);
  if (!scarce) return { check: "space", status: "ok", message: shown, facts };
  const nextStep = "Free room there, or keep fewer releases; publishing changes nothing when the disk is full.";
  return { check: "space", status: "warning", message: `only ${shown}`, nextStep, facts };
}

/** The column `Available` of the last line; none where a file system does not count (btrfs has no number of inodes). */
function available(lines: readonly string[]): number | null {
  const columns = (lines.at(-1) ?? "").split(/\s+/);
  const [total, free] = [Number(columns[1]), Number(columns[3])];
  return columns.length >= 6 && Number.isSafeInteger(free) && total > 0 ? free : null;
}

function gigabytes(bytes: number): string {
  const value = bytes / 1e9;
  return value >= 10 ? value.toFixed(0) : value.toFixed(1);
}
