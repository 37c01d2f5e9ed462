import {
  isReleaseId,
  type ProgressListener,
  type ReleaseFile,
  type ReleaseProblem,
  type VerifyRequest,
} from "@hostelry/core/adapter";
import { type EdgeParts, look, type Tracked, unreadableAnswer } from "./edge-parts.ts";
import { manifestOfLines } from "./layout/manifest-lines.ts";
import { assertSiteId, invalidInput } from "./layout/request-checks.ts";

const maxProblems = 1000;

/** Hashes every file of a release, on the node, and looks for ones that do not belong to it. */
export async function verify(
  parts: EdgeParts,
  request: VerifyRequest,
  { signal }: Tracked,
  onProgress: ProgressListener | undefined,
): Promise<{ readonly problems: readonly ReleaseProblem[] }> {
  const { siteId, release } = request;
  assertSiteId(siteId);
  if (!isReleaseId(release)) throw invalidInput("release", "it is not the name of a release");
  const about = { operation: "verify", siteId, release };
  const answer = await look(parts, about, { words: ["verify", siteId, release], signal });
  const { lines } = answer;
  const [files, others] = [lines.indexOf("files"), lines.lastIndexOf("others")];
  if (files === -1 || others < files) throw unreadableAnswer(parts, "verify", new Error("its parts are missing"));
  const { manifest = manifestOfLines(lines.slice(0, files), release, parts.name) } = request;
  const { files: expected } = manifest;
  const found = readHashes(lines.slice(files + 1, others), expected);
  const problems = compare(expected, found, lines.slice(others + 1));
  onProgress?.({ step: "verify", done: expected.length, total: expected.length, unit: "files" });
  if (problems.some(({ problem }) => problem === "changed")) {
    // Later releases must not take damaged files over by link, also when size and time were made to look right.
    parts.known.forget(siteId, release);
    await look(parts, about, { words: ["mark-damaged", siteId, release], signal });
  }
  return { problems: problems.slice(0, maxProblems) };
}

/** What `sha256sum` prints for a file: GNU's puts a backslash before it when the name is written escaped. */
const hashLine = /^(\\?)([0-9a-f]{64}) [ *]\.\/(.*)$/s;

/**
 * Reads what `sha256sum` printed: GNU's writes odd names escaped; BusyBox's as they are, so that a name with line ends is
 * several lines. Where they can be read in several ways, the one that is as expected is believed.
 */
function readHashes(lines: readonly string[], expected: readonly ReleaseFile[]): ReadonlyMap<string, string> {
  const hashes = new Map(expected.map(({ path, sha256 }) => [path, sha256]));
  const found = new Map<string, string>();
  for (const [at, line] of lines.entries()) {
    const [, mark, sha256 = "", rest = ""] = hashLine.exec(line) ?? [];
    if (mark === undefined) continue;
    if (mark === "\\") {
      found.set(unescaped(rest), sha256);
      continue;
    }
    const readings = [rest];
    for (let next = at + 1; next < lines.length && !hashLine.test(lines[next] ?? ""); next += 1) {
      readings.push(`${readings.at(-1)}\n${lines[next]}`);
    }
    const asExpected = readings.find((path) => hashes.get(path) === sha256);
    found.set(asExpected ?? readings.findLast((path) => hashes.has(path)) ?? rest, sha256);
  }
  return found;
}

const meanings: Readonly<Record<string, string>> = { "\\\\": "\\", "\\n": "\n", "\\r": "\r" };

function unescaped(text: string): string {
  return text.replace(/\\[\\nr]/g, (pair) => meanings[pair] ?? pair);
}

function compare(
  expected: readonly ReleaseFile[],
  found: ReadonlyMap<string, string>,
  others: readonly string[],
): readonly ReleaseProblem[] {
  const strange = new Set(others.map((line) => line.replace(/^\.\//, "")));
  const problems: ReleaseProblem[] = [];
  const known = new Set<string>();
  for (const { path, sha256 } of expected) {
    known.add(path);
    const actual = found.get(path);
    if (actual === sha256) continue;
    problems.push({ path, problem: actual === undefined && !strange.has(path) ? "missing" : "changed" });
  }
  for (const path of [...found.keys(), ...strange])
    if (!known.has(path)) problems.push({ path, problem: "unexpected" });
  return problems;
}
