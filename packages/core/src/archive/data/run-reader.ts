import { isHostingError } from "../../errors/index.ts";
import type { UnpackJob } from "../inflate-worker.mjs";
import type { ArchiveDigest } from "../source/archive-digest.ts";
import type { ByteSource } from "../source/byte-source.ts";
import { systemReason, unreadable } from "../source/unreadable.ts";
import { type EntryRun, runFields, runSpan } from "./entry-runs.ts";

const leastBufferBytes = 4 * 1024 * 1024;

/** The bytes of a run. */
export interface RunBytes {
  readonly bytes: Buffer<ArrayBuffer>;
  /** Where in the archive they begin: in front of the run, if the archive's digest wants what lies between. */
  readonly base: number;
}

/** Reads runs, in order, and moves the digest of the archive along. */
export interface RunReader {
  read(run: EntryRun): Promise<RunBytes>;
  /** What a worker is told about a run: where it is if it can read it by itself, otherwise its bytes. */
  job(run: EntryRun, options: Pick<UnpackJob, "keep" | "stop">): Promise<UnpackJob>;
  /** Takes the memory of a run that is done: fresh one costs as much as reading. */
  giveBack(buffer: ArrayBuffer): void;
}

/** A reader of the source. */
export function runReader(source: ByteSource, digest: ArchiveDigest): RunReader {
  const spare: ArrayBuffer[] = [];

  const read = async (run: EntryRun): Promise<RunBytes> => {
    const { start, end } = runSpan(run);
    const base = digest.hungry ? digest.position : start;
    const length = end - base;
    const reused = spare.findIndex((buffer) => buffer.byteLength >= length);
    const [buffer = new ArrayBuffer(Math.max(length, leastBufferBytes))] = reused < 0 ? [] : spare.splice(reused, 1);
    const bytes = Buffer.from(buffer, 0, length);
    await source.readInto(base, bytes);
    if (digest.hungry) digest.update(bytes);
    else digest.skipTo(end);
    return { bytes, base };
  };

  return {
    read,
    job: async (run, options) => {
      const { descriptor } = source;
      if (descriptor !== undefined && !digest.hungry) {
        const { start, end } = runSpan(run);
        digest.skipTo(end);
        const place = { bytes: undefined, descriptor, position: start, length: end - start };
        return { kind: "unpack", ...options, ...place, fields: runFields(run, start) };
      }
      const { bytes, base } = await read(run);
      const place = { bytes: bytes.buffer, descriptor: -1, position: base, length: bytes.length };
      return { kind: "unpack", ...options, ...place, fields: runFields(run, base) };
    },
    giveBack: (buffer) => {
      spare.push(buffer);
    },
  };
}

/** `EIO` and its like, but not `ERR_INVALID_STATE`. */
const systemCode = /^E[A-Z0-9]+$/;

/** What a failed job of a worker means. One that could not read the file says so with a code, as Node does. */
export function readFailure(cause: unknown, { name }: ByteSource): unknown {
  if (isHostingError(cause) || typeof cause !== "object" || cause === null || !("code" in cause)) return cause;
  if (cause.code === "CUT_OFF") return unreadable(name, "it became shorter while it was read", cause);
  return systemCode.test(String(cause.code)) ? unreadable(name, systemReason(cause), cause) : cause;
}
