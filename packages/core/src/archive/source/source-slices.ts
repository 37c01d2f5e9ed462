import type { ByteSource } from "./byte-source.ts";
import { throwIfAborted } from "./unreadable.ts";

/** The bytes of a source from the first to the last, for looking at them without taking their hash. */
export async function* sourceSlices(
  source: ByteSource,
  sliceBytes: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  for (let offset = 0; offset < source.size; offset += sliceBytes) {
    throwIfAborted(signal);
    yield await source.read(offset, Math.min(sliceBytes, source.size - offset));
  }
}
