import { createHash } from "node:crypto";

/** What a reader sees: comparable names with the SHA-256 of the content. */
export type Reading = ReadonlyMap<string, string>;

/** A parser that is not ours. Rejects or throws when it refuses the archive. */
export interface ForeignReader {
  readonly name: string;
  read(bytes: Buffer): Promise<Reading>;
}

const ascii = /^[\x20-\x7e]*$/;

/**
 * Collects what a reader gives; directories and the root are left out. Separators are made equal. Readers decode names without the
 * UTF-8 flag by different code pages, which is known and can't be helped: files with other than ASCII names are compared
 * by content alone. A name given twice is what it is: the last one stays.
 */
export function readingOfHashes(files: Iterable<readonly [name: string, sha256: string]>): Reading {
  const reading = new Map<string, string>();
  const unnamed: string[] = [];
  for (const [raw, sha256] of files) {
    const name = raw.normalize("NFC").replaceAll("\\", "/").replace(/^\.\//, "");
    if (name === "" || name.endsWith("/")) continue;
    if (ascii.test(name)) reading.set(name, sha256);
    else unnamed.push(sha256);
  }
  for (const [index, sha256] of unnamed.sort().entries()) reading.set(`(not ASCII ${index})`, sha256);
  return reading;
}

/** The same from contents. */
export function readingOf(files: Iterable<readonly [name: string, data: Uint8Array]>): Reading {
  const hashes = [...files].map(([name, data]) => [name, createHash("sha256").update(data).digest("hex")] as const);
  return readingOfHashes(hashes);
}

/** Whether two readings are the same. */
export function sameReading(left: Reading, right: Reading): boolean {
  return left.size === right.size && [...left].every(([name, sha256]) => right.get(name) === sha256);
}
