/** Which bytes of a file a request asks for. */
export type RangeAnswer =
  /** All of it: nothing, or nothing that we take up, was asked for. */
  | "whole"
  /** What was asked for is not in the file: 416. */
  | "unsatisfiable"
  /** `[start, end)`. */
  | { readonly start: number; readonly end: number };

const oneRange = /^bytes\s*=\s*(?:(\d{1,15})-(\d{0,15})|-(\d{1,15}))$/i;

/**
 * Reads a `Range` header (RFC 9110 section 14.2). One range is taken up. Several, another unit, a first position behind the
 * last, and everything that is no range are ignored, as a server may: the answer is the whole file with 200.
 */
export function byteRange(header: string, size: number): RangeAnswer {
  const [, first, last, suffix] = oneRange.exec(header.trim()) ?? [];
  if (suffix !== undefined) {
    const length = Math.min(Number(suffix), size);
    if (length > 0) return { start: size - length, end: size };
    // A suffix of an empty file is all of it, and no Content-Range can say so.
    return Number(suffix) === 0 ? "unsatisfiable" : "whole";
  }
  if (first === undefined || last === undefined) return "whole";
  const start = Number(first);
  const end = last === "" ? size : Math.min(Number(last) + 1, size);
  if (last !== "" && Number(last) < start) return "whole";
  return start >= size ? "unsatisfiable" : { start, end };
}
