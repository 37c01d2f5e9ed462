import { type CorpusCase, hostile, index, style } from "./corpus-case.ts";
import { buildZip, type EntrySpec, endBytes, packed } from "./zip-builder.ts";

const hidden: EntrySpec = { name: "evil.html", data: "<script>hidden</script>" };
const site = (): Buffer => buildZip({ entries: [index, style] });
const other = (): Buffer => buildZip({ entries: [hidden] });
const nul = (count: number): Buffer => Buffer.alloc(count);

/** An end record whose directory is nowhere, with a comment that reaches to the end. */
const bareEnd = (commentLength: number): Buffer =>
  endBytes({ disk: 0, directoryDisk: 0, entriesOnDisk: 0, count: 0, size: 0, offset: 0, commentLength });

function nestedEnds(extraLength: number): Buffer {
  // Three archives nested by comment length: the outer and inner lengths are off by one, only the middle fits.
  const inner = Buffer.concat([bareEnd(Math.max(0, extraLength)), nul(Math.max(0, -extraLength))]);
  const middle = Buffer.concat([bareEnd(inner.length), inner]);
  const base = buildZip({ entries: [index], end: { commentLength: middle.length + extraLength } });
  return Buffer.concat([base, middle]);
}

const tarHeader = (): Buffer => {
  const header = Buffer.alloc(512);
  header.write("evil.txt", 0);
  header.write("0000644\x000000000\x000000000\x0000000000000\x0000000000000\0", 100, "latin1");
  header.write("        0", 148);
  header.write("ustar\x0000", 257, "latin1");
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  return header;
};

/** Where the archive as a whole begins, ends and holds its directory. */
export const containerCases: readonly CorpusCase[] = [
  hostile("not-a-zip", "no end record at all", "NOT_ZIP", () => Buffer.from("This is a text file.\n".repeat(40))),
  hostile("empty-file", "zero bytes", "NOT_ZIP", () => nul(0)),
  hostile("short-file", "21 bytes, less than an end record", "NOT_ZIP", () => nul(21)),
  hostile("truncated-tail", "upload cut off: the end record is gone", "NOT_ZIP TRUNCATED", () =>
    site().subarray(0, -40),
  ),
  hostile("truncated-end-record", "cut off inside of the end record", "NOT_ZIP TRUNCATED", () =>
    site().subarray(0, -5),
  ),
  hostile("truncated-comment", "cut off inside of the comment", "NOT_ZIP TRUNCATED TRAILING_DATA", () =>
    buildZip({ entries: [index], comment: Buffer.from("a comment") }).subarray(0, -4),
  ),
  hostile("truncated-head", "first 40 bytes missing", "CD_BOUNDS LFH_BAD_SIGNATURE CD_BAD_SIGNATURE", () =>
    site().subarray(40),
  ),
  hostile("trailing-garbage", "64 bytes after the end record", "TRAILING_DATA", () => ({
    entries: [index],
    trailing: Buffer.alloc(64, 7),
  })),
  hostile("trailing-one-byte", "one byte after the end record", "TRAILING_DATA", () => ({
    entries: [index],
    trailing: Buffer.from("x"),
  })),
  hostile("trailing-nul-then-byte", "NUL padding with something behind it", "TRAILING_DATA", () => ({
    entries: [index],
    trailing: Buffer.concat([nul(500), Buffer.from("x")]),
  })),
  hostile("trailing-nul-too-many", "more NULs than any writer pads with", "TRAILING_DATA", () => ({
    entries: [index],
    trailing: nul(65_536),
  })),
  hostile("trailing-nul-megabyte", "a megabyte of NULs", "TRAILING_DATA", () => ({
    entries: [index],
    trailing: nul(1 << 20),
  })),
  hostile("trailing-second-zip", "two archives one after the other", "EOCD_AMBIGUOUS PREFIX_DATA CD_BOUNDS", () =>
    Buffer.concat([site(), other()]),
  ),
  hostile(
    "concatenated-zip-adjusted",
    "second archive counts the first, hidden one",
    "PREFIX_DATA EOCD_AMBIGUOUS UNREFERENCED_DATA",
    () => ({
      entries: [index],
      prefix: other(),
    }),
  ),
  hostile("prefix-adjusted-sfx", "self-extracting stub in front, offsets corrected", "PREFIX_DATA", () => ({
    entries: [index],
    prefix: Buffer.from("#!/bin/sh\nexit 0\n"),
  })),
  hostile("prefix-unadjusted", "bytes in front, offsets not corrected", "PREFIX_DATA CD_BOUNDS", () =>
    Buffer.concat([Buffer.from("MZ stub"), site()]),
  ),
  hostile("polyglot-gif", "GIFAR: a GIF in front", "PREFIX_DATA", () => ({
    entries: [index],
    prefix: Buffer.from("GIF89a\x01\x00\x01\x00\x00\x00\x00;", "latin1"),
  })),
  hostile("polyglot-tar", "valid tar header first, zip behind it (CVE-2026-3219)", "PREFIX_DATA", () => ({
    entries: [index],
    prefix: tarHeader(),
  })),
  hostile("rar-magic-prefix", "RAR magic in front", "PREFIX_DATA", () => ({
    entries: [index],
    prefix: Buffer.from("Rar!\x1a\x07\x00", "latin1"),
  })),
  hostile("prefix-gzip-magic", "gzip magic in front", "PREFIX_DATA POLYGLOT", () => ({
    entries: [index],
    prefix: Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]),
  })),
  hostile("prefix-nul", "a single NUL in front", "PREFIX_DATA", () => ({ entries: [index], prefix: nul(1) })),
  hostile("spanned-marker", "PK\\7\\8 marker of a spanned archive in front", "PREFIX_DATA MULTI_DISK", () => ({
    entries: [index],
    prefix: packed([4, 0x08074b50]),
  })),
  hostile(
    "eocd-zip-in-comment",
    "a whole second archive inside the comment",
    "EOCD_AMBIGUOUS CD_BOUNDS PREFIX_DATA",
    () => ({
      entries: [index],
      comment: other(),
    }),
  ),
  hostile(
    "eocd-empty-in-comment",
    "the comment is an empty archive (guarddog#780)",
    "EOCD_AMBIGUOUS CD_BOUNDS EMPTY_ARCHIVE",
    () => ({
      entries: [index],
      comment: bareEnd(0),
    }),
  ),
  hostile(
    "eocd-three-long",
    "nested by comment length, outer and inner long by one",
    "EOCD_AMBIGUOUS TRAILING_DATA CD_BOUNDS",
    () => nestedEnds(1),
  ),
  hostile(
    "eocd-three-short",
    "nested by comment length, outer and inner short by one",
    "EOCD_AMBIGUOUS TRAILING_DATA CD_BOUNDS",
    () => nestedEnds(-1),
  ),
  hostile("eocd-signature-in-comment", "the bare signature in the comment", "EOCD_AMBIGUOUS", () => ({
    entries: [index],
    comment: Buffer.from("see PK\x05\x06 here", "latin1"),
  })),
  hostile("lfh-signature-in-comment", "a local header's signature in the comment", "EOCD_AMBIGUOUS", () => ({
    entries: [index],
    comment: Buffer.from("PK\x03\x04 hidden", "latin1"),
  })),
  hostile("eocd-comment-short", "comment longer than its length says", "TRAILING_DATA", () => ({
    entries: [index],
    comment: Buffer.from("comment"),
    end: { commentLength: 3 },
  })),
  hostile("multi-disk", "end record says this is disk 1", "MULTI_DISK", () => ({ entries: [index], end: { disk: 1 } })),
  hostile("multi-disk-directory", "the directory is on disk 1", "MULTI_DISK", () => ({
    entries: [index],
    end: { directoryDisk: 1 },
  })),
  hostile("multi-disk-entry", "an entry says it starts on disk 3", "MULTI_DISK", () => ({
    entries: [index, { ...style, record: { disk: 3 } }],
  })),
];
