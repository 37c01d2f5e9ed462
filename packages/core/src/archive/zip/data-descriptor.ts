import type { DirectoryRecord } from "./directory-record.ts";

/** The longest descriptor: signature, CRC, two 64-bit sizes. */
export const maxDescriptorBytes = 24;
const signature = 0x08074b50;

/** With or without signature, with 32-bit or 64-bit sizes: four lengths, so the room left tells the form. */
const forms: Readonly<Record<number, { readonly signed: boolean; readonly wide: boolean }>> = {
  12: { signed: false, wide: false },
  16: { signed: true, wide: false },
  20: { signed: false, wide: true },
  24: { signed: true, wide: true },
};

type Expected = Pick<DirectoryRecord, "crc" | "size" | "compressedSize">;

/** Whether the bytes between an entry's data and the next entry are exactly its descriptor. */
export function isDescriptorOf(bytes: Buffer, record: Expected): boolean {
  const form = forms[bytes.length];
  if (form === undefined) return false;
  if (form.signed && bytes.readUInt32LE(0) !== signature) return false;
  const at = form.signed ? 4 : 0;
  if (bytes.readUInt32LE(at) !== record.crc) return false;
  if (form.wide) {
    return (
      bytes.readBigUInt64LE(at + 4) === BigInt(record.compressedSize) &&
      bytes.readBigUInt64LE(at + 12) === BigInt(record.size)
    );
  }
  return bytes.readUInt32LE(at + 4) === record.compressedSize && bytes.readUInt32LE(at + 8) === record.size;
}

/** A descriptor without signature whose CRC is the signature: readers that look for one read it shifted. */
export function imitatesSignature(bytes: Buffer): boolean {
  return (bytes.length === 12 || bytes.length === 20) && bytes.readUInt32LE(0) === signature;
}
