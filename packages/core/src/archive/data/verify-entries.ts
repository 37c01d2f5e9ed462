import type { FindingLog } from "../finding.ts";
import type { InflatePool } from "../inflate-pool.ts";
import { fieldsPerEntry, unpackEntry } from "../inflate-worker.mjs";
import type { ArchiveDigest } from "../source/archive-digest.ts";
import type { ByteSource } from "../source/byte-source.ts";
import { throwIfAborted } from "../source/unreadable.ts";
import type { BlobIntake } from "./blob-intake.ts";
import { type DataFault, type EntryData, faultMessages } from "./entry-data.ts";
import { type EntryRun, entryRuns } from "./entry-runs.ts";
import { largeEntry, UnpackFault } from "./large-entry.ts";

/** What verifying needs besides the entries. */
export interface VerifyContext {
  readonly source: ByteSource;
  /** Moved along with the entries, so that the archive is read once. */
  readonly digest: ArchiveDigest;
  readonly log: FindingLog;
  /** Without workers everything happens on this thread, in short turns. */
  readonly pool?: InflatePool | undefined;
  readonly intake?: BlobIntake | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Told how many archive bytes are done. */
  readonly onBytes: (done: number) => void;
}

/** What came out of a file. */
export interface VerifiedFile {
  readonly path: string;
  readonly sha256: string;
  readonly size: number;
}

/** This thread is given back after so much work in one go. */
const turnMs = 8;

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function runFields(run: EntryRun, base: number): Float64Array {
  const fields = new Float64Array(run.entries.length * fieldsPerEntry);
  for (const [index, entry] of run.entries.entries()) {
    const at = index * fieldsPerEntry;
    fields[at] = entry.start - base;
    fields[at + 1] = entry.compressedSize;
    fields[at + 2] = entry.size;
    fields[at + 3] = entry.crc;
    fields[at + 4] = entry.deflated ? 1 : 0;
    fields[at + 5] = entry.scan ? 1 : 0;
  }
  return fields;
}

/**
 * Unpacks every entry with a hard cap and checks size, CRC, final block and that no byte is left over; hashes the files
 * and hands them to the sink in the same pass. Stops reading soon after the first fault. Entries must be in the order
 * of their places and cover the archive from its first byte.
 */
export async function verifyEntries(
  entries: readonly EntryData[],
  context: VerifyContext,
): Promise<readonly VerifiedFile[]> {
  const { source, digest, intake, pool, signal } = context;
  const verified: VerifiedFile[] = [];
  const faults: { readonly entry: EntryData; readonly fault: DataFault }[] = [];
  const running = new Set<Promise<void>>();
  const spare: ArrayBuffer[] = [];
  let failure: { readonly cause: unknown } | undefined;

  const settle = async (
    entry: EntryData,
    fault: string,
    sha256: string,
    bytes: Uint8Array | undefined,
  ): Promise<void> => {
    if (fault !== "") {
      faults.push({ entry, fault: fault as DataFault });
      return;
    }
    if (!entry.kept) return;
    verified.push({ path: entry.path, sha256, size: entry.size });
    if (intake !== undefined && bytes !== undefined) await intake.offer(bytes, sha256);
  };

  const readRun = async (run: EntryRun): Promise<{ readonly bytes: Buffer; readonly base: number }> => {
    const base = digest.position;
    const length = (run.entries.at(-1)?.end ?? base) - base;
    const reused = spare.findIndex((buffer) => buffer.byteLength >= length);
    const [buffer] = reused >= 0 ? spare.splice(reused, 1) : [new ArrayBuffer(Math.max(length, 1 << 22))];
    const bytes = Buffer.from(buffer ?? new ArrayBuffer(length), 0, length);
    await source.readInto(base, bytes);
    digest.update(bytes);
    return { bytes, base };
  };

  const unpackThere = async (workers: InflatePool, run: EntryRun): Promise<void> => {
    const { bytes, base } = await readRun(run);
    const keep = intake !== undefined;
    const buffer = bytes.buffer as ArrayBuffer;
    const job = async (): Promise<void> => {
      const result = await workers.unpack({ bytes: buffer, length: bytes.length, fields: runFields(run, base), keep });
      spare.push(result.bytes);
      let at = 0;
      for (const [index, entry] of run.entries.entries()) {
        const output = result.output === undefined ? undefined : new Uint8Array(result.output, at, entry.size);
        at += entry.size;
        await settle(entry, result.faults[index] ?? "", result.hashes[index] ?? "", output);
      }
    };
    const started = job()
      .catch((cause: unknown) => {
        failure ??= { cause };
      })
      .finally(() => running.delete(started));
    running.add(started);
    while (running.size >= workers.size * 2) await Promise.race(running);
  };

  const unpackHere = async (run: EntryRun): Promise<void> => {
    const { bytes, base } = await readRun(run);
    const fields = runFields(run, base);
    let turnEnds = performance.now() + turnMs;
    for (const [index, entry] of run.entries.entries()) {
      const result = unpackEntry(bytes, fields, index);
      if (typeof result === "string") await settle(entry, result, "", undefined);
      else {
        // Stored data is a view of the run's buffer, which is used again.
        const data = intake === undefined || entry.deflated ? result.data : Buffer.from(result.data);
        await settle(entry, "", result.sha256, data);
      }
      if (performance.now() < turnEnds) continue;
      await nextTurn();
      throwIfAborted(signal);
      turnEnds = performance.now() + turnMs;
    }
    spare.push(bytes.buffer as ArrayBuffer);
  };

  const unpackStreamed = async (entry: EntryData): Promise<void> => {
    digest.update(await source.read(digest.position, entry.start - digest.position));
    const large = largeEntry(entry, source, digest, signal);
    if (intake !== undefined && entry.kept) {
      await intake.stream(large.bytes, entry.size, () => (large.fault() === undefined ? large.sha256() : "fault"));
    } else await drain(large.bytes);
    const fault = large.fault() ?? "";
    await settle(entry, fault, large.sha256() ?? "", undefined);
    if (fault === "") digest.update(await source.read(digest.position, entry.end - digest.position));
  };

  try {
    for (const run of entryRuns(entries)) {
      throwIfAborted(signal);
      if (faults.length > 0 || failure !== undefined) break;
      const [first] = run.entries;
      if (run.streamed && first !== undefined) await unpackStreamed(first);
      else await (pool === undefined ? unpackHere(run) : unpackThere(pool, run));
      context.onBytes(digest.position);
    }
  } finally {
    await Promise.all(running);
  }
  if (failure !== undefined) throw failure.cause;
  faults.sort((left, right) => left.entry.start - right.entry.start);
  for (const { entry, fault } of faults) context.log.error(fault, faultMessages[fault], entry.name);
  return verified;
}

async function drain(bytes: AsyncIterable<Uint8Array>): Promise<void> {
  try {
    for await (const _chunk of bytes);
  } catch (cause) {
    if (!(cause instanceof UnpackFault)) throw cause;
  }
}
