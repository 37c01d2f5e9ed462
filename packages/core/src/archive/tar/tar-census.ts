import type { ArchivePolicy } from "../archive-policy.ts";
import { findingLog } from "../finding.ts";
import type { ByteContext } from "../inspection-context.ts";
import type { ByteSource } from "../source/byte-source.ts";
import { sourceSlices } from "../source/source-slices.ts";
import { GzipFault, gzipMembers, sourceBytes } from "./gzip-members.ts";
import { eightGibibytes, paddingOf } from "./tar-entries.ts";
import { blockBytes, isZero, tarStep } from "./tar-header.ts";

/** How many there are at least, as far as the headers were walked over. */
export interface TarCensus {
  readonly entries: number;
  readonly directories: number;
}

const sliceBytes = 256 * 1024;
/** A walk over headers pays where they stand close together; where files are larger, judging them costs less than reading. */
const denseEntryBytes = 4096;
/** Nobody's archive is judged by how its first few files look. */
const sampleBytes = 1024 * 1024;

/** Deflate can't do better. The unpacked size that gzip states in its last bytes is whatever its writer liked. */
const maxDeflateRatio = 1032;

const directoryType = 0x35;
/** Headers that speak of the next entry: `L`, `g`, `x`, and `K`, which is refused later. */
const helperTypes: ReadonlySet<number> = new Set([0x4b, 0x4c, 0x67, 0x78]);

/**
 * Counts the entries of a tar archive that has more of them than allowed before anything is made of them: a tar states
 * its count nowhere, and a name that is judged costs fifty times as much as one that is passed over. Stops as soon as
 * the verdict is out, or where it can't be: at the first thing that is no header, and where files are large.
 */
export async function tarCensus(context: ByteContext, compressed: boolean): Promise<TarCensus> {
  const { source, policy, signal } = context;
  if (!mayBeCrowded(source, policy, compressed)) return { entries: 0, directories: 0 };
  const quiet = { ...context, log: findingLog(1) };
  const chunks = compressed ? gzipMembers(quiet, sourceBytes(context)) : sourceSlices(source, sliceBytes, signal);
  try {
    return await walk(chunks, policy);
  } catch (cause) {
    // The archive is damaged further on; who reads it entry by entry says how.
    if (cause instanceof GzipFault) return { entries: 0, directories: 0 };
    throw cause;
  }
}

/**
 * Whether there is room for so many headers. An entry whose size only an extended header states has more than 8 GiB;
 * where the policy lets such in, what follows a header can't be told from the header alone.
 */
function mayBeCrowded(source: ByteSource, policy: ArchivePolicy, compressed: boolean): boolean {
  if (policy.maxFileBytes > eightGibibytes) return false;
  const mostBytes = compressed ? source.size * maxDeflateRatio : source.size;
  return mostBytes > Math.min(policy.maxEntries, policy.maxDirectories) * blockBytes;
}

async function walk(chunks: AsyncIterable<Uint8Array>, policy: ArchivePolicy): Promise<TarCensus> {
  let entries = 0;
  let directories = 0;
  let walked = 0;
  let skip = 0;
  let held: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    const fresh = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    const bytes = held.length === 0 ? fresh : Buffer.concat([held, fresh]);
    let at = skip;
    for (; at + blockBytes <= bytes.length; ) {
      const block = bytes.subarray(at, at + blockBytes);
      const step = isZero(block) ? undefined : tarStep(block);
      if (step === undefined) return { entries, directories };
      if (!helperTypes.has(step.type)) entries += 1;
      if (step.type === directoryType) directories += 1;
      if (entries > policy.maxEntries || directories > policy.maxDirectories) return { entries, directories };
      at += blockBytes + step.size + paddingOf(step.size);
    }
    skip = Math.max(0, at - bytes.length);
    held = bytes.subarray(Math.min(at, bytes.length));
    walked += fresh.length;
    if (walked >= sampleBytes && walked > entries * denseEntryBytes) break;
  }
  return { entries, directories };
}
