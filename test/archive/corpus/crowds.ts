import type { CorpusCase } from "./corpus-case.ts";
import { buildTar, gzip, pax, type TarSpec } from "./tar-builder.ts";
import { buildZip, type EntrySpec } from "./zip-builder.ts";

const page = "<!doctype html><title>Site</title>";
const many = <T>(count: number, one: (n: number) => T): readonly T[] => Array.from({ length: count }, (_, n) => one(n));
const files = (count: number): readonly TarSpec[] => many(count, (n) => ({ name: `f${n}` }));
const folders = (count: number): readonly TarSpec[] => many(count, (n) => ({ name: `d${n}/` }));

const bad = (id: string, what: string, codes: string, bytes: () => Buffer): CorpusCase => ({
  id,
  what,
  codes: codes.split(" "),
  bytes,
});

/** ZIP archives at the edge of the limits on entries and directories, and names that cost much to judge. */
export const crowdedZips: readonly CorpusCase[] = [
  bad("bomb-dirs-at-limit", "19,998 directories, which is allowed, and a name that climbs", "NAME_TRAVERSAL", () => {
    const directories: readonly EntrySpec[] = many(19_998, (n) => ({ name: `d${n}/` }));
    return buildZip({
      entries: [{ name: "index.html", data: page }, ...directories, { name: "../x", data: "x" }],
    });
  }),
  bad("bomb-bad-names", "50,000 names that climb", "NAME_TRAVERSAL", () =>
    buildZip({ entries: many(50_000, (n) => ({ name: `../f${n}` })) }),
  ),
  bad("bomb-ligatures", "8,000 names that compatibility normalisation makes six times as long", "NAME_TOO_LONG", () => {
    const folder = "\ufdfa".repeat(84);
    return buildZip({ entries: many(8000, (n) => ({ name: `${folder}/${folder}/${folder}/${n}`, data: "" })) });
  }),
  bad("bomb-wide-directory", "30,000 names of 700 bytes: a directory of 22 MB", "CD_TOO_LARGE", () => {
    const folder = "\u00e9".repeat(115);
    return buildZip({ entries: many(30_000, (n) => ({ name: `${folder}/${folder}/${folder}/${n}`, data: "" })) });
  }),
];

/** Tar archives that state nowhere how much is in them. */
export const crowdedTars: readonly CorpusCase[] = [
  bad("tar-bomb-entries", "50,001 empty files", "TOO_MANY_ENTRIES", () => buildTar(...files(50_001))),
  bad("tar-bomb-dirs", "20,001 directories", "TOO_MANY_DIRS", () => buildTar(...folders(20_001))),
  bad("tar-bomb-dirs-pax", "20,001 directories, each after an extended header", "TOO_MANY_DIRS", () => {
    const header = pax([["mtime", "1700000000.5"]]);
    return buildTar(...folders(20_001).flatMap((folder) => [header, folder]));
  }),
  bad("tar-bomb-implied-dirs", "800 files that need 25 directories each", "TOO_MANY_DIRS", () =>
    buildTar(...many(801, (n) => ({ name: `${n.toString(36)}/${many(25, (d) => `${d}`).join("/")}/f`, data: "" }))),
  ),
  bad("tgz-bomb-entries", "50,001 empty files, in gzip", "TOO_MANY_ENTRIES", () => gzip(buildTar(...files(50_001)))),
  bad("tgz-bomb-dirs", "20,001 directories, in gzip", "TOO_MANY_DIRS", () => gzip(buildTar(...folders(20_001)))),
  bad(
    "tgz-bomb-entries-size-lie",
    "the same, and its unpacked size says 512",
    "DEFLATE_INVALID TOO_MANY_ENTRIES",
    () => {
      const bytes = Buffer.from(gzip(buildTar(...files(50_001))));
      bytes.writeUInt32LE(512, bytes.length - 4);
      return bytes;
    },
  ),
];
