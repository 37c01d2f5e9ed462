import { setImmediate } from "node:timers/promises";
import { type BlobStore, hostingError, type ReleaseFile, unwrap } from "@hostelry/core/adapter";
import { manifestTexts, textsOfLines } from "../layout/manifest-lines.ts";
import { hashesDigests, laidOutMode, listingDigest, opensslDigest } from "../layout/tree-listing.ts";
import { chunkFiller } from "./chunk-filler.ts";
import type { StagePlan } from "./stage-plan.ts";
import { type TarMember, tarEnd, tarHeader, tarPadding } from "./tar-members.ts";

/** Programs that hash files: coreutils', or OpenSSL where the node has it. */
export type Hasher = "sha256sum" | "openssl";

/** Where the archive takes bytes from, and whom it tells. */
export interface StageArchiveOptions {
  readonly blobs: Pick<BlobStore, "read">;
  /** Ends each part; a word that is in no path. `undefined`: nothing is hashed before all is received. */
  readonly mark: string | undefined;
  /** Fires when the bytes are no longer wanted. */
  readonly signal: AbortSignal;
  /** What the node may hash with. */
  readonly hasher: Hasher;
  /** Whether chunks may be in one piece of memory, each good until the next is asked for. */
  readonly reuse: boolean;
  /** Told after each file. */
  readonly onFile: (file: ReleaseFile) => void;
  /** Told before the end, without which the node makes no release. */
  readonly onEnding?: (() => void) | undefined;
}

/** Blobs that are asked for ahead: keeps a remote blob store busy, and little in memory. */
const readsAhead = 16;
const maxBytesAhead = 8 * 1024 * 1024;

/** From so many files on, it pays to send what is there before what the node compares with is computed. */
const manyFiles = 1000;

/** After so many bytes a part ends: the node hashes it while it receives the next one. */
const partBytes = 16 * 1024 * 1024;

/**
 * The archive that a `stage` request takes: lists first, then bytes, `whole` at its end. Small files go into the chunks as they
 * are fetched, without a step of an iteration for each: there may be ten thousand. What the node compares with is computed when
 * all else is on its way, or, of few files that come in pieces, before: lists and hashes are packed best by themselves. Chunks are full
 * but for the last of those, and the last of all.
 */
export async function* stageArchive(plan: StagePlan, options: StageArchiveOptions): AsyncGenerator<Uint8Array, void> {
  const filler = chunkFiller(options.reuse);
  const { mark } = options;
  const isWholeFirst = mark === undefined && plan.release.manifest.files.length < manyFiles;
  const parts = [...partsOf(plan.sent)];
  for (const piece of openingLists(plan, mark)) yield* filler.add(piece);
  if (mark === undefined) for (const [index, part] of parts.entries()) yield* filler.add(partList(part, index + 1));
  if (isWholeFirst) yield* filler.add(textMember("whole", `${digestsOf(plan, options.hasher)}\n`));
  if (mark === undefined) {
    yield filler.rest();
    filler.clear();
  }
  const fetched = fetchedAhead(plan.sent, options);
  try {
    for (const [index, part] of parts.entries()) {
      const number = index + 1;
      if (mark !== undefined) yield* filler.add(partList(part, number));
      for (const file of part) {
        const bytes = await fetched.next(file);
        for (const full of filler.add(tarHeader(memberOf(file)))) yield full;
        if (bytes instanceof Uint8Array) for (const full of filler.add(bytes)) yield full;
        else for await (const chunk of exactly(file, bytes)) yield* filler.add(chunk);
        for (const full of filler.add(tarPadding(file.size))) yield full;
        options.onFile(file);
      }
      if (mark !== undefined) yield* filler.add(textMember(`${mark}${number < parts.length ? "+" : "-"}${number}`, ""));
    }
  } finally {
    await fetched.letGo();
  }
  for (const piece of closingLists(plan, mark)) yield* filler.add(piece);
  if (plan.release.manifest.files.length >= manyFiles) {
    yield filler.rest();
    filler.clear();
    // Hashing ten thousand lines keeps the thread busy for a while: what was given reaches the wire before.
    await setImmediate();
  }
  options.onEnding?.();
  if (!isWholeFirst) yield* filler.add(textMember("whole", `${digestsOf(plan, options.hasher)}\n`));
  yield* filler.add(tarEnd);
  yield filler.rest();
}

/** Of the tree, of the manifest, and of all hashes as programs may print them. */
function digestsOf(plan: StagePlan, hasher: Hasher): string {
  const { release } = plan;
  const files = newFiles(plan);
  const openssl = hasher === "openssl" ? opensslDigest(files) : undefined;
  const hashes = [...hashesDigests(files), ...(openssl === undefined ? [] : [openssl])];
  return [listingDigest(release.manifest.files), release.digest, hashes.join(",")].join(" ");
}

function* openingLists(plan: StagePlan, mark: string | undefined): Generator<Uint8Array, void> {
  const { lines, release } = plan;
  yield* textsMember("rows", () => (lines === "all" ? manifestTexts(release.manifest) : textsOfLines(lines)));
  if (plan.base !== undefined) {
    if (plan.gone.length > 0) yield textMember("gone", list(plan.gone));
    if (plan.goneDirectories.length > 0) yield textMember("gone-directories", list(plan.goneDirectories));
  }
  const { copied } = plan;
  if (copied.length > 0) {
    yield textMember("copies", copied.map(({ file, from }) => `${from}\0${file.path}\0`).join(""));
    for (const [mtimeSeconds, paths] of grouped(plan, (file) => String(file.mtimeSeconds)))
      yield textMember(`times/${mtimeSeconds}`, list(paths));
    for (const [mode, paths] of grouped(plan, (file) => laidOutMode(file).toString(8)))
      yield textMember(`modes/${mode}`, list(paths));
    yield textMember("parts/copies", list(copied.map(({ file }) => file.path)));
    if (mark !== undefined) yield textMember(`${mark}-copies`, "");
  }
}

function* closingLists(plan: StagePlan, mark: string | undefined): Generator<Uint8Array, void> {
  if (plan.secondNames.length > 0) {
    yield textMember("parts/names", list(plan.secondNames.map(({ file }) => file.path)));
    for (const { file, of } of plan.secondNames) yield tarHeader({ ...memberOf(file), size: 0, linkTo: `fresh/${of}` });
    if (mark !== undefined) yield textMember(`${mark}-names`, "");
  }
}

/** The files that are not in the base, in the order in which the node hashes them. */
function newFiles(plan: StagePlan): readonly ReleaseFile[] {
  return [...plan.copied.map(({ file }) => file), ...plan.sent, ...plan.secondNames.map(({ file }) => file)];
}

function partList(part: readonly ReleaseFile[], number: number): Uint8Array {
  return textMember(`parts/${number}`, list(part.map(({ path }) => path)));
}

function list(paths: readonly string[]): string {
  return paths.map((path) => `./${path}\0`).join("");
}

function* partsOf(files: readonly ReleaseFile[]): Generator<readonly ReleaseFile[], void> {
  let part: ReleaseFile[] = [];
  let bytes = 0;
  for (const file of files) {
    part.push(file);
    bytes += file.size;
    if (bytes < partBytes) continue;
    yield part;
    [part, bytes] = [[], 0];
  }
  if (part.length > 0) yield part;
}

/** The files' bytes, the next ones being fetched meanwhile. */
interface FetchedAhead {
  /** The bytes of the next file, which is this one. */
  next(file: ReleaseFile): Promise<Fetched>;
  /** For when no more are wanted. */
  letGo(): Promise<void>;
}

/** A small blob is in memory; a large one is read when its turn comes. */
type Fetched = Uint8Array | AsyncIterable<Uint8Array>;

/** Small blobs are read into memory that is used again and again: each needs one of these until it is in the archive. */
const slotBytes = 64 * 1024;

function fetchedAhead(files: readonly ReleaseFile[], options: StageArchiveOptions): FetchedAhead {
  const ahead: { readonly bytes: Promise<Fetched>; readonly slot: Uint8Array }[] = [];
  const free: Uint8Array[] = [];
  let bytesAhead = 0;
  let first = 0;
  let last: Uint8Array | undefined;
  const fetchMore = (): void => {
    while (ahead.length < readsAhead) {
      const file = files[first + ahead.length];
      if (file === undefined) return;
      if (ahead.length > 0 && bytesAhead + file.size > maxBytesAhead) return;
      bytesAhead += file.size;
      const slot = free.pop() ?? Buffer.allocUnsafeSlow(slotBytes);
      const bytes = fetchBlob(file, slot, options);
      // Whoever takes it sees the error; until then it must not be an unhandled one.
      bytes.catch(() => undefined);
      ahead.push({ bytes, slot });
    }
  };
  return {
    next: async (file) => {
      // Whoever asks for the next has done with the one before.
      if (last !== undefined) free.push(last);
      last = undefined;
      fetchMore();
      const [next] = ahead;
      if (next === undefined) throw new Error("there is no further file");
      const fetched = await next.bytes;
      ahead.shift();
      last = next.slot;
      first += 1;
      bytesAhead -= file.size;
      return fetched;
    },
    letGo: async () => {
      for (const { bytes } of ahead) await letGo(bytes);
    },
  };
}

const maxInMemory = 512 * 1024;

/** Unchecked: the node compares the hashes, and what it finds is traced back to the blob (`blame`). */
async function fetchBlob(
  file: ReleaseFile,
  into: Uint8Array,
  { blobs, signal }: StageArchiveOptions,
): Promise<Fetched> {
  if (file.size > maxInMemory) return unwrap(blobs.read(file.sha256, { signal, unchecked: true }));
  // Without the signal: combining signals for each of ten thousand small reads costs more than the reads. Nobody waits for
  // the few that are under way when it fires.
  signal.throwIfAborted();
  const read = await blobs.read(file.sha256, { unchecked: true, into });
  if (read.isErr()) throw read.error;
  let bytes = nothing;
  let size = 0;
  for await (const chunk of read.value) {
    bytes = size === 0 ? chunk : Buffer.concat([bytes, chunk]);
    size += chunk.length;
    if (size > file.size) break;
  }
  if (size !== file.size) throw wrongSize(file, size);
  return bytes;
}

const nothing: Uint8Array = new Uint8Array(0);

async function letGo(fetching: Promise<Fetched>): Promise<void> {
  const fetched = await fetching.catch(() => nothing);
  if (!(fetched instanceof Uint8Array)) await fetched[Symbol.asyncIterator]().return?.();
}

/** Refuses bytes that would not fit into the member whose size has been announced. */
async function* exactly(file: ReleaseFile, bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  let size = 0;
  for await (const chunk of bytes) {
    size += chunk.length;
    if (size > file.size) break;
    yield chunk;
  }
  if (size !== file.size) throw wrongSize(file, size);
}

function wrongSize(file: ReleaseFile, size: number): unknown {
  const sentence = `The bytes for ${file.path} are not those of its manifest: not ${file.size} of them.`;
  return hostingError("BLOB_MISMATCH", sentence, { expected: file.sha256, actual: `${size} bytes` });
}

function memberOf(file: ReleaseFile): TarMember {
  return {
    path: `fresh/${file.path}`,
    mode: laidOutMode(file),
    mtimeSeconds: file.mtimeSeconds,
    size: file.size,
  };
}

function textMember(path: string, text: string): Uint8Array {
  const bytes = Buffer.from(text, "utf8");
  const header = tarHeader({ path, mode: 0o644, mtimeSeconds: 0, size: bytes.length });
  return Buffer.concat([header, bytes, tarPadding(bytes.length)]);
}

/** @param texts gives the same each time: once to find out how long it is. */
function* textsMember(path: string, texts: () => Iterable<string>): Generator<Uint8Array, void> {
  let size = 0;
  for (const text of texts()) size += Buffer.byteLength(text);
  yield tarHeader({ path, mode: 0o644, mtimeSeconds: 0, size });
  for (const text of texts()) yield Buffer.from(text, "utf8");
  yield tarPadding(size);
}

function grouped(plan: StagePlan, keyOf: (file: ReleaseFile) => string): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>();
  for (const { file } of plan.copied) {
    const group = groups.get(keyOf(file));
    if (group === undefined) groups.set(keyOf(file), [file.path]);
    else group.push(file.path);
  }
  return groups;
}
