import { Readable } from "node:stream";
import { crc32, createInflateRaw } from "node:zlib";
import type { ByteContext } from "../inspection-context.ts";
import { throwIfAborted } from "../source/unreadable.ts";

const sliceBytes = 256 * 1024;
const chunkBytes = 256 * 1024;
/** Fixed header, then FEXTRA, FNAME, FCOMMENT, FHCRC (RFC 1952). */
const fixedBytes = 10;
const maxHeaderBytes = 64 * 1024;
const trailerBytes = 8;
const maxPadding = 0xffff;
/** bgzip starts a member every 64 KiB; more than this many say something else. */
const maxMembers = 100_000;

/** The unpacked stream ended in a way that the log already tells. */
export class GzipFault extends Error {
  override readonly name = "GzipFault";
}

/** Up to so many bytes of the archive, fewer at its end. */
export type ReadBytes = (offset: number, length: number) => Promise<Buffer>;

/** Reads the source. */
export function sourceBytes({ source, signal }: Pick<ByteContext, "source" | "signal">): ReadBytes {
  return async (offset, length) => {
    throwIfAborted(signal);
    const bytes = await source.read(offset, Math.max(0, Math.min(length, source.size - offset)));
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  };
}

/** Reads the source front to back and moves the archive's digest along; parts may be read twice. */
function trackedBytes(context: ByteContext): ReadBytes {
  const { digest } = context;
  const read = sourceBytes(context);
  return async (offset, length) => {
    const bytes = await read(offset, length);
    const fresh = digest.position - offset;
    if (fresh >= 0 && fresh < bytes.length) digest.update(bytes.subarray(fresh));
    return bytes;
  };
}

/** Length of a member's header; a sentence part if it is refused. */
function headerLength(head: Buffer): number | string {
  const flags = head[3] ?? 0;
  if (head.length < fixedBytes) return "its header is cut off";
  if (head[0] !== 0x1f || head[1] !== 0x8b || head[2] !== 8) return "it has no gzip header";
  if ((flags & 0xe0) !== 0) return "reserved flags are set";
  let at = fixedBytes;
  if ((flags & 4) !== 0) {
    if (at + 2 > head.length) return "its header is cut off";
    at += 2 + head.readUInt16LE(at);
  }
  for (const bit of [8, 16]) {
    if ((flags & bit) === 0) continue;
    const end = head.indexOf(0, at);
    if (end < 0) return "its header is cut off";
    if (bit === 8 && /[/\\]/.test(head.toString("latin1", at, end))) return "its file name is a path";
    at = end + 1;
  }
  if ((flags & 2) !== 0) {
    if (at + 2 > head.length) return "its header is cut off";
    if (head.readUInt16LE(at) !== (crc32(head.subarray(0, at)) & 0xffff)) return "its header checksum is wrong";
    at += 2;
  }
  return at > head.length ? "its header is cut off" : at;
}

/**
 * Unpacks gzip. Several members are one stream (pigz, bgzip); what is between them, after them and in their trailers is
 * exact. Node's own gunzip ignores what follows a member. Counts the output and stops at once when it swells.
 *
 * @param read by default one that moves the archive's digest along.
 */
export async function* gzipMembers(
  context: ByteContext,
  read: ReadBytes = trackedBytes(context),
): AsyncGenerator<Uint8Array> {
  const { source, log, policy } = context;
  let at = 0;
  let total = 0;

  const fail = (code: Parameters<typeof log.error>[0], message: string): never => {
    log.error(code, message);
    throw new GzipFault(code);
  };

  async function* slices(from: number): AsyncGenerator<Buffer> {
    for (let offset = from; offset < source.size; offset += sliceBytes) yield await read(offset, sliceBytes);
  }

  for (let member = 0; at < source.size; member += 1) {
    const head = await read(at, maxHeaderBytes);
    if (member > 0 && head[0] !== 0x1f) {
      if (source.size - at > maxPadding || !(await read(at, maxPadding)).every((byte) => byte === 0)) {
        fail("TRAILING_DATA", "There are bytes after the end of the compressed archive.");
      }
      return;
    }
    const length = headerLength(head);
    if (typeof length === "string") return fail("DEFLATE_INVALID", `The compressed archive is damaged: ${length}.`);
    if (member >= maxMembers) fail("UNSUPPORTED_FEATURE", "The compressed archive has too many parts.");
    const inflater = createInflateRaw({ chunkSize: chunkBytes });
    const feed = Readable.from(slices(at + length), { objectMode: false });
    feed.once("error", (cause) => inflater.destroy(cause));
    let crc = 0;
    let size = 0;
    try {
      for await (const chunk of feed.pipe(inflater)) {
        const bytes = chunk as Buffer;
        crc = crc32(bytes, crc);
        size += bytes.length;
        total += bytes.length;
        if (total > policy.ratioFloorBytes && total > (at + inflater.bytesWritten) * policy.maxRatio) {
          fail("RATIO", `The archive unpacks to more than ${policy.maxRatio} times its size.`);
        }
        yield bytes;
      }
    } catch (cause) {
      if (!String((cause as { code?: unknown }).code).startsWith("Z_")) throw cause;
      const cutOff = (cause as { code?: unknown }).code === "Z_BUF_ERROR";
      fail(
        cutOff ? "TRUNCATED" : "DEFLATE_INVALID",
        cutOff ? "The compressed archive is cut off." : "The compressed data is damaged.",
      );
    } finally {
      feed.destroy();
      inflater.destroy();
    }
    at += length + inflater.bytesWritten;
    const trailer = await read(at, trailerBytes);
    if (trailer.length < trailerBytes) return fail("TRUNCATED", "The compressed archive is cut off.");
    if (trailer.readUInt32LE(0) !== crc || trailer.readUInt32LE(4) !== size % 2 ** 32) {
      fail("DEFLATE_INVALID", "The checksum of the compressed archive is wrong; it was damaged.");
    }
    at += trailerBytes;
  }
}
