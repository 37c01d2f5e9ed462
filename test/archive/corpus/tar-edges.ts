import type { CorpusCase } from "./corpus-case.ts";
import { buildTar, gzip, pax, type TarSpec, tarEntry } from "./tar-builder.ts";
import { buildZip } from "./zip-builder.ts";

const page = "<!doctype html><title>Site</title>";
const index: TarSpec = { name: "index.html", data: page };
const hidden: TarSpec = { name: "hidden.html", data: "hidden" };

const bad = (id: string, what: string, codes: string, bytes: () => Buffer): CorpusCase => ({
  id,
  what,
  codes: codes.split(" "),
  bytes,
});
const helper = (type: string, data: string): Buffer => tarEntry({ name: "././@LongLink", type, data });
const download = (): Buffer => buildZip({ entries: [{ name: "a.txt", data: "a" }] });

/** Faults in the first header, in helper headers, and around the end. */
export const hostileTarEdges: readonly CorpusCase[] = [
  bad("tar-checksum-first", "checksum of the first header wrong", "TAR_HEADER_INVALID", () =>
    buildTar({ ...index, checksum: "000123\0 " }),
  ),
  bad("tar-no-magic-first", "first header without magic, as before POSIX", "TAR_HEADER_INVALID", () =>
    buildTar({ ...index, magic: "\0\0\0\0\0\0\0\0" }),
  ),
  bad("tar-zip-magic", "a name that begins as a ZIP archive", "POLYGLOT", () =>
    buildTar({ name: "PK\x03\x04", data: "x" }, index),
  ),
  bad(
    "tar-zip-inside-adjusted",
    "a ZIP archive in the last file that counts from the first byte",
    "PREFIX_DATA POLYGLOT",
    () => {
      const inner = (prefix: Buffer): Buffer => buildZip({ entries: [{ name: "a.txt", data: "a" }], prefix });
      const front = tarEntry(index);
      const size = inner(Buffer.alloc(0)).length;
      const head = tarEntry({ name: "b.zip", data: Buffer.alloc(size) }).subarray(0, 512);
      const both = inner(Buffer.concat([front, head]));
      return Buffer.concat([both, Buffer.alloc(512 - (size % 512) + 1024)]);
    },
  ),
  bad("tar-pax-path-nul", "NUL in an extended path", "TAR_PAX_INVALID", () =>
    buildTar(index, pax([["path", "a\0b"]]), hidden),
  ),
  bad("tar-pax-key-twice", "a key twice", "TAR_PAX_INVALID", () =>
    buildTar(
      index,
      pax([
        ["path", "a"],
        ["path", "b"],
      ]),
      hidden,
    ),
  ),
  bad("tar-pax-realsize", "star's sparse files", "UNSUPPORTED_FEATURE SPECIAL_FILE", () =>
    buildTar(index, pax([["SCHILY.realsize", "5"]]), hidden),
  ),
  bad("tar-long-name-empty", "a long name of no bytes", "TAR_PAX_AMBIGUOUS NAME_EMPTY", () =>
    buildTar(index, helper("L", ""), hidden),
  ),
  bad("tar-long-name-only-nul", "a long name that is only its end", "TAR_PAX_AMBIGUOUS NAME_EMPTY", () =>
    buildTar(index, helper("L", "\0"), hidden),
  ),
  bad("tar-dup-dot-slash", "equal after ./ is dropped", "DUPLICATE_NAME", () =>
    buildTar(index, { ...index, name: "./index.html" }),
  ),
  bad("tar-global-at-end", "a global comment with nothing behind it", "TAR_PAX_AMBIGUOUS", () =>
    buildTar(index, pax([["comment", "x"]], "g")),
  ),
  bad("tar-wrapped-tilde", "home-relative once the folder around everything is taken off", "NAME_UNSAFE_CHAR", () =>
    buildTar({ ...index, name: "site/index.html" }, { ...hidden, name: "site/~root/x.html" }),
  ),
  bad("tgz-bomb-zeros", "nothing but 64 MiB of zeros", "RATIO", () => gzip(Buffer.alloc(64 << 20))),
];

/** Shapes that look like something else at one end. */
export const benignTarEdges: readonly CorpusCase[] = [
  {
    id: "tar-zip-inside-last",
    what: "a ZIP archive for download as the last file",
    bytes: () => buildTar(index, { name: "z.zip", data: download() }),
    tree: () => ({ "index.html": page, "z.zip": download() }),
  },
];
