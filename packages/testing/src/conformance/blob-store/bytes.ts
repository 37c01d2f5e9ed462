import { createHash } from "node:crypto";
import type { BlobStore, StoredBlob } from "@hostelry/core/adapter";
import { expectOk } from "../expectation.ts";

/** UTF-8 bytes of a text. */
export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** `length` bytes in which every position can be told from its neighbours. */
export function patternOf(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let index = 0; index < length; index += 1) bytes[index] = (index * 7 + (index >> 8)) % 251;
  return bytes;
}

/** SHA-256 as lower-case hex. */
export function hashOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** Bytes as a stream of chunks, a turn of the event loop before each. */
export async function* streamOf(bytes: Uint8Array, chunkBytes: number = 1000): AsyncGenerator<Uint8Array> {
  for (let offset = 0; offset < bytes.length; offset += chunkBytes) {
    await new Promise((resolve) => setImmediate(resolve));
    yield bytes.slice(offset, offset + chunkBytes);
  }
}

/** A stream that gives its bytes and then fails. */
export async function* brokenStream(bytes: Uint8Array, reason: Error): AsyncGenerator<Uint8Array> {
  yield* streamOf(bytes);
  throw reason;
}

/** A stream that gives its bytes, tells so, and then never gives anything more. */
export async function* silentStream(bytes: Uint8Array, told: () => void): AsyncGenerator<Uint8Array> {
  yield* streamOf(bytes);
  told();
  await new Promise(() => undefined);
}

/** All bytes of a stream. */
export async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const collected: Uint8Array[] = [];
  for await (const chunk of chunks) collected.push(chunk.slice());
  return new Uint8Array(Buffer.concat(collected));
}

/** Stores bytes. */
export function put(store: BlobStore, bytes: Uint8Array): Promise<StoredBlob> {
  return expectOk(store.put({ bytes }));
}
