import { createHash } from "node:crypto";
import type { ByteSource } from "./byte-source.ts";
import { throwIfAborted } from "./unreadable.ts";

const sliceBytes = 4 * 1024 * 1024;

/** Takes the SHA-256 of a whole archive while it is read anyway, and reads the rest by itself. */
export interface ArchiveDigest {
  /** Every byte has to be given; otherwise the hash is known or taken elsewhere, and `position` may be moved alone. */
  readonly hungry: boolean;
  /** Bytes `[0, position)` are in. */
  readonly position: number;
  /** Adds the bytes at `position`. */
  update(bytes: Uint8Array): void;
  /** Moves `position` on; only if not hungry. */
  skipTo(position: number): void;
  /** Reads up to the end of the source and returns the hash. */
  finish(): Promise<string>;
  /** Ends what goes on elsewhere; after this the source may be closed. */
  end(): Promise<void>;
}

/**
 * Lets another thread hash a file; `undefined` if there is none. The promise rejects when that thread could not do it.
 */
export type DigestElsewhere = (file: {
  readonly descriptor: number;
  readonly size: number;
  /** 1 ends it. */
  readonly stop: Int32Array;
}) => Promise<string> | undefined;

/** A digest of the source; free when the source knows its hash already. Begins elsewhere at once if that is given. */
export function archiveDigest(source: ByteSource, elsewhere?: DigestElsewhere, signal?: AbortSignal): ArchiveDigest {
  const { sha256, descriptor, size } = source;
  const stop = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const begun = sha256 === undefined && descriptor !== undefined ? elsewhere?.({ descriptor, size, stop }) : undefined;
  // A thread that could not do it, for whatever reason, costs time only: `finish` then does it here.
  const given = begun?.catch(() => undefined) ?? Promise.resolve(sha256);
  const giveUp = (): void => {
    Atomics.store(stop, 0, 1);
  };
  if (begun !== undefined) signal?.addEventListener("abort", giveUp, { once: true });
  const hungry = sha256 === undefined && begun === undefined;
  const hash = createHash("sha256");
  let position = 0;
  const update = (bytes: Uint8Array): void => {
    if (hungry) hash.update(bytes);
    position += bytes.byteLength;
  };
  return {
    hungry,
    get position() {
      return position;
    },
    update,
    skipTo: (to) => {
      position = to;
    },
    finish: async () => {
      const known = await given;
      throwIfAborted(signal);
      if (known !== undefined) return known;
      // What was given while another thread was thought to do it is not in the hash.
      const own = hungry ? hash : createHash("sha256");
      for (let at = hungry ? position : 0; at < size; ) {
        throwIfAborted(signal);
        const bytes = await source.read(at, Math.min(sliceBytes, size - at));
        own.update(bytes);
        at += bytes.byteLength;
      }
      return own.digest("hex");
    },
    end: async () => {
      giveUp();
      await given;
      signal?.removeEventListener("abort", giveUp);
    },
  };
}
