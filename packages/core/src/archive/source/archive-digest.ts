import { createHash } from "node:crypto";
import type { ByteSource } from "./byte-source.ts";
import { throwIfAborted } from "./unreadable.ts";

const sliceBytes = 4 * 1024 * 1024;

/** Takes the SHA-256 of a whole archive while it is read anyway, and reads the rest by itself. */
export interface ArchiveDigest {
  /** Bytes `[0, position)` are in. */
  readonly position: number;
  /** Adds the bytes at `position`. */
  update(bytes: Uint8Array): void;
  /** Reads up to the end of the source and returns the hash. */
  finish(signal?: AbortSignal): Promise<string>;
}

/** A digest of the source; free when the source knows its hash already. */
export function archiveDigest(source: ByteSource): ArchiveDigest {
  const known = source.sha256;
  const hash = createHash("sha256");
  let position = 0;
  const update = (bytes: Uint8Array): void => {
    if (known === undefined) hash.update(bytes);
    position += bytes.byteLength;
  };
  return {
    get position() {
      return position;
    },
    update,
    finish: async (signal) => {
      if (known !== undefined) return known;
      while (position < source.size) {
        throwIfAborted(signal);
        update(await source.read(position, Math.min(sliceBytes, source.size - position)));
      }
      return hash.digest("hex");
    },
  };
}
