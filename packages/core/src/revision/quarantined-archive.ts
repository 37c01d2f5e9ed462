import type { RandomAccessSource } from "../archive/source/archive-source.ts";
import { type HostingErrorOf, hostingError } from "../errors/index.ts";
import type { BlobStoreError } from "../ports/blob-store.ts";
import type { CallOptions } from "../ports/call-options.ts";
import type { HostingPorts } from "../ports/hosting-ports.ts";
import { errAsync, okAsync, type ResultAsync, unwrap } from "../result/index.ts";
import type { Revision } from "./revision.ts";

/**
 * A revision's upload as a source that the gate can read at any place. Nothing else reads it: what is served comes from
 * the blobs that the gate itself has written.
 */
export function quarantinedArchive(
  ports: HostingPorts,
  revision: Revision,
  options: CallOptions,
): ResultAsync<RandomAccessSource, BlobStoreError> {
  const { sha256, size } = revision.archive;
  return ports.blobs
    .has([sha256], options)
    .andThen((found) => (found.has(sha256) ? okAsync(reader()) : errAsync(gone(sha256))));

  function reader(): RandomAccessSource {
    return {
      size,
      read: async (offset, length, signal) => {
        const bytes = await unwrap(ports.blobs.read(sha256, { start: offset, end: offset + length, signal }));
        return collect(bytes, Math.max(0, Math.min(length, size - offset)));
      },
    };
  }
}

async function collect(chunks: AsyncIterable<Uint8Array>, length: number): Promise<Uint8Array> {
  let whole: Uint8Array | undefined;
  let filled = 0;
  for await (const chunk of chunks) {
    if (filled === 0 && chunk.length === length) return chunk;
    whole ??= new Uint8Array(length);
    whole.set(chunk.subarray(0, length - filled), filled);
    filled += chunk.length;
  }
  return (whole ?? new Uint8Array(0)).subarray(0, filled);
}

function gone(sha256: string): HostingErrorOf<"BLOB_NOT_FOUND"> {
  return hostingError("BLOB_NOT_FOUND", "The uploaded archive is no longer in the blob store.", { sha256 });
}
