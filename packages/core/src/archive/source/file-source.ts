import { type BigIntStats, readSync } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import type { ByteSource } from "./byte-source.ts";
import { systemReason, unreadable } from "./unreadable.ts";

const sameFile = (left: BigIntStats, right: BigIntStats): boolean =>
  left.size === right.size && left.mtimeNs === right.mtimeNs && left.ctimeNs === right.ctimeNs;

/**
 * An open file. Everything is read through this one descriptor, never by path again, so what is validated and what is
 * read is the same file.
 *
 * @param onClose further clean-up, after the descriptor is closed.
 */
export async function fileSource(
  handle: FileHandle,
  name: string,
  extra: { readonly sha256?: string; readonly onClose?: () => Promise<void> } = {},
): Promise<ByteSource> {
  const before = await handle.stat({ bigint: true });
  const size = Number(before.size);

  const readInto = async (offset: number, target: Uint8Array): Promise<void> => {
    let done = 0;
    while (done < target.byteLength) {
      const { bytesRead } = await handle
        .read(target, done, target.byteLength - done, offset + done)
        .catch((cause: unknown) => Promise.reject(unreadable(name, systemReason(cause), cause)));
      if (bytesRead === 0) throw unreadable(name, "it became shorter while it was read");
      done += bytesRead;
    }
  };

  const readNow = (offset: number, length: number, room?: Buffer): Uint8Array => {
    const target = room?.subarray(0, length) ?? Buffer.allocUnsafe(length);
    let done = 0;
    while (done < length) {
      const bytesRead = readSync(handle.fd, target, done, length - done, offset + done);
      if (bytesRead === 0) throw unreadable(name, "it became shorter while it was read");
      done += bytesRead;
    }
    return target;
  };

  return {
    name,
    size,
    sha256: extra.sha256,
    descriptor: handle.fd,
    readInto,
    readNow,
    read: async (offset, length) => {
      const target = Buffer.allocUnsafe(length);
      await readInto(offset, target);
      return target;
    },
    assertUnchanged: async () => {
      const after = await handle.stat({ bigint: true });
      if (!sameFile(before, after)) throw unreadable(name, "it was changed while it was read");
    },
    close: async () => {
      await handle.close();
      await extra.onClose?.();
    },
  };
}
