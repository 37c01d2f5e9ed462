import type { ReleaseFile } from "@hostelry/core/adapter";
import { digestOfTexts, textsOfLines } from "./manifest-lines.ts";
import { sortedLines } from "./sorted-lines.ts";

/** The mode a file is laid out with: whoever may be a web server must be able to read it, and nothing is set-uid. */
export function laidOutMode(file: Pick<ReleaseFile, "mode">): number {
  return (file.mode & 0o777) | 0o444;
}

/** The type bits of a plain file in `st_mode`. */
const plainFile = 0o100000;

/**
 * Digest of what `find … -exec stat -c '%f %s %Y %n' {} + | sort` must print in the release's directory. One comparison
 * tells that nothing is missing, nothing is there that should not be, and that sizes, times and modes are right.
 */
export function listingDigest(files: readonly ReleaseFile[]): string {
  const lines = files.map(
    (file) => `${(plainFile | laidOutMode(file)).toString(16)} ${file.size} ${file.mtimeSeconds} ./${file.path}`,
  );
  // A name with a line end in it is two lines for `sort`, so it is here.
  const isOdd = lines.some((line) => line.includes("\n"));
  return digestOfTexts(textsOfLines(sortedLines(isOdd ? lines.flatMap((line) => line.split("\n")) : lines)));
}

/**
 * Digests of what `sha256sum` may print for files, in this order: GNU's writes names with a backslash or a line end (since
 * 9.0 also a carriage return) escaped and says so with a backslash before the hash; BusyBox's writes them as they are.
 */
export function hashesDigests(files: readonly ReleaseFile[]): readonly string[] {
  const odd = files.some(({ path }) => /[\\\n\r]/.test(path));
  const raw = (path: string): string => path;
  const digests = [raw, ...(odd ? [escaping(/[\\\n]/g), escaping(/[\\\n\r]/g)] : [])].map((write) => {
    const lines = files.map(({ path, sha256 }) => {
      const written = write(`./${path}`);
      return `${written === `./${path}` ? "" : "\\"}${sha256}  ${written}`;
    });
    return digestOfTexts(textsOfLines(lines));
  });
  return [...new Set(digests)];
}

/** Digest of what `openssl dgst -sha256 -r` prints for files; `undefined` when a name is odd, for nobody says how it writes those. */
export function opensslDigest(files: readonly ReleaseFile[]): string | undefined {
  if (files.some(({ path }) => /[\\\n\r]/.test(path))) return undefined;
  return digestOfTexts(textsOfLines(files.map(({ path, sha256 }) => `${sha256} *./${path}`)));
}

const letters: Readonly<Record<string, string>> = { "\\": "\\\\", "\n": "\\n", "\r": "\\r" };

function escaping(odd: RegExp): (path: string) => string {
  return (path) => path.replace(odd, (character) => letters[character] ?? character);
}
