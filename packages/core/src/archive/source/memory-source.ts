import type { ByteSource } from "./byte-source.ts";

const nothing = async (): Promise<void> => {};

/** Bytes that are in memory. They are read in place; changing them meanwhile is a bug of the caller. */
export function memorySource(bytes: Uint8Array, name = "bytes"): ByteSource {
  const view = (offset: number, length: number): Uint8Array => bytes.subarray(offset, offset + length);
  return {
    name,
    size: bytes.byteLength,
    read: async (offset, length) => view(offset, length),
    readInto: async (offset, target) => target.set(view(offset, target.byteLength)),
    readNow: view,
    resident: true,
    assertUnchanged: nothing,
    close: nothing,
  };
}
