import { createHash } from "node:crypto";
import { type BlobRange, hostingError } from "@hostelry/core/adapter";
import { aborted, type Turn } from "../turn.ts";

/** What to read, and how. */
export interface Reading {
  readonly bytes: Uint8Array;
  readonly range: BlobRange;
  readonly signal: AbortSignal | undefined;
  readonly turn: Turn;
}

const chunkBytes = 65_536;

/** The bytes of a range, in chunks that are copies, a turn before each. */
export async function* chunksOf({ bytes, range, signal, turn }: Reading): AsyncGenerator<Uint8Array> {
  const end = Math.min(range.end ?? bytes.length, bytes.length);
  for (let offset = range.start ?? 0; offset < end; offset += chunkBytes) {
    await turn();
    if (signal?.aborted === true) throw aborted("read", signal);
    yield bytes.slice(offset, Math.min(end, offset + chunkBytes));
  }
}

/** Like {@link chunksOf}; a blob that is read whole is compared with its name at the end. */
export async function* checkedChunks(sha256: string, reading: Reading): AsyncGenerator<Uint8Array> {
  const hash = createHash("sha256");
  let size = 0;
  for await (const chunk of chunksOf(reading)) {
    hash.update(chunk);
    size += chunk.length;
    yield chunk;
  }
  const actual = hash.digest("hex");
  if (size === reading.bytes.length && actual !== sha256) {
    throw hostingError("BLOB_MISMATCH", `Blob ${sha256} is damaged.`, { expected: sha256, actual });
  }
}
