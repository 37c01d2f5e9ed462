import type { ContentCoding, ReleaseFile } from "./release.ts";

/** A release's files as content sources keep them: as bytes, of which a file is made when it is asked for. */
export interface PackedFiles {
  /** The file at a path, a new object each time. Of two with the same path the later one counts. */
  get(path: string): ReleaseFile | undefined;
  /** About how much memory they take, in bytes. */
  readonly memoryBytes: number;
}

/** What many files of a release have in common. */
interface FileKind {
  readonly mode: number;
  readonly mediaType: string;
  readonly coding?: ContentCoding | undefined;
  readonly keptUntilSeconds?: number | undefined;
  readonly pathReused?: true | undefined;
}

// First where each entry begins, in the order of their paths; then the entries: number of the kind, SHA-256, size, time, path.
const offsetBytes = 4;
const hashAt = 4;
const sizeAt = 36;
const timeAt = 44;
const pathAt = 52;
// Measured in V8 of Node 20 to 24, 64 bits; `packed-files.test.ts` measures again.
const kindBytes = 150;
const packBytes = 300;

interface Pack {
  /** A character for each byte. As a string it is in V8's heap, which is compacted: what `malloc` gives to buffers that come and go is never given back. */
  readonly bytes: string;
  readonly count: number;
  readonly kinds: readonly FileKind[];
}

/**
 * Packs files: each takes 56 bytes and its path, where an object in a `Map` takes three to four times as much. And a release that is read and
 * let go leaves a handful of objects to be collected, not thousands, which would grow old and make the heap grow before they are found.
 */
export function packFiles(files: readonly ReleaseFile[]): PackedFiles {
  const pack = write(files);
  for (let index = 1; index < files.length; index += 1) {
    // Manifests are in this order already. One that is not is no reason not to serve it.
    if (pathAtIndex(pack, index - 1) > pathAtIndex(pack, index)) return packFiles(files.toSorted(byPath));
  }
  return {
    get: (path) => find(pack, bytesOf(path)),
    memoryBytes: packBytes + pack.bytes.length + pack.kinds.length * kindBytes,
  };
}

function write(files: readonly ReleaseFile[]): Pack {
  const start = files.length * offsetBytes;
  const length = files.reduce((sum, { path }) => sum + pathAt + Buffer.byteLength(path), start);
  const bytes = Buffer.allocUnsafe(length);
  const numbers = new Map<string, number>();
  const kinds: FileKind[] = [];
  let at = start;
  for (const [index, file] of files.entries()) {
    const name = kindName(file);
    const kind = numbers.get(name) ?? kinds.push(kindOf(file)) - 1;
    numbers.set(name, kind);
    bytes.writeUInt32LE(at, index * offsetBytes);
    bytes.writeUInt32LE(kind, at);
    bytes.write(file.sha256, at + hashAt, "hex");
    bytes.writeDoubleLE(file.size, at + sizeAt);
    bytes.writeDoubleLE(file.mtimeSeconds, at + timeAt);
    at += pathAt + bytes.write(file.path, at + pathAt);
  }
  return { bytes: bytes.toString("latin1"), count: files.length, kinds };
}

/** The last file whose path is not behind the asked one, if it is at that very path. */
function find(pack: Pack, path: string): ReleaseFile | undefined {
  let low = 0;
  let high = pack.count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (pathAtIndex(pack, middle) > path) high = middle;
    else low = middle + 1;
  }
  return low > 0 && pathAtIndex(pack, low - 1) === path ? fileAt(pack, low - 1) : undefined;
}

function fileAt(pack: Pack, index: number): ReleaseFile {
  const entry = Buffer.from(pack.bytes.slice(startOf(pack, index), startOf(pack, index + 1)), "latin1");
  const kind = pack.kinds[entry.readUInt32LE(0)];
  if (kind === undefined) throw new TypeError("A packed file is of no kind.");
  return {
    path: entry.toString("utf8", pathAt),
    sha256: entry.toString("hex", hashAt, sizeAt),
    size: entry.readDoubleLE(sizeAt),
    mtimeSeconds: entry.readDoubleLE(timeAt),
    ...kind,
  };
}

function kindName({ mode, mediaType, coding, keptUntilSeconds, pathReused }: FileKind): string {
  return `${mode} ${coding} ${keptUntilSeconds} ${pathReused} ${mediaType}`;
}

function kindOf({ mode, mediaType, coding, keptUntilSeconds, pathReused }: FileKind): FileKind {
  return {
    mode,
    mediaType,
    ...(coding === undefined ? {} : { coding }),
    ...(keptUntilSeconds === undefined ? {} : { keptUntilSeconds }),
    ...(pathReused === undefined ? {} : { pathReused }),
  };
}

/** Where an entry begins; of the one after the last, where it would. */
function startOf({ bytes, count }: Pack, index: number): number {
  if (index === count) return bytes.length;
  const at = index * offsetBytes;
  let start = 0;
  for (let place = 0; place < offsetBytes; place += 1) start += bytes.charCodeAt(at + place) * 256 ** place;
  return start;
}

/** A file's path, a character for each byte of its UTF-8: such texts have the order of their bytes. */
function pathAtIndex(pack: Pack, index: number): string {
  return pack.bytes.slice(startOf(pack, index) + pathAt, startOf(pack, index + 1));
}

function bytesOf(path: string): string {
  return Buffer.from(path).toString("latin1");
}

function byPath(left: ReleaseFile, right: ReleaseFile): number {
  return Buffer.compare(Buffer.from(left.path), Buffer.from(right.path));
}
