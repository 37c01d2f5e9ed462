import type { SftpSession } from "./sftp-session.ts";

/** Bytes of one request. Every server takes this many; what a server takes beyond differs. */
const requestBytes = 32_768;
/** Requests under way at once: as much as a channel's window, 2 MiB, lets through in one round trip. */
const maxUnderWay = 64;

/** An open file of the server's. */
export interface OpenFile {
  readonly session: SftpSession;
  readonly handle: Buffer;
}

/** Writes a content from a position on, many requests at once; resolves with its size when all were answered. */
export async function writeStream({ session, handle }: OpenFile, content: AsyncIterable<Uint8Array>): Promise<number> {
  const underWay: Promise<void>[] = [];
  let position = 0;
  try {
    for await (const chunk of content) {
      for (let offset = 0; offset < chunk.length; offset += requestBytes) {
        if (underWay.length >= maxUnderWay) await underWay.shift();
        const piece = Buffer.from(
          chunk.buffer,
          chunk.byteOffset + offset,
          Math.min(requestBytes, chunk.length - offset),
        );
        underWay.push(answered(session, handle, piece, position));
        position += piece.length;
      }
    }
    await Promise.all(underWay);
    return position;
  } finally {
    // One failed: the others' answers are of no interest, but they must not be left without anyone to take them.
    await Promise.allSettled(underWay);
  }
}

/** The request copies its bytes before it returns: the caller may use the chunk again. */
function answered(session: SftpSession, handle: Buffer, piece: Buffer, position: number): Promise<void> {
  const answer = session.request<void>((sftp, done) => {
    sftp.write(handle, piece, 0, piece.length, position, (error) => done(error));
  });
  // Looked at when its turn comes; until then a rejection must not count as unhandled.
  answer.catch(() => undefined);
  return answer;
}

/** Reads from a position on, asking ahead: little at first, as most files are small. */
export async function* readStream(
  { session, handle }: OpenFile,
  start: number,
  end: number,
): AsyncGenerator<Uint8Array, void> {
  const asked: Promise<Buffer>[] = [];
  let position = start;
  let ahead = 2;
  let ended = false;
  while (!ended) {
    while (asked.length < ahead && position < end) {
      const length = Math.min(requestBytes, end - position);
      const answer = readWhole(session, handle, position, length);
      answer.catch(() => undefined);
      asked.push(answer);
      position += length;
    }
    const next = asked.shift();
    if (next === undefined) return;
    const piece = await next;
    ended = piece.length < requestBytes;
    if (piece.length > 0) yield piece;
    ahead = Math.min(ahead * 2, maxUnderWay);
  }
}

/** As many bytes as are asked for, unless the file ends before. */
async function readWhole(session: SftpSession, handle: Buffer, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafeSlow(length);
  let filled = 0;
  while (filled < length) {
    // The library answers the end of the file with a count of 0.
    const count = await session.request<number>((sftp, done) => {
      sftp.read(handle, buffer, filled, length - filled, position + filled, (error, read) => done(error, read));
    });
    if (count === 0) break;
    filled += count;
  }
  return buffer.subarray(0, filled);
}
