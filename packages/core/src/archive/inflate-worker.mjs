// @ts-check
/**
 * Unpacks, measures and hashes the entries of one run of archive bytes. The functions run on the main thread as well;
 * started as a worker of `inflate-pool.ts`, this file answers its messages. Plain JavaScript, so that it can be loaded
 * without a build step.
 */
import { createHash, hash } from "node:crypto";
import { readSync } from "node:fs";
import { MessageChannel, parentPort, workerData } from "node:worker_threads";
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

/** Below this, the collector is cheaper. */
const leastReleasedBytes = 16 * 1024;
/** @type {import("node:worker_threads").MessagePort | undefined} */
let nowhere;

/**
 * Frees unpacked bytes at once. The collector would let a hundred megabytes of them pile up, and fresh memory for each
 * file costs a tenth of unpacking it. A buffer that is transferred to a closed port leaves this thread and goes nowhere.
 *
 * @param {Buffer} data
 */
function release(data) {
  // Not if it is a piece of Node's pool, which is larger than what was asked for.
  if (data.length < leastReleasedBytes || data.buffer.byteLength !== data.length + 1) return;
  if (nowhere === undefined) {
    nowhere = new MessageChannel().port1;
    nowhere.close();
  }
  nowhere.postMessage(undefined, [/** @type {ArrayBuffer} */ (data.buffer)]);
}

/**
 * @param {Buffer} run bytes of the archive
 * @param {Float64Array} fields {@link fieldsPerEntry} numbers per entry
 * @param {number} index which entry
 * @param {boolean} keep whether the bytes are wanted
 * @returns {{ data: Buffer | undefined, sha256: string } | string} the unpacked bytes and their hash, or the fault
 */
export function unpackEntry(run, fields, index, keep) {
  const at = index * fieldsPerEntry;
  const start = fields[at] ?? 0;
  const size = fields[at + 2] ?? 0;
  const packed = run.subarray(start, start + (fields[at + 1] ?? 0));
  const data = fields[at + 4] === 1 ? inflate(packed, size) : packed;
  if (typeof data === "string") return data;
  if (data.length !== size) return "SIZE_MISMATCH";
  if (crc32(data) !== fields[at + 3]) return "CRC_MISMATCH";
  if (fields[at + 5] === 1 && imitatesDescriptor(data)) return "DATA_DESCRIPTOR_AMBIGUOUS";
  const sha256 = hash("sha256", data, "hex");
  if (keep) return { data, sha256 };
  if (data !== packed) release(data);
  return { data: undefined, sha256 };
}

/** A worker that was told to stop says so with this code; nobody waits for more. */
class Stopped extends Error {
  code = "STOPPED";
}

/** @param {Int32Array} stop shared with the main thread, which sets it to 1 */
function throwIfStopped(stop) {
  if (Atomics.load(stop, 0) !== 0) throw new Stopped();
}

/**
 * @param {number} descriptor of an open file; descriptors belong to the whole process
 * @param {Buffer} target is filled
 * @param {number} position in the file
 */
function readExactly(descriptor, target, position) {
  for (let done = 0; done < target.length; ) {
    const bytesRead = readSync(descriptor, target, done, target.length - done, position + done);
    if (bytesRead === 0) throw Object.assign(new Error("The file became shorter."), { code: "CUT_OFF" });
    done += bytesRead;
  }
}

const leastBufferBytes = 4 * 1024 * 1024;
/** Small enough to stay in a processor's cache between reading and hashing. */
const digestSliceBytes = 512 * 1024;

// Used for one run after the other: fresh memory costs as much as reading does.
let kept = Buffer.alloc(0);

/**
 * @param {number} length
 * @returns {Buffer}
 */
function runBuffer(length) {
  if (kept.length < length) kept = Buffer.allocUnsafeSlow(Math.max(length, leastBufferBytes));
  return kept.subarray(0, length);
}

/**
 * @param {import("./inflate-worker.mjs").UnpackJob} job
 * @returns {import("./inflate-worker.mjs").UnpackResult}
 */
function unpackRun({ bytes, descriptor, position, length, fields, keep, stop }) {
  const run = bytes === undefined ? runBuffer(length) : Buffer.from(bytes, 0, length);
  if (bytes === undefined) readExactly(descriptor, run, position);
  const count = fields.length / fieldsPerEntry;
  let total = 0;
  if (keep) for (let index = 0; index < count; index += 1) total += fields[index * fieldsPerEntry + 2] ?? 0;
  const output = keep ? new Uint8Array(new ArrayBuffer(total)) : undefined;
  const faults = [];
  const hashes = [];
  let filled = 0;
  for (let index = 0; index < count; index += 1) {
    throwIfStopped(stop);
    const result = unpackEntry(run, fields, index, keep);
    faults.push(typeof result === "string" ? result : "");
    hashes.push(typeof result === "string" ? "" : result.sha256);
    if (typeof result !== "string" && result.data !== undefined) output?.set(result.data, filled);
    filled += fields[index * fieldsPerEntry + 2] ?? 0;
  }
  return { faults, hashes, output: output?.buffer, bytes };
}

/**
 * @param {import("./inflate-worker.mjs").DigestJob} job
 * @returns {string} SHA-256 of the whole file in lower-case hex
 */
function digestFile({ descriptor, size, stop }) {
  const taken = createHash("sha256");
  for (let position = 0; position < size; position += digestSliceBytes) {
    throwIfStopped(stop);
    const slice = runBuffer(Math.min(digestSliceBytes, size - position));
    readExactly(descriptor, slice, position);
    taken.update(slice);
  }
  return taken.digest("hex");
}

// The mark keeps this file silent when it is bundled into a program that runs in a worker of its own.
if (parentPort !== null && workerData?.["hostelryInflateWorker"] === true) {
  const port = parentPort;
  port.on("message", (/** @type {import("./inflate-worker.mjs").WorkerJob} */ job) => {
    try {
      if (job.kind === "digest") return port.postMessage({ value: digestFile(job) });
      const value = unpackRun(job);
      const transfer = [value.bytes, value.output].filter((buffer) => buffer !== undefined);
      return port.postMessage({ value }, transfer);
    } catch (cause) {
      // An error loses its code on its way to another thread.
      const { code, message } = /** @type {{ code?: unknown, message?: unknown }} */ (cause);
      return port.postMessage({ failure: { code: String(code), message: String(message) } });
    }
  });
  port.postMessage("ready");
}
