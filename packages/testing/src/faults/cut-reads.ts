import { type BlobStore, type HostingError, hostingError } from "@hostelry/core/adapter";

/** Where reading breaks off. */
export interface CutReads {
  /** So many bytes of each blob are given before the stream throws. */
  readonly afterBytes: number;
  /** What it throws. Default: `ADAPTER_FAILED`. */
  readonly error?: HostingError | undefined;
}

/** A blob source whose streams break off: what a target meets when the connection to the blobs is lost half-way. */
export function cutReads<P extends Pick<BlobStore, "read">>(blobs: P, cut: CutReads): P {
  const read: BlobStore["read"] = (sha256, options) =>
    blobs.read(sha256, options).map((chunks) => cutStream(chunks, cut));
  return new Proxy(blobs, {
    get: (target, property, receiver) => (property === "read" ? read : Reflect.get(target, property, receiver)),
  });
}

async function* cutStream(
  chunks: AsyncIterable<Uint8Array>,
  { afterBytes, error }: CutReads,
): AsyncGenerator<Uint8Array> {
  let left = afterBytes;
  for await (const chunk of chunks) {
    if (chunk.length > left) {
      yield chunk.subarray(0, left);
      break;
    }
    left -= chunk.length;
    yield chunk;
  }
  const details = { adapter: "fault injector", operation: "read", state: "unchanged" } as const;
  throw error ?? hostingError("ADAPTER_FAILED", "Reading was made to break off.", details);
}
