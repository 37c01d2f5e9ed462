import type { FindingLog } from "../finding.ts";
import type { FindingCode } from "../finding-code.ts";
import { decodeUtf8 } from "../names/decode-utf8.ts";
import type { ByteReader } from "./byte-reader.ts";
import { globalPaxProblem, type PaxRecords, paxRecords } from "./pax-records.ts";
import { blockBytes, isZero, type TarHeader, tarHeader } from "./tar-header.ts";

/** A file or directory of a tar archive; its content is next in the reader. */
export interface TarEntry {
  readonly name: string;
  readonly size: number;
  readonly mode: number;
  /** Any type flag that is not a helper header. */
  readonly type: string;
}

/** The archive can't be read on; the log says why. */
export class TarFault extends Error {
  override readonly name = "TarFault";
}

const maxHelperBytes = 1024 * 1024;
/** Writers pad to their record size. Far beyond that it is no padding, and what unpacks to more has met the ratio. */
const maxEndBytes = 20 * 1024 * 1024;
/** What the size of a plain header reaches to; only beyond it an extended header may say another one. */
export const eightGibibytes: number = 8 * 1024 ** 3;
/** Bytes from the end of a body to the next block. */
export function paddingOf(size: number): number {
  return (blockBytes - (size % blockBytes)) % blockBytes;
}

/** Reads the padding after a body, which must be there and zero. */
export async function skipPadding(reader: ByteReader, size: number, name: string, log: FindingLog): Promise<void> {
  const length = paddingOf(size);
  if (length === 0) return;
  const padding = await reader.take(length);
  if (padding.length < length) fail(log, "TRUNCATED", "The archive ends inside of the entry.", name);
  if (!isZero(padding)) fail(log, "UNREFERENCED_DATA", "There are bytes hidden after the content of the entry.", name);
}

function fail(log: FindingLog, code: FindingCode, message: string, name?: string): never {
  log.error(code, message, name);
  throw new TarFault(code);
}

interface Pending {
  /** A global header is behind us and no entry yet that it could speak of. */
  readonly announced?: true | undefined;
  readonly pax?: PaxRecords | undefined;
  readonly longName?: Buffer | undefined;
}

/**
 * The entries of a tar archive in order, helper headers resolved. The consumer takes content and padding of an entry
 * out of `reader` before it asks for the next one.
 */
export async function* tarEntries(reader: ByteReader, maxNameBytes: number, log: FindingLog): AsyncGenerator<TarEntry> {
  let pending: Pending = {};
  for (;;) {
    const block = await reader.take(blockBytes);
    if (block.length < blockBytes) fail(log, "TRUNCATED", "The end of the archive is missing; the upload was cut off.");
    const waiting = pending.pax !== undefined || pending.longName !== undefined;
    if (isZero(block)) {
      if (waiting || pending.announced === true)
        fail(log, "TAR_PAX_AMBIGUOUS", "The archive ends after a header that announces an entry.");
      return readEnd(reader, log);
    }
    const header = tarHeader(block);
    if ("problem" in header) fail(log, "TAR_HEADER_INVALID", `A header of the archive is damaged: ${header.problem}.`);
    if (header.type === "x" || header.type === "g" || header.type === "L") {
      if (waiting) fail(log, "TAR_PAX_AMBIGUOUS", "Two helper headers in a row can be read in two ways.");
      pending = await readHelper(reader, header, maxNameBytes, log);
      continue;
    }
    yield resolve(header, pending, log);
    pending = {};
  }
}

async function readEnd(reader: ByteReader, log: FindingLog): Promise<void> {
  const second = await reader.take(blockBytes);
  if (second.length < blockBytes) fail(log, "TRUNCATED", "The end of the archive is missing; the upload was cut off.");
  if (!isZero(second)) fail(log, "TRAILING_DATA", "There are entries behind a zero block, where most readers stop.");
  let length = 0;
  for await (const piece of reader.pieces(Number.MAX_SAFE_INTEGER)) {
    length += piece.length;
    if (length > maxEndBytes || !isZero(piece))
      fail(log, "TRAILING_DATA", "There are bytes after the end of the archive.");
  }
}

async function readHelper(
  reader: ByteReader,
  header: TarHeader,
  maxNameBytes: number,
  log: FindingLog,
): Promise<Pending> {
  const limit = header.type === "L" ? maxNameBytes + 1 : maxHelperBytes;
  if (header.size > limit) {
    fail(
      log,
      header.type === "L" ? "NAME_TOO_LONG" : "TAR_PAX_INVALID",
      "A helper header is larger than any tool writes.",
    );
  }
  const body = Buffer.from(await reader.take(header.size));
  if (body.length < header.size) fail(log, "TRUNCATED", "The archive ends inside of a helper header.");
  await skipPadding(reader, header.size, "", log);
  if (header.type === "L") {
    if (body.length < 2 || body.at(-1) !== 0) fail(log, "TAR_PAX_AMBIGUOUS", "A long name does not end as it should.");
    return { longName: body.subarray(0, -1) };
  }
  if (header.type === "g") {
    const problem = globalPaxProblem(body);
    if (problem !== undefined) fail(log, problem.code, `An extended header is refused: ${problem.problem}.`);
    return { announced: true };
  }
  const records = paxRecords(body);
  if ("code" in records) fail(log, records.code, `An extended header is refused: ${records.problem}.`);
  return { pax: records };
}

function resolve(header: TarHeader, { pax, longName }: Pending, log: FindingLog): TarEntry {
  const bytes = longName ?? header.name;
  const name = pax?.path ?? decodeUtf8(bytes);
  if (name === undefined) return fail(log, "NAME_ENCODING", "The name is not valid UTF-8.", bytes.toString("latin1"));
  if (header.linked && (header.type === "0" || header.type === "5")) {
    fail(log, "TAR_HEADER_INVALID", "The entry names the target of a link and is none.", name);
  }
  const size = pax?.size ?? header.size;
  // A size that the plain header can hold must be there; otherwise readers that skip by one or the other see other
  // entries (CVE-2025-62518).
  if (size !== header.size && (header.size !== 0 || size <= eightGibibytes)) {
    fail(log, "TAR_PAX_AMBIGUOUS", "The two sizes of the entry contradict each other.", name);
  }
  return { name, size, mode: header.mode, type: header.type };
}
