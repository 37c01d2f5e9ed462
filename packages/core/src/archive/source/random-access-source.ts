import { isHostingError } from "../../errors/index.ts";
import type { RandomAccessSource } from "./archive-source.ts";
import type { ByteSource } from "./byte-source.ts";
import { inspectionAborted, systemReason, unreadable } from "./unreadable.ts";

const nothing = async (): Promise<void> => {};

/** Wraps the caller's reader: lengths are checked, what it throws becomes `ARCHIVE_UNREADABLE` or `ABORTED`. */
export function randomAccessSource(reader: RandomAccessSource, name: string, signal?: AbortSignal): ByteSource {
  const read = async (offset: number, length: number): Promise<Uint8Array> => {
    if (length === 0) return new Uint8Array(0);
    let bytes: Uint8Array;
    try {
      bytes = await reader.read(offset, length, signal);
    } catch (cause) {
      if (signal?.aborted === true) throw inspectionAborted(cause);
      throw isHostingError(cause) ? cause : unreadable(name, systemReason(cause), cause);
    }
    if (bytes.byteLength !== length) throw unreadable(name, "it gave fewer or more bytes than were asked for");
    return bytes;
  };
  return {
    name,
    size: reader.size,
    read,
    readInto: async (offset, target) => target.set(await read(offset, target.byteLength)),
    assertUnchanged: nothing,
    close: nothing,
  };
}

/** A `Blob` as a {@link RandomAccessSource}. */
export function blobReader(blob: Blob): RandomAccessSource {
  return {
    size: blob.size,
    read: async (offset, length) => new Uint8Array(await blob.slice(offset, offset + length).arrayBuffer()),
  };
}
