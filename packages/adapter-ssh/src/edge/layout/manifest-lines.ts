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
  return sortedLines([...manifest.files.map(manifestLine), headLine(manifest)]);
}

/** The line of a file. */
export function manifestLine(file: ReleaseFile): string {
  const { path, sha256, size, mode, mtimeSeconds, mediaType, coding, keptUntilSeconds, pathReused } = file;
  const isPlain = coding === undefined && keptUntilSeconds === undefined && pathReused === undefined;
  const more = isPlain ? [] : [{ coding, keptUntilSeconds, pathReused }];
  return JSON.stringify([path, sha256, size, mode, mtimeSeconds, mediaType, ...more]);
}

/** The line of what is not a file's. */
export function headLine(manifest: ReleaseManifest): string {
  return new TextDecoder().decode(encodeReleaseManifest({ ...manifest, files: [] }));
}

/** {@link manifestLines}, each with its end, some hundreds in a text: ten thousand lines are megabytes that nobody needs at once. */
export function* manifestTexts(manifest: ReleaseManifest): Generator<string, void> {
  if (!linesAreInOrder(manifest.files)) {
    yield* textsOfLines(manifestLines(manifest));
    return;
  }
  for (let from = 0; from < manifest.files.length; from += linesAtOnce) {
    let text = "";
    for (const file of manifest.files.slice(from, from + linesAtOnce)) text += `${manifestLine(file)}\n`;
    yield text;
  }
  yield `${headLine(manifest)}\n`;
}

/** Characters that JSON writes as they are, and that come after the quotation mark that ends a path. */
const plainPath = /^[#-[\]-~]+$/;

/** Whether the lines of files, as they are, are in the order of their bytes; the head's, with a brace, is then the last. */
function linesAreInOrder(files: readonly ReleaseFile[]): boolean {
  let before = "";
  return files.every(({ path }) => {
    const inOrder = path > before && plainPath.test(path);
    before = path;
    return inOrder;
  });
}

/** Lines, each with its end, some hundreds at a time. */
export function* textsOfLines(lines: readonly string[]): Generator<string, void> {
  for (let from = 0; from < lines.length; from += linesAtOnce) {
    yield `${lines.slice(from, from + linesAtOnce).join("\n")}\n`;
  }
}

const linesAtOnce = 512;

/** SHA-256 of texts, one after the other. */
export function digestOfTexts(texts: Iterable<string>): string {
  const hash = createHash("sha256");
  for (const text of texts) hash.update(text, "utf8");
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
