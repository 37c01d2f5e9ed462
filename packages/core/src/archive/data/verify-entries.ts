import type { FindingLog } from "../finding.ts";
import type { InflatePool } from "../inflate-pool.ts";
import { unpackEntry } from "../inflate-worker.mjs";
import type { RuleTap } from "../site/rule-tap.ts";
import type { ArchiveDigest } from "../source/archive-digest.ts";
import type { ByteSource } from "../source/byte-source.ts";
import { throwIfAborted } from "../source/unreadable.ts";
import { threadTurns } from "../thread-turns.ts";
import type { BlobIntake } from "./blob-intake.ts";
import type { EntryData } from "./entry-data.ts";
import { type EntryRun, entryRuns, runFields } from "./entry-runs.ts";
import { faultyRuns } from "./faulty-runs.ts";
import { largeEntry, UnpackFault } from "./large-entry.ts";
import { readFailure, runReader } from "./run-reader.ts";

/** What verifying needs besides the entries. */
export interface VerifyContext {
  readonly source: ByteSource;
  /** Moved along with the entries, so that the archive is read once. */
  readonly digest: ArchiveDigest;
  readonly log: FindingLog;
  /** Without workers everything happens on this thread, in short turns. */
  readonly pool?: InflatePool | undefined;
  readonly intake?: BlobIntake | undefined;
  readonly tap: RuleTap;
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

/**
 * A larger entry is streamed: memory does not depend on the archive. On this thread the bound is what may be unpacked
 * without giving it back; a stream of nothing but empty blocks takes 30 ns for each of its bytes.
 */
const oneShotThereBytes = 16 * 1024 * 1024;
const oneShotHereBytes = 4 * 1024 * 1024;

/**
 * Unpacks every entry with a hard cap and checks size, CRC, final block and that no byte is left over; hashes the files
 * and hands them to the sink in the same pass. Stops reading soon after the first fault. Entries must be in the order
 * of their places and cover the archive from its first byte.
 */
export async function verifyEntries(
  entries: readonly EntryData[],
  context: VerifyContext,
): Promise<readonly VerifiedFile[]> {
  const { source, digest, intake, tap, pool, signal } = context;
  const verified: VerifiedFile[] = [];
  const faulty = faultyRuns();
  const reader = runReader(source, digest);
  const running = new Set<Promise<void>>();
  const stop = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  let failure: { readonly cause: unknown } | undefined;

  const accept = async (entry: EntryData, sha256: string, bytes: Uint8Array | undefined): Promise<void> => {
    if (!entry.kept) return;
    verified.push({ path: entry.path, sha256, size: entry.size });
    if (bytes === undefined) return;
    if (tap.wants(entry.path, entry.size)) tap.take(entry.path, bytes);
    await intake?.offer(bytes, sha256);
  };

  const isNeeded = ({ path, size }: EntryData): boolean => intake !== undefined || tap.wants(path, size);

  const unpackThere = async (workers: InflatePool, run: EntryRun): Promise<void> => {
    const keep = run.entries.some(isNeeded);
    const job = await reader.job(run, { keep, stop });
    const work = async (): Promise<void> => {
      const result = await workers.unpack(job).catch((cause: unknown) => {
        throw readFailure(cause, source);
      });
      if (result.bytes !== undefined) reader.giveBack(result.bytes);
      faulty.add(run, result.faults);
      let at = 0;
      for (const [index, entry] of run.entries.entries()) {
        const output = result.output === undefined ? undefined : new Uint8Array(result.output, at, entry.size);
        at += entry.size;
        if (result.faults[index] === "") await accept(entry, result.hashes[index] ?? "", output);
      }
    };
    const started = work()
      .catch((cause: unknown) => {
        failure ??= { cause };
      })
      .finally(() => running.delete(started));
    running.add(started);
    while (running.size >= workers.size * 2) await Promise.race(running);
  };

  const unpackHere = async (run: EntryRun): Promise<void> => {
    const { bytes, base } = await reader.read(run);
    const fields = runFields(run, base);
    const faults: string[] = [];
    const turns = threadTurns(signal);
    for (const [index, entry] of run.entries.entries()) {
      const result = unpackEntry(bytes, fields, index, isNeeded(entry));
      faults.push(typeof result === "string" ? result : "");
      if (typeof result !== "string") {
        // Stored data is a view of the run's buffer, which is used again.
        const data = result.data === undefined || entry.deflated ? result.data : Buffer.from(result.data);
        await accept(entry, result.sha256, data);
      }
      const pause = turns();
      if (pause !== undefined) await pause;
    }
    faulty.add(run, faults);
    reader.giveBack(bytes.buffer);
  };

  const unpackStreamed = async (run: EntryRun, entry: EntryData): Promise<void> => {
    if (digest.hungry) digest.update(await source.read(digest.position, entry.start - digest.position));
    else digest.skipTo(entry.start);
    const large = largeEntry(entry, source, digest, signal);
    if (intake !== undefined && entry.kept) {
      await intake.stream(large.bytes, entry.size, () => (large.fault() === undefined ? large.sha256() : "fault"));
    } else await drain(large.bytes);
    const fault = large.fault();
    if (fault !== undefined) return faulty.add(run, [fault]);
    await accept(entry, large.sha256() ?? "", undefined);
  };

  try {
    for (const run of entryRuns(entries, pool === undefined ? oneShotHereBytes : oneShotThereBytes)) {
      throwIfAborted(signal);
      if (faulty.some || failure !== undefined) break;
      const [first] = run.entries;
      if (run.streamed && first !== undefined) await unpackStreamed(run, first);
      else await (pool === undefined ? unpackHere(run) : unpackThere(pool, run));
      context.onBytes(digest.position);
    }
    // Also after a fault: an earlier run may have one, too.
    await Promise.all(running);
    throwIfAborted(signal);
  } finally {
    Atomics.store(stop, 0, 1);
    await Promise.all(running);
  }
  if (failure !== undefined) throw failure.cause;
  faulty.report(context.log);
  return verified;
}

async function drain(bytes: AsyncIterable<Uint8Array>): Promise<void> {
  try {
    for await (const _chunk of bytes);
  } catch (cause) {
    if (!(cause instanceof UnpackFault)) throw cause;
  }
}
