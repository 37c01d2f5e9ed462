import type { Progress } from "@hostelry/core";
import { formatBytes } from "./format.ts";
import type { TextSink } from "./text-sink.ts";

/** One line at the bottom of a terminal, written over and over. */
export interface ProgressLine {
  show(progress: Progress): void;
  /** Takes the line away, so that something lasting can be written in its place. */
  clear(): void;
}

const width = 24;
/** Return to the line's start and erase it (ECMA-48 EL). */
const erase = "\r\u001b[K";

/** Shows how far work has come; silent where the sink is no terminal. At most one write per percent. */
export function progressLine(sink: TextSink): ProgressLine {
  let shown = "";
  return {
    show: ({ step, done, total, unit, target }) => {
      if (sink.isTTY !== true) return;
      const part = total === 0 ? 1 : done / total;
      const filled = Math.round(part * width);
      const amounts =
        unit === "bytes" ? `${formatBytes(done)} of ${formatBytes(total)}` : `${done} of ${total} ${unit}`;
      const key = `${step} ${target ?? ""} ${Math.floor(part * 100)}`;
      if (key === shown) return;
      shown = key;
      const where = target === undefined ? "" : ` to ${target}`;
      sink.write(`${erase}${"━".repeat(filled)}${"─".repeat(width - filled)} ${step}${where} · ${amounts}`);
    },
    clear: () => {
      if (shown !== "") sink.write(erase);
      shown = "";
    },
  };
}
