import { describeError, isHostingError, type Progress } from "@hostelry/core";
import { type Palette, palette } from "./palette.ts";
import { progressLine } from "./progress-line.ts";
import type { TextSink } from "./text-sink.ts";

/** Where an output goes and how. */
export interface OutputOptions {
  readonly stdout: TextSink;
  readonly stderr: TextSink;
  readonly json: boolean;
  /** The variable `NO_COLOR`, if set to anything, switches colours off everywhere. */
  readonly noColor: boolean;
}

/** What a command says: results on stdout, everything else on stderr. */
export interface Output {
  /** For results on stdout. */
  readonly paint: Palette;
  readonly json: boolean;
  /** One result: the object with `--json`, else the text. */
  result(value: object, text: string): void;
  /** A remark for people; not with `--json`. */
  note(text: string): void;
  /** A failure: sentence, code and next step; with `--json` one object `{"error":…}` on stdout. */
  failure(error: unknown): void;
  /** A line on a terminal's stderr that is written over and over. Nothing when stderr is no terminal. */
  progress(progress: Progress): void;
}

/** Says things on two sinks. */
export function output({ stdout, stderr, json, noColor }: OutputOptions): Output {
  const colours = (sink: TextSink): boolean => sink.isTTY === true && !noColor;
  const line = progressLine(stderr);
  const errorPaint = palette(colours(stderr));
  return {
    paint: palette(colours(stdout) && !json),
    json,
    result: (value, text) => {
      line.clear();
      stdout.write(`${json ? JSON.stringify(value) : text}\n`);
    },
    note: (text) => {
      line.clear();
      if (!json) stderr.write(`${text}\n`);
    },
    failure: (error) => {
      line.clear();
      if (json) stdout.write(`${JSON.stringify({ error: errorObject(error) })}\n`);
      else stderr.write(`${errorPaint.bad("✗")} ${errorText(error)}\n`);
    },
    progress: (progress) => {
      if (!json) line.show(progress);
    },
  };
}

/** What has no code was expected by nobody: a bug, for whose report the stack is of use. */
function errorText(error: unknown): string {
  const isBug = error instanceof Error && !("code" in error);
  return isBug ? (error.stack ?? error.message) : describeError(error);
}

function errorObject(error: unknown): object {
  if (isHostingError(error)) return error.toJSON();
  const message = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error && "code" in error ? error.code : "BUG";
  return { code, message };
}
