import { createHash } from "node:crypto";
import { unwrap } from "@hostelry/core/adapter";
import type { SiteBucket } from "./site-bucket.ts";

/** A small object's bytes and tag; `undefined` when there is none. */
export async function readObject(
  bucket: SiteBucket,
  key: string,
  signal: AbortSignal | undefined,
): Promise<{ readonly bytes: Uint8Array; readonly etag: string } | undefined> {
  const read = await unwrap(bucket.get(key, { signal }));
  if (read.outcome !== "found") return undefined;
  const chunks: Uint8Array[] = [];
  for await (const chunk of read.body) chunks.push(chunk);
  return { bytes: Buffer.concat(chunks), etag: read.etag };
}

/** SHA-256 of an object's bytes, in hex; `undefined` when there is none. */
export async function hashObject(
  bucket: SiteBucket,
  key: string,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  const read = await unwrap(bucket.get(key, { signal }));
  return read.outcome === "found" ? hashChunks(read.body) : undefined;
}

/** SHA-256 of chunks, in hex. */
export async function hashChunks(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of chunks) hash.update(chunk);
  return hash.digest("hex");
}

/** SHA-256 of bytes, in hex. */
export function hashBytes(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
