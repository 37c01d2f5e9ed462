import { type BlobStore, hostingError, type ReleaseFile, unwrap } from "@hostelry/core/adapter";
import { laidOutMode } from "../layout/tree-listing.ts";
import type { StagePlan } from "./stage-plan.ts";
import { type TarMember, tarEnd, tarHeader, tarPadding } from "./tar-members.ts";

/** Where the archive takes bytes from, and whom it tells. */
export interface StageArchiveOptions {
  readonly blobs: Pick<BlobStore, "read">;
  /** Ends each part; a word that is in no path. */
  readonly mark: string;
  /** Fires when the bytes are no longer wanted. */
  readonly signal: AbortSignal;
  /** Told after each file. */
  readonly onFile: (file: ReleaseFile) => void;
}

/** Blobs that are asked for ahead: keeps a remote blob store busy, and little in memory. */
const readsAhead = 16;
const maxBytesAhead = 8 * 1024 * 1024;

/** After so many bytes a part ends: the node hashes it while it receives the next one. */
const partBytes = 16 * 1024 * 1024;

/** The archive that a `stage` request takes: lists first, then bytes, `whole` at its end. In chunks of any size. */
export async function* stageArchive(plan: StagePlan, options: StageArchiveOptions): AsyncGenerator<Uint8Array, void> {
  yield textMember("rows", plan.lines.map((line) => `${line}\n`).join(""));
  if (plan.base !== undefined) {
    yield textMember("gone", list(plan.gone));
    yield textMember("gone-directories", list(plan.goneDirectories));
  }
  const { copied } = plan;
  if (copied.length > 0) {
    yield textMember("copies", copied.map(({ file, from }) => `${from}\0${file.path}\0`).join(""));
    for (const [mtimeSeconds, paths] of grouped(plan, (file) => String(file.mtimeSeconds)))
      yield textMember(`times/${mtimeSeconds}`, list(paths));
    for (const [mode, paths] of grouped(plan, (file) => laidOutMode(file).toString(8)))
      yield textMember(`modes/${mode}`, list(paths));
    yield textMember("parts/copies", list(copied.map(({ file }) => file.path)));
    yield textMember(`${options.mark}-copies`, "");
  }
  const fetched = fetchedAhead(plan.sent, options);
  const parts = [...partsOf(plan.sent)];
  try {
    for (const [index, part] of parts.entries()) {
      const number = index + 1;
      yield textMember(`parts/${number}`, list(part.map(({ path }) => path)));
      for (const file of part) {
        const next = await fetched.next();
        if (next.done === true) return;
        yield tarHeader(memberOf(file));
        yield* exactly(file, next.value);
        yield tarPadding(file.size);
        options.onFile(file);
      }
      yield textMember(`${options.mark}${number < parts.length ? "+" : "-"}${number}`, "");
    }
  } finally {
    await fetched.return();
  }
  if (plan.secondNames.length > 0) {
    yield textMember("parts/names", list(plan.secondNames.map(({ file }) => file.path)));
    for (const { file, of } of plan.secondNames) yield tarHeader({ ...memberOf(file), size: 0, linkTo: `fresh/${of}` });
    yield textMember(`${options.mark}-names`, "");
  }
  yield textMember("whole", "");
  yield tarEnd;
}

/** The files that are not in the base, in the order in which the node hashes them. */
export function newFiles(plan: StagePlan): readonly ReleaseFile[] {
  return [...plan.copied.map(({ file }) => file), ...plan.sent, ...plan.secondNames.map(({ file }) => file)];
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

/** The files' bytes in their order, the next ones being fetched meanwhile. */
async function* fetchedAhead(
  files: readonly ReleaseFile[],
  options: StageArchiveOptions,
): AsyncGenerator<Fetched, void> {
  const ahead: { readonly file: ReleaseFile; readonly bytes: Promise<Fetched> }[] = [];
  let bytesAhead = 0;
  let next = 0;
  const fetchMore = (): void => {
    for (; ahead.length < readsAhead; next += 1) {
      const file = files[next];
      if (file === undefined) return;
      if (ahead.length > 0 && bytesAhead + file.size > maxBytesAhead) return;
      bytesAhead += file.size;
      const bytes = fetchBlob(file, options);
      // Whoever takes it sees the error; until then it must not be an unhandled one.
      bytes.catch(() => undefined);
      ahead.push({ file, bytes });
    }
  };
  try {
    for (;;) {
      fetchMore();
      const first = ahead.shift();
      if (first === undefined) return;
      yield await first.bytes;
      bytesAhead -= first.file.size;
    }
  } finally {
    for (const { bytes } of ahead) await letGo(bytes);
  }
}

/** A small blob is in memory; a large one is read when its turn comes. */
type Fetched = readonly Uint8Array[] | AsyncIterable<Uint8Array>;

const maxInMemory = 512 * 1024;

async function fetchBlob(file: ReleaseFile, { blobs, signal }: StageArchiveOptions): Promise<Fetched> {
  if (file.size > maxInMemory) return unwrap(blobs.read(file.sha256, { signal }));
  // Without the signal: combining signals for each of ten thousand small reads costs more than the reads. Nobody waits for
  // the few that are under way when it fires.
  signal.throwIfAborted();
  const bytes = await unwrap(blobs.read(file.sha256));
  const chunks: Uint8Array[] = [];
  for await (const chunk of exactly(file, bytes)) chunks.push(chunk);
  return chunks;
}

async function letGo(fetching: Promise<Fetched>): Promise<void> {
  const fetched = await fetching.catch(() => []);
  if (Array.isArray(fetched)) return;
  await (fetched as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]().return?.();
}

/** Refuses bytes that would not fit into the member whose size has been announced. */
async function* exactly(
  file: ReleaseFile,
  bytes: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void> {
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

function grouped(plan: StagePlan, keyOf: (file: ReleaseFile) => string): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>();
  for (const { file } of plan.copied) {
    const group = groups.get(keyOf(file));
    if (group === undefined) groups.set(keyOf(file), [file.path]);
    else group.push(file.path);
  }
  return groups;
}
