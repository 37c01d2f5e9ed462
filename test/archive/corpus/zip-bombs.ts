import { deflateRawSync } from "node:zlib";
import { type CorpusCase, hostile, index } from "./corpus-case.ts";
import type { EntrySpec } from "./zip-builder.ts";

const mebibyte = 1024 * 1024;
const zeros = (bytes: number): Buffer => Buffer.alloc(bytes);
const many = (count: number, entry: (n: number) => EntrySpec): readonly EntrySpec[] =>
  Array.from({ length: count }, (_, n) => entry(n));

function declared(name: string, size: number): EntrySpec {
  const packed = deflateRawSync(zeros(1000));
  return { name, data: zeros(1000), packed, size };
}

/** Archives that cost more than they should. */
export const bombCases: readonly CorpusCase[] = [
  hostile("bomb-one-file", "one file, 64 MiB of zeros", "RATIO", () => ({
    entries: [index, { name: "z.bin", data: zeros(64 * mebibyte) }],
  })),
  hostile("bomb-many-medium", "24 files of 8 MiB, each under the per-file threshold", "RATIO TOTAL_TOO_LARGE", () => {
    const packed = deflateRawSync(zeros(8 * mebibyte));
    return { entries: [index, ...many(24, (n) => ({ name: `z${n}.bin`, packed, size: 8 * mebibyte, method: 8 }))] };
  }),
  hostile("bomb-size-lie", "declares 100 bytes, inflates to 32 MiB", "SIZE_MISMATCH RATIO CRC_MISMATCH", () => ({
    entries: [index, { name: "z.bin", data: zeros(32 * mebibyte), size: 100 }],
  })),
  hostile("bomb-file-size", "one file declares 200 MiB", "FILE_TOO_LARGE RATIO", () => ({
    entries: [index, declared("big.bin", 200 * mebibyte)],
  })),
  hostile("bomb-declared-sum", "20 entries that declare 90 MiB each", "TOTAL_TOO_LARGE RATIO SIZE_MISMATCH", () => ({
    entries: [index, ...many(20, (n) => declared(`b${n}.bin`, 90 * mebibyte))],
  })),
  hostile("bomb-entries", "50,001 empty files", "TOO_MANY_ENTRIES", () => ({
    entries: many(50_001, (n) => ({ name: `f${n}` })),
  })),
  hostile("bomb-implied-dirs", "900 files that need 24,300 directories", "TOO_MANY_DIRS TOO_MANY_ENTRIES", () => ({
    entries: [
      index,
      ...many(900, (n) => ({ name: `${Array.from({ length: 27 }, (_, d) => `${n}x${d}`).join("/")}/f`, data: "" })),
    ],
  })),
  hostile("bomb-long-names", "40 names of 60 kB", "NAME_TOO_LONG", () => ({
    entries: [index, ...many(40, (n) => ({ name: `${n}${"n".repeat(60_000)}` }))],
  })),
  hostile("bomb-comments", "400 records with 65,000 bytes of comment each", "CD_TOO_LARGE ARCHIVE_TOO_LARGE", () => ({
    entries: [index, ...many(400, (n) => ({ name: `c${n}`, record: { comment: zeros(65_000) } }))],
  })),
];
