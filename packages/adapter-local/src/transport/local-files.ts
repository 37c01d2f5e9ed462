import { constants, type Stats } from "node:fs";
import {
  chmod,
  type FileHandle,
  link,
  lstat,
  mkdir,
  open,
  readdir,
  readlink,
  rename,
  rmdir,
  symlink,
  unlink,
  utimes,
} from "node:fs/promises";
import { isAbsolute } from "node:path";
import {
  adapterError,
  attempt,
  type CallOptions,
  type FailureState,
  flow,
  hostingError,
  ok,
  type ReadFileOptions,
  type RemoteDirectoryEntry,
  type RemoteFileFacts,
  type RemoteFileKind,
  type Result,
  type ResultAsync,
  remotePath,
  type TransportError,
  type TransportFileError,
  type TransportFiles,
  untilAborted,
} from "@hostelry/core/adapter";
import { systemCode } from "../file-system/system-error.ts";

/** What the files of a {@link localTransport} need of it. */
export interface LocalFilesContext {
  /** The transport's name. */
  readonly name: string;
  /** What relative paths start from. */
  readonly directory: string;
  /** Whether a call may begin. */
  readonly ready: (operation: string, signal: AbortSignal | undefined) => Result<void, TransportError>;
}

/** One step on a file: what it is called, and what may have happened when it fails. */
interface Step {
  readonly operation: string;
  readonly path: string;
  readonly state: FailureState;
  readonly options: CallOptions | undefined;
}

const chunkBytes = 262_144;
const absent: readonly string[] = ["ENOENT", "ENOTDIR"];

/** Files of this machine, in the words of the transport port. */
export function localFiles({ name, directory, ready }: LocalFilesContext): TransportFiles {
  const absolute = (path: string): string => (isAbsolute(path) ? path : `${directory}/${path}`);

  const failure = (cause: unknown, { operation, path, state, options }: Step): TransportFileError => {
    const code = systemCode(cause);
    if (absent.includes(code)) {
      return hostingError("REMOTE_FILE_NOT_FOUND", `${name} has no ${path}.`, { transport: name, path }, { cause });
    }
    if (code === "EEXIST") {
      return hostingError("REMOTE_FILE_EXISTS", `${name} has ${path} already.`, { transport: name, path }, { cause });
    }
    return adapterError(cause, { adapter: name, operation, state, path, signal: options?.signal });
  };

  /** Checks the call, does it, and names what went wrong. */
  const perform = <T>(step: Step, act: (path: string) => Promise<T>): ResultAsync<T, TransportFileError> =>
    flow(async function* () {
      const path = yield* remotePath(step.path);
      yield* ready(step.operation, step.options?.signal);
      return ok(
        yield* attempt(
          () => act(absolute(path)),
          (cause) => failure(cause, step),
        ),
      );
    });

  const changing = (operation: string, path: string, options: CallOptions | undefined): Step => ({
    operation,
    path,
    state: "unknown",
    options,
  });
  const reading = (operation: string, path: string, options: CallOptions | undefined): Step => ({
    ...changing(operation, path, options),
    state: "unchanged",
  });

  return {
    read: (path, options = {}) => {
      const step = reading("read", path, options);
      return perform(step, (at) => open(at, "r")).map((handle) =>
        chunksOf(handle, options, (cause) => failure(cause, step)),
      );
    },
    write: (path, content, options = {}) =>
      perform(changing("write", path, options), async (at) => {
        const handle = await open(at, options.exclusive === true ? "wx" : "w", options.mode ?? 0o644);
        try {
          let size = 0;
          for await (const chunk of untilAborted(chunked(content), options.signal)) {
            await writeWhole(handle, chunk);
            size += chunk.length;
          }
          if (options.durable === true) await handle.sync();
          return { size };
        } finally {
          await handle.close();
        }
      }),
    rename: (from, to, options) =>
      remotePath(to).asyncAndThen((checked) =>
        perform(changing("rename", from, options), (at) => rename(at, absolute(checked))),
      ),
    look: (path, options) =>
      perform(reading("look", path, options), async (at) => {
        const stats = await unlessOneOf(absent, lstat(at));
        return stats === undefined ? null : factsOf(stats);
      }),
    readLink: (path, options) => perform(reading("readLink", path, options), (at) => readlink(at)),
    symbolicLink: (path, target, options) =>
      remotePath(target).asyncAndThen((checked) =>
        perform(changing("symbolicLink", path, options), (at) => symlink(checked, at)),
      ),
    hardLink: (path, existing, options) =>
      remotePath(existing).asyncAndThen((checked) =>
        perform(changing("hardLink", path, options), (at) => link(absolute(checked), at)),
      ),
    removeFile: (path, options) =>
      perform(changing("removeFile", path, options), async (at) => ({ removed: await removed(unlink(at)) })),
    makeDirectory: (path, options) =>
      perform(changing("makeDirectory", path, options), async (at) => {
        try {
          await mkdir(at, options?.mode ?? 0o755);
          return { made: true };
        } catch (cause) {
          if (systemCode(cause) !== "EEXIST" || !(await lstat(at)).isDirectory()) throw cause;
          return { made: false };
        }
      }),
    removeDirectory: (path, options) =>
      perform(changing("removeDirectory", path, options), async (at) => ({ removed: await removed(rmdir(at)) })),
    list: (path, options) =>
      perform(reading("list", path, options), async (at) => {
        const entries: RemoteDirectoryEntry[] = [];
        for (const name of await readdir(at)) {
          const stats = await unlessOneOf(absent, lstat(`${at}/${name}`));
          if (stats !== undefined) entries.push({ name, ...factsOf(stats) });
        }
        return entries;
      }),
    setAttributes: (path, { mode, modifiedAt }, options) =>
      perform(changing("setAttributes", path, options), async (at) => {
        if (mode !== undefined) await chmod(at, mode);
        const seconds = modifiedAt === undefined ? undefined : Math.floor(modifiedAt.getTime() / 1000);
        if (seconds !== undefined) await utimes(at, seconds, seconds);
      }),
    flush: (path, options) =>
      perform(changing("flush", path, options), async (at) => {
        const handle = await open(at, constants.O_RDONLY);
        try {
          await handle.sync();
        } finally {
          await handle.close();
        }
      }),
  };
}

async function* chunksOf(
  handle: FileHandle,
  { start = 0, end = Number.POSITIVE_INFINITY, signal }: ReadFileOptions,
  failure: (cause: unknown) => TransportFileError,
): AsyncGenerator<Uint8Array, void> {
  try {
    for (let position = start; position < end; ) {
      signal?.throwIfAborted();
      const wanted = Math.min(chunkBytes, end - position);
      const { bytesRead, buffer } = await handle.read(new Uint8Array(wanted), 0, wanted, position);
      if (bytesRead === 0) return;
      position += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  } catch (cause) {
    throw failure(cause);
  } finally {
    await handle.close();
  }
}

async function* chunked(content: Uint8Array | AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  if (content instanceof Uint8Array) yield content;
  else yield* content;
}

async function writeWhole(handle: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let written = 0; written < chunk.length; ) {
    written += (await handle.write(chunk, written)).bytesWritten;
  }
}

async function removed(removal: Promise<void>): Promise<boolean> {
  return (
    (await unlessOneOf(
      absent,
      removal.then(() => true),
    )) ?? false
  );
}

async function unlessOneOf<T>(codes: readonly string[], act: Promise<T>): Promise<T | undefined> {
  try {
    return await act;
  } catch (cause) {
    if (codes.includes(systemCode(cause))) return undefined;
    throw cause;
  }
}

function factsOf(stats: Stats): RemoteFileFacts {
  const modifiedAt = new Date(Math.floor(stats.mtimeMs / 1000) * 1000);
  return { kind: kindOf(stats), size: stats.size, mode: stats.mode & 0o7777, modifiedAt };
}

function kindOf(stats: Stats): RemoteFileKind {
  if (stats.isFile()) return "file";
  if (stats.isDirectory()) return "directory";
  return stats.isSymbolicLink() ? "link" : "other";
}
