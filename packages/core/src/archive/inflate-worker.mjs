// @ts-check
/**
 * Unpacks, measures and hashes the entries of one run of archive bytes. The functions run on the main thread as well;
 * started as a worker of `inflate-pool.ts`, this file answers its messages. Plain JavaScript, so that it can be loaded
 * without a build step.
 */
import { hash } from "node:crypto";
import { parentPort, workerData } from "node:worker_threads";
import { crc32, inflateRawSync } from "node:zlib";

/** Numbers per entry in a run: start, compressed size, size, CRC-32, deflated, scan for descriptors. */
export const fieldsPerEntry = 6;

const descriptorSignature = Buffer.from([0x50, 0x4b, 0x07, 0x08]);

/**
 * @param {Buffer} data stored data that a descriptor follows
 * @returns {boolean} a descriptor that fits the bytes before it stands inside of the data
 */
export function imitatesDescriptor(data) {
  let at = data.indexOf(descriptorSignature);
  while (at >= 0) {
    if (at + 16 <= data.length && data.readUInt32LE(at + 8) === at) return true;
    if (at + 24 <= data.length && data.readBigUInt64LE(at + 8) === BigInt(at)) return true;
    at = data.indexOf(descriptorSignature, at + 1);
  }
  return false;
}

/**
 * @param {Uint8Array} packed exactly the compressed bytes
 * @param {number} size what must come out
 * @returns {Buffer | string} the bytes, or the fault
 */
function inflate(packed, size) {
  let out;
  try {
    // The exact chunk size saves zlib's concatenation; one byte more lets it reach the final block. `info` is missing
    // from Node's types. Raw inflate ignores what follows the final block, hence the comparison of consumed bytes.
    out = /** @type {{ buffer: Buffer, engine: { bytesWritten: number } }} */ (
      /** @type {unknown} */ (
        inflateRawSync(packed, { info: true, maxOutputLength: Math.max(1, size), chunkSize: Math.max(64, size + 1) })
      )
    );
  } catch (cause) {
    const code = /** @type {{ code?: unknown }} */ (cause).code;
    if (code === "ERR_BUFFER_TOO_LARGE") return "SIZE_MISMATCH";
    if (code === "Z_BUF_ERROR" || code === "Z_DATA_ERROR" || code === "Z_NEED_DICT") return "DEFLATE_INVALID";
    throw cause;
  }
  if (out.engine.bytesWritten !== packed.byteLength) return "DEFLATE_TRAILING";
  return out.buffer.length === size ? out.buffer : "SIZE_MISMATCH";
}

/**
 * @param {Buffer} run bytes of the archive
 * @param {Float64Array} fields {@link fieldsPerEntry} numbers per entry
 * @param {number} index which entry
 * @returns {{ data: Buffer, sha256: string } | string} the unpacked bytes and their hash, or the fault
 */
export function unpackEntry(run, fields, index) {
  const at = index * fieldsPerEntry;
  const start = fields[at] ?? 0;
  const size = fields[at + 2] ?? 0;
  const packed = run.subarray(start, start + (fields[at + 1] ?? 0));
  const data = fields[at + 4] === 1 ? inflate(packed, size) : packed;
  if (typeof data === "string") return data;
  if (data.length !== size) return "SIZE_MISMATCH";
  if (crc32(data) !== fields[at + 3]) return "CRC_MISMATCH";
  if (fields[at + 5] === 1 && imitatesDescriptor(data)) return "DATA_DESCRIPTOR_AMBIGUOUS";
  return { data, sha256: hash("sha256", data, "hex") };
}

/**
 * @param {{ bytes: ArrayBuffer, length: number, fields: Float64Array, keep: boolean }} job
 * @returns {{ faults: string[], hashes: string[], output: ArrayBuffer | undefined }} per entry a fault or "", a hash or
 *   ""; with `keep` the unpacked bytes one after another
 */
export function unpackRun(job) {
  const run = Buffer.from(job.bytes, 0, job.length);
  const count = job.fields.length / fieldsPerEntry;
  let total = 0;
  if (job.keep) for (let index = 0; index < count; index += 1) total += job.fields[index * fieldsPerEntry + 2] ?? 0;
  const output = job.keep ? new Uint8Array(new ArrayBuffer(total)) : undefined;
  const faults = [];
  const hashes = [];
  let filled = 0;
  for (let index = 0; index < count; index += 1) {
    const result = unpackEntry(run, job.fields, index);
    faults.push(typeof result === "string" ? result : "");
    hashes.push(typeof result === "string" ? "" : result.sha256);
    if (output !== undefined && typeof result !== "string") output.set(result.data, filled);
    filled += job.fields[index * fieldsPerEntry + 2] ?? 0;
  }
  return { faults, hashes, output: output?.buffer };
}

// The mark keeps this file silent when it is bundled into a program that runs in a worker of its own.
if (parentPort !== null && workerData?.["hostelryInflateWorker"] === true) {
  const port = parentPort;
  port.on(
    "message",
    (/** @type {{ bytes: ArrayBuffer, length: number, fields: Float64Array, keep: boolean }} */ job) => {
      const result = unpackRun(job);
      const transfer = result.output === undefined ? [job.bytes] : [job.bytes, result.output];
      port.postMessage({ ...result, bytes: job.bytes }, transfer);
    },
  );
  port.postMessage("ready");
}
