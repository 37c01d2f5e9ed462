import { type Entry, fromRandomAccessReaderPromise, RandomAccessReader } from "yauzl";
import type { DirectoryRecord } from "./directory-record.ts";

const entriesPerTurn = 256;

/** Serves the tail of an archive, directory and end records, from memory: two reads per entry cost nothing then. */
class TailReader extends RandomAccessReader {
  readonly #tail: Buffer;
  readonly #tailAt: number;

  constructor(tail: Buffer, tailAt: number) {
    super();
    this.#tail = tail;
    this.#tailAt = tailAt;
  }

  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null, bytesRead?: number) => void,
  ): void {
    const from = position - this.#tailAt;
    if (from < 0 || from + length > this.#tail.length) callback(new Error("read outside of the directory"));
    else callback(null, this.#tail.copy(buffer, offset, from, from + length));
  }
}

const sameEntry = (entry: Entry, record: DirectoryRecord): boolean =>
  entry.relativeOffsetOfLocalHeader === record.offset &&
  entry.compressedSize === record.compressedSize &&
  entry.uncompressedSize === record.size &&
  entry.crc32 === record.crc &&
  entry.compressionMethod === record.method &&
  entry.generalPurposeBitFlag === record.flags &&
  entry.externalFileAttributes === record.externalAttributes &&
  record.directory.compare(entry.fileNameRaw, 0, entry.fileNameRaw.length, record.nameAt, record.nameEnd) === 0;

/**
 * Lets yauzl read the same directory and compares entry by entry. Our rules are written so that the two can't differ;
 * if they ever do, one of us is wrong and the archive is not let in. Returns what differs.
 *
 * @param tail bytes of the archive from `tailAt` to its end without padding, at least directory and end records.
 */
export async function secondReaderDisagrees(
  tail: Buffer,
  tailAt: number,
  archiveEnd: number,
  records: readonly DirectoryRecord[],
): Promise<string | undefined> {
  try {
    // yauzl looks for the end record in the last 64 KiB and 42 bytes, which may begin in front of the directory.
    const zip = await fromRandomAccessReaderPromise(new TailReader(tail, tailAt), archiveEnd, {
      autoClose: false,
      decodeStrings: false,
      validateEntrySizes: false,
      lazyEntries: true,
    });
    if (zip.entryCount !== records.length) return "it counts other entries";
    let index = 0;
    for await (const entry of zip.eachEntry()) {
      const record = records[index];
      if (record === undefined || !sameEntry(entry, record)) return `it reads entry ${index + 1} differently`;
      index += 1;
      // Everything is in memory, so nothing else would get a turn; the workers wait for theirs.
      if (index % entriesPerTurn === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    return index === records.length ? undefined : "it sees fewer entries";
  } catch (cause) {
    return cause instanceof Error ? cause.message : "it gave up";
  }
}
