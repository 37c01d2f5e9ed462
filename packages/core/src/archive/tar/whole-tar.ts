import type { ArchivePolicy } from "../archive-policy.ts";
import { findingLog } from "../finding.ts";
import type { ByteSource } from "../source/byte-source.ts";
import { sourceSlices } from "../source/source-slices.ts";
import { byteReader } from "./byte-reader.ts";
import { skipPadding, TarFault, tarEntries } from "./tar-entries.ts";

const sliceBytes = 1024 * 1024;

/**
 * Whether a plain tar archive can be read to its end, so that whatever else its tail looks like is the content of one
 * of its files. Asked only when the tail looks like a ZIP archive: a site may offer one for download.
 */
export async function isWholeTar(
  source: ByteSource,
  limits: Pick<ArchivePolicy, "maxPathBytes" | "maxEntries">,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const log = findingLog(1);
  const reader = byteReader(sourceSlices(source, sliceBytes, signal));
  let entries = 0;
  try {
    for await (const entry of tarEntries(reader, limits.maxPathBytes * 4, log)) {
      entries += 1;
      if (entries > limits.maxEntries) return false;
      for await (const _piece of reader.pieces(entry.size));
      await skipPadding(reader, entry.size, entry.name, log);
    }
  } catch (cause) {
    if (!(cause instanceof TarFault)) throw cause;
  } finally {
    await reader.close();
  }
  return !log.rejected;
}
