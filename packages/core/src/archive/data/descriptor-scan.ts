const signature = Buffer.from([0x50, 0x4b, 0x07, 0x08]);
/** Signature, CRC and one size: what has to be seen to tell whether a descriptor fits the bytes before it. */
const lookBytes = 16;

/**
 * Looks through stored data, given piece by piece, for a descriptor that fits the bytes before it: a reader that walks
 * the stream would end the file there. The returned function answers `true` once such a place was met.
 */
export function descriptorScan(): (chunk: Uint8Array) => boolean {
  let carry: Buffer = Buffer.alloc(0);
  let offset = 0;
  return (chunk) => {
    const data =
      carry.length === 0
        ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
        : Buffer.concat([carry, chunk]);
    let found = false;
    for (
      let at = data.indexOf(signature);
      at >= 0 && at + lookBytes <= data.length;
      at = data.indexOf(signature, at + 1)
    ) {
      const position = offset + at;
      if (data.readUInt32LE(at + 8) === position || data.readBigUInt64LE(at + 8) === BigInt(position)) found = true;
    }
    const keep = Math.min(lookBytes - 1, data.length);
    carry = Buffer.from(data.subarray(data.length - keep));
    offset += data.length - keep;
    return found;
  };
}
