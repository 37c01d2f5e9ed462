import { type CorpusCase, hostile, index, style } from "./corpus-case.ts";
import { buildZip, type EntrySpec, endBytes, packed, recordBytes } from "./zip-builder.ts";

const hidden: EntrySpec = { name: "evil.html", data: "<script>hidden</script>" };
const nul = (count: number): Buffer => Buffer.alloc(count);

/** What the directory says of the entries and where they are. */
export const directoryCases: readonly CorpusCase[] = [
  hostile(
    "cd-count-high",
    "one record, the end record counts two",
    "CD_COUNT_MISMATCH CD_BOUNDS CD_BAD_SIGNATURE",
    () => ({
      entries: [index],
      end: { count: 2, entriesOnDisk: 2 },
    }),
  ),
  hostile("cd-count-low", "two records, the end record counts one", "CD_COUNT_MISMATCH", () => ({
    entries: [index, style],
    end: { count: 1, entriesOnDisk: 1 },
  })),
  hostile("cd-count-zero", "two records, the end record counts none", "CD_COUNT_MISMATCH EMPTY_ARCHIVE", () => ({
    entries: [index, style],
    end: { count: 0, entriesOnDisk: 0 },
  })),
  hostile("cd-count-disk-vs-total", "records on this disk differ from records in total", "CD_COUNT_MISMATCH", () => ({
    entries: [index, style],
    end: { entriesOnDisk: 1 },
  })),
  hostile(
    "cd-count-mod-65536",
    "65,537 entries counted modulo 65,536, no ZIP64",
    "CD_COUNT_MISMATCH TOO_MANY_ENTRIES",
    () => ({
      entries: [index, ...Array.from({ length: 65_536 }, (_, n) => ({ name: `f${n}` }))],
      end: { count: 1, entriesOnDisk: 1 },
    }),
  ),
  hostile(
    "cd-size-small",
    "directory size covers only the first of two records",
    "CD_BOUNDS CD_COUNT_MISMATCH PREFIX_DATA",
    () => ({
      entries: [index, style],
      end: { size: 46 + 10 },
    }),
  ),
  hostile("cd-size-zero", "directory size 0", "CD_BOUNDS CD_COUNT_MISMATCH PREFIX_DATA", () => ({
    entries: [index],
    end: { size: 0 },
  })),
  hostile("cd-size-large", "directory size larger than the directory", "CD_BOUNDS", () => ({
    entries: [index],
    end: { size: 500 },
  })),
  hostile("cd-offset-past-eof", "directory offset behind the end of file", "CD_BOUNDS", () => ({
    entries: [index],
    end: { offset: 1_000_000 },
  })),
  hostile("cd-offset-shifted", "directory offset four too low", "CD_BOUNDS PREFIX_DATA", () => ({
    entries: [index],
    end: { offset: 300 },
  })),
  hostile(
    "cd-two-directories",
    "one directory where the offset says, another before the end record",
    "CD_BOUNDS PREFIX_DATA UNREFERENCED_DATA",
    () => {
      const first = buildZip({ entries: [index] });
      const directory = first.subarray(first.length - 22 - 56, first.length - 22);
      const second = Buffer.from(directory);
      second.write("indev.html", 46);
      return Buffer.concat([first.subarray(0, first.length - 22), second, first.subarray(first.length - 22)]);
    },
  ),
  hostile(
    "cd-gap-before-eocd",
    "32 bytes between directory and end record",
    "CD_BOUNDS UNREFERENCED_DATA PREFIX_DATA",
    () => ({
      entries: [index],
      afterDirectory: nul(32),
    }),
  ),
  hostile("cd-bad-signature", "directory record with a wrong signature", "CD_BAD_SIGNATURE", () => ({
    entries: [index, { ...style, record: { signature: 0x02014b51 } }],
  })),
  hostile(
    "cd-digital-signature",
    "a digital signature record after the directory",
    "CD_COUNT_MISMATCH CD_BOUNDS UNREFERENCED_DATA",
    () => ({
      entries: [index],
      afterDirectory: packed([4, 0x05054b50], [2, 4], [4, 0]),
      end: { size: 56 + 10 },
    }),
  ),
  hostile("cd-record-overruns", "the comment of the last record runs over the directory", "CD_BOUNDS", () => {
    const bytes = Buffer.from(buildZip({ entries: [index] }));
    bytes.writeUInt16LE(500, bytes.length - 22 - 56 + 32);
    return bytes;
  }),
  hostile("lfh-bad-signature", "local header with a wrong signature", "LFH_BAD_SIGNATURE", () => ({
    entries: [index, { ...style, local: { signature: 0x04034b51 } }],
  })),
  hostile(
    "lfh-offset-past-eof",
    "directory record points behind the file",
    "DATA_OUT_OF_BOUNDS LFH_BAD_SIGNATURE UNREFERENCED_DATA",
    () => ({
      entries: [index, { ...style, record: { offset: 9_000_000 } }],
    }),
  ),
  hostile(
    "lfh-offset-swapped",
    "two records point at each other's local header",
    "LFH_MISMATCH OVERLAP UNREFERENCED_DATA",
    () => {
      const one = { name: "aa", data: "1111", method: 0 };
      const two = { name: "bb", data: "2222", method: 0 };
      return {
        entries: [
          { ...one, record: { offset: 36 } },
          { ...two, record: { offset: 0 } },
        ],
      };
    },
  ),
  hostile("orphan-local-entry", "a local entry no record mentions (CVE-2025-54368)", "UNREFERENCED_DATA", () => ({
    entries: [index, { ...hidden, orphan: true }],
  })),
  hostile("orphan-middle", "an unmentioned entry between two others", "UNREFERENCED_DATA", () => ({
    entries: [index, { ...hidden, orphan: true }, style],
  })),
  hostile(
    "orphan-after-descriptor",
    "an unmentioned entry after a descriptor",
    "UNREFERENCED_DATA DATA_DESCRIPTOR_MISMATCH",
    () => ({
      entries: [{ ...index, descriptor: "signed" }, { ...hidden, orphan: true }, style],
    }),
  ),
  hostile("orphan-first", "the hidden local entry comes first", "PREFIX_DATA UNREFERENCED_DATA", () => ({
    entries: [{ ...hidden, orphan: true }, index],
  })),
  hostile("gap-between-entries", "48 zero bytes between two entries", "UNREFERENCED_DATA", () => ({
    entries: [index, { ...style, before: nul(48) }],
  })),
  hostile("gap-before-directory", "bytes between the last entry and the directory", "UNREFERENCED_DATA", () => ({
    entries: [index],
    beforeDirectory: nul(8),
  })),
  hostile("archive-extra-data", "archive extra data record before the directory", "UNREFERENCED_DATA", () => ({
    entries: [index],
    beforeDirectory: packed([4, 0x08064b50], [4, 4], [4, 1]),
  })),
  hostile("fake-records-between", "a fake directory and end record between entries", "UNREFERENCED_DATA", () => {
    const fake = buildZip({ entries: [{ name: "index.html", data: "x" }] });
    return { entries: [index, { ...style, before: fake.subarray(fake.length - 78) }] };
  }),
  hostile(
    "lfh-inside-comment",
    "a record points at a local header in another record's comment",
    "OVERLAP DATA_OUT_OF_BOUNDS UNREFERENCED_DATA",
    () => {
      const inner = buildZip({ entries: [{ ...hidden, method: 0 }] });
      const comment = inner.subarray(0, 30 + 9 + 23);
      const plain = buildZip({ entries: [index] });
      const at = plain.readUInt32LE(plain.length - 6) + 46 + 10;
      return {
        entries: [
          { ...index, record: { comment } },
          { ...hidden, method: 0, recordOnly: true, record: { offset: at } },
        ],
      };
    },
  ),
  hostile(
    "lfh-desync-overlap",
    "a record points at a local header inside another entry's stored data",
    "OVERLAP UNREFERENCED_DATA",
    () => {
      const inner = buildZip({ entries: [{ ...hidden, method: 0 }] }).subarray(0, 30 + 9 + 23);
      return {
        entries: [
          { name: "index.html", data: Buffer.concat([Buffer.from("<p>"), inner, Buffer.from("</p>")]), method: 0 },
          { ...hidden, method: 0, recordOnly: true, record: { offset: 30 + 10 + 3 } },
        ],
      };
    },
  ),
  hostile("overlap-full", "two names, one local entry (Fifield)", "OVERLAP LFH_MISMATCH", () => ({
    entries: [index, { ...index, name: "other.html", recordOnly: true, record: { offset: 0 } }],
  })),
  hostile(
    "overlap-extra-field",
    "30 entries share one kernel through local extra fields (Fifield)",
    "OVERLAP EXTRA_TOO_LARGE RATIO",
    quotedByExtraFields,
  ),
  hostile(
    "overlap-central-directory",
    "entry data runs into the directory",
    "OVERLAP CRC_MISMATCH DATA_OUT_OF_BOUNDS",
    () => {
      const data = Buffer.from("short");
      return { entries: [index, { name: "a.txt", data, method: 0, size: 60, compressedSize: 60 }] };
    },
  ),
  hostile(
    "bytes-before-empty-directory",
    "an empty directory after hidden entries",
    "UNREFERENCED_DATA EMPTY_ARCHIVE PREFIX_DATA",
    () => ({
      entries: [{ ...hidden, orphan: true }],
    }),
  ),
];

function quotedByExtraFields(): Buffer {
  const kernel = buildZip({ entries: [{ name: "kernel", data: Buffer.alloc(200_000) }] });
  const directoryAt = kernel.readUInt32LE(kernel.length - 6);
  const packedBytes = kernel.subarray(36, directoryAt);
  const crc = kernel.readUInt32LE(14);
  const count = 30;
  const headers: Buffer[] = [];
  let behind = Buffer.alloc(0);
  for (let n = count - 1; n >= 0; n -= 1) {
    const name = Buffer.from(`f${String(n).padStart(2, "0")}`);
    const quoted = behind.length === 0 ? Buffer.alloc(0) : packed([2, 0x9999], [2, behind.length]);
    const header = Buffer.concat([
      packed([4, 0x04034b50], [2, 20], [2, 0], [2, 8], [4, 0], [4, crc], [4, packedBytes.length], [4, 200_000]),
      packed([2, name.length], [2, quoted.length + behind.length]),
      name,
      quoted,
    ]);
    headers.unshift(header);
    behind = Buffer.concat([header, behind]);
  }
  const records: Buffer[] = [];
  let offset = 0;
  for (const [n, header] of headers.entries()) {
    records.push(
      recordBytes({
        signature: 0x02014b50,
        madeBy: 0x031e,
        needed: 20,
        flags: 0,
        method: 8,
        crc,
        compressedSize: packedBytes.length,
        size: 200_000,
        name: `f${String(n).padStart(2, "0")}`,
        extra: Buffer.alloc(0),
        comment: Buffer.alloc(0),
        disk: 0,
        attributes: 0,
        offset,
      }),
    );
    offset += header.length;
  }
  const directory = Buffer.concat(records);
  const body = Buffer.concat([...headers, packedBytes]);
  const end = endBytes({
    disk: 0,
    directoryDisk: 0,
    entriesOnDisk: count,
    count,
    size: directory.length,
    offset: body.length,
    commentLength: 0,
  });
  return Buffer.concat([body, directory, end]);
}
