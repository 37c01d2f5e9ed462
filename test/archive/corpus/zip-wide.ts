import { type CorpusCase, hostile, index, style } from "./corpus-case.ts";
import { type EntrySpec, extra, packed } from "./zip-builder.ts";

const sentinel = 0xffffffff;
const page = Buffer.from("<h1>wide</h1>");

/** A stored entry whose sizes are sentinels in both headers, with these ZIP64 fields. */
function wide(recordField: Buffer, localField: Buffer = packed([8, page.length], [8, page.length])): EntrySpec {
  const sizes = { size: sentinel, compressedSize: sentinel };
  return {
    name: "wide.html",
    data: page,
    method: 0,
    needed: 45,
    local: { ...sizes, extra: extra(1, localField) },
    record: { ...sizes, extra: extra(1, recordField) },
  };
}

/** ZIP64 records that lie. */
export const wideCases: readonly CorpusCase[] = [
  hostile(
    "z64-eocd-disagree-count",
    "the two end records disagree about the count",
    "ZIP64_INCONSISTENT CD_COUNT_MISMATCH",
    () => ({
      entries: [index, style],
      end64: { count: 2, entriesOnDisk: 2 },
      end: { count: 1, entriesOnDisk: 1 },
    }),
  ),
  hostile(
    "z64-eocd-disagree-offset",
    "the two end records name different directories",
    "ZIP64_INCONSISTENT CD_BOUNDS",
    () => ({
      entries: [index],
      end64: {},
      end: { offset: 17 },
    }),
  ),
  hostile(
    "z64-eocd-disagree-size",
    "the two end records state different sizes",
    "ZIP64_INCONSISTENT CD_BOUNDS",
    () => ({
      entries: [index],
      end64: {},
      end: { size: 46 },
    }),
  ),
  hostile(
    "z64-no-locator",
    "sentinels in the end record, no locator",
    "ZIP64_INCONSISTENT CD_BOUNDS CD_COUNT_MISMATCH",
    () => ({
      entries: [index],
      end: { size: sentinel, offset: sentinel },
    }),
  ),
  hostile("z64-no-record", "locator points at nothing", "ZIP64_INCONSISTENT", () => ({
    entries: [index],
    end64: { recordSignature: 0x06064b51 },
  })),
  hostile("z64-locator-elsewhere", "locator points into the entries", "ZIP64_INCONSISTENT", () => ({
    entries: [index],
    end64: { recordAt: 0 },
  })),
  hostile("z64-locator-past-eof", "locator points behind the file", "ZIP64_INCONSISTENT", () => ({
    entries: [index],
    end64: { recordAt: 1e12 },
  })),
  hostile("z64-locator-in-comment", "the last record's comment ends in a locator", "ZIP64_INCONSISTENT", () => ({
    entries: [{ ...index, record: { comment: packed([4, 0x07064b50], [4, 0], [8, 0], [4, 1]) } }],
  })),
  hostile("z64-gap-before-locator", "a byte between ZIP64 record and locator", "ZIP64_INCONSISTENT", () => ({
    entries: [index],
    end64: { gap: Buffer.from("x") },
  })),
  hostile(
    "z64-extensible-data",
    "extensible data that hides a second record",
    "ZIP64_EXTENSIBLE_DATA ZIP64_INCONSISTENT",
    () => ({
      entries: [index],
      end64: { extensible: packed([4, 0x06064b50], [8, 44], [8, 0], [8, 0]) },
    }),
  ),
  hostile("z64-offset-2e63", "directory offset 2^63+1", "CD_BOUNDS ZIP64_INCONSISTENT", () => ({
    entries: [index],
    end64: { offset: 2n ** 63n + 1n },
  })),
  hostile(
    "z64-count-2e53",
    "entry count above what a double counts",
    "CD_BOUNDS ZIP64_INCONSISTENT CD_COUNT_MISMATCH",
    () => ({
      entries: [index],
      end64: { size: 2n ** 53n + 1n },
    }),
  ),
  hostile(
    "z64-record-size-lie",
    "ZIP64 record says it is 12 bytes long",
    "ZIP64_INCONSISTENT ZIP64_EXTENSIBLE_DATA",
    () => ({
      entries: [index],
      end64: { length: 12 },
    }),
  ),
  hostile("z64-locator-many-disks", "locator says 5 disks", "MULTI_DISK ZIP64_INCONSISTENT", () => ({
    entries: [index],
    end64: { disks: 5 },
  })),
  hostile("z64-locator-zero-disks", "locator says 0 disks", "MULTI_DISK ZIP64_INCONSISTENT", () => ({
    entries: [index],
    end64: { disks: 0 },
  })),
  hostile("z64-extra-missing", "sizes are sentinels, there is no field", "ZIP64_INCONSISTENT", () => ({
    entries: [index, { ...style, record: { size: sentinel, compressedSize: sentinel } }],
  })),
  hostile(
    "z64-extra-short",
    "both sizes are sentinels, the field holds one",
    "ZIP64_INCONSISTENT EXTRA_MALFORMED",
    () => ({
      entries: [index, wide(packed([8, page.length]))],
    }),
  ),
  hostile("z64-extra-long", "field of a length no version defines", "ZIP64_INCONSISTENT EXTRA_MALFORMED", () => ({
    entries: [index, { ...style, record: { extra: extra(1, packed([8, 640], [4, 0])) } }],
  })),
  hostile(
    "z64-extra-overrides-nothing",
    "sizes are real, yet a field carries other ones",
    "ZIP64_INCONSISTENT",
    () => ({
      entries: [index, { ...style, record: { extra: extra(1, packed([8, 1], [8, 2])) } }],
    }),
  ),
  hostile(
    "z64-extra-shifted",
    "only the offset is a sentinel, the field holds three values",
    "ZIP64_INCONSISTENT",
    () => ({
      entries: [{ ...index, record: { offset: sentinel, extra: extra(1, packed([8, 392], [8, 392], [8, 0])) } }],
    }),
  ),
  hostile("z64-lfh-disagrees", "ZIP64 sizes of the two headers differ", "LFH_MISMATCH ZIP64_INCONSISTENT", () => ({
    entries: [index, wide(packed([8, page.length], [8, page.length]), packed([8, 5], [8, 5]))],
  })),
  hostile("z64-lfh-one-size", "local field with one of two mandatory sizes", "LFH_MISMATCH ZIP64_INCONSISTENT", () => ({
    entries: [
      index,
      { name: "a.txt", data: page, method: 0, local: { size: sentinel, extra: extra(1, packed([8, page.length])) } },
    ],
  })),
  hostile("z64-size-negative", "size 0xFFFFFFFFFFFFFFFF", "ZIP64_INCONSISTENT FILE_TOO_LARGE RATIO", () => ({
    entries: [index, wide(packed([8, 2n ** 64n - 1n], [8, page.length]))],
  })),
  hostile(
    "z64-offset-lie",
    "local header offset beyond the file",
    "DATA_OUT_OF_BOUNDS ZIP64_INCONSISTENT LFH_BAD_SIGNATURE",
    () => ({
      entries: [index, { ...style, record: { offset: sentinel, extra: extra(1, packed([8, 2 ** 40])) } }],
    }),
  ),
  hostile("z64-disk-lie", "the field names another disk", "ZIP64_INCONSISTENT MULTI_DISK", () => ({
    entries: [index, wide(packed([8, page.length], [8, page.length], [8, 400], [4, 2]))],
  })),
  hostile("z64-duplicate-field", "two ZIP64 fields", "EXTRA_DUPLICATE ZIP64_INCONSISTENT", () => {
    const field = extra(1, packed([8, page.length], [8, page.length]));
    const entry = wide(packed([8, page.length], [8, page.length]));
    return { entries: [index, { ...entry, record: { ...entry.record, extra: Buffer.concat([field, field]) } }] };
  }),
];
