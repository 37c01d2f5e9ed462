import { createHash } from "node:crypto";
import {
  decodeReleaseManifest,
  encodeReleaseManifest,
  hostingError,
  type ReleaseFile,
  type ReleaseId,
  type ReleaseManifest,
} from "@hostelry/core/adapter";
import { sortedLines } from "./sorted-lines.ts";

/**
 * A manifest as the lines of `.hostelry/manifests/<release>`: core's JSON, taken apart so that each file is a line, in the
 * order of their bytes. So a node makes the next release's manifest out of this one with `sort` and `uniq`, of the lines that
 * come and those that go, and nobody sends ten thousand lines for a hundred changes.
 */
export function manifestLines(manifest: ReleaseManifest): readonly string[] {
  const head = new TextDecoder().decode(encodeReleaseManifest({ ...manifest, files: [] }));
  return sortedLines([...manifest.files.map((file) => JSON.stringify(row(file))), head]);
}

function row(file: ReleaseFile): readonly unknown[] {
  const { path, sha256, size, mode, mtimeSeconds, mediaType, coding, keptUntilSeconds, pathReused } = file;
  const facts = [path, sha256, size, mode, mtimeSeconds, mediaType];
  const isPlain = coding === undefined && keptUntilSeconds === undefined && pathReused === undefined;
  return isPlain ? facts : [...facts, { coding, keptUntilSeconds, pathReused }];
}

/** Lines, each with its end, some hundreds at a time: ten thousand in one text are megabytes that nobody needs at once. */
export function* textsOfLines(lines: readonly string[]): Generator<string, void> {
  for (let from = 0; from < lines.length; from += linesAtOnce) {
    yield `${lines.slice(from, from + linesAtOnce).join("\n")}\n`;
  }
}

const linesAtOnce = 512;

/** SHA-256 of lines as a file has them: each with its end. */
export function digestOfLines(lines: readonly string[]): string {
  const hash = createHash("sha256");
  for (const text of textsOfLines(lines)) hash.update(text, "utf8");
  return hash.digest("hex");
}

/** Reads {@link manifestLines} back. Anything else, and another release's lines, is `RELEASE_CORRUPT`. */
export function manifestOfLines(lines: readonly string[], release: ReleaseId, target: string): ReleaseManifest {
  const rows = lines.filter((line) => line.startsWith("["));
  const [head = "", ...more] = lines.filter((line) => !line.startsWith("["));
  const empty = '"files":[]';
  const at = head.indexOf(empty);
  const document = `${head.slice(0, at)}"files":[${rows.join(",")}]${head.slice(at + empty.length)}`;
  const manifest = decodeReleaseManifest(new TextEncoder().encode(document));
  if (at === -1 || more.length > 0 || manifest.isErr() || manifest.value.release !== release) {
    throw hostingError("RELEASE_CORRUPT", `The stored manifest of release ${release} can't be read.`, {
      target,
      release,
      paths: [`.hostelry/manifests/${release}`],
    });
  }
  return { ...manifest.value, files: [...manifest.value.files].sort(byPath) };
}

function byPath(left: ReleaseFile, right: ReleaseFile): number {
  return Buffer.compare(Buffer.from(left.path), Buffer.from(right.path));
}
