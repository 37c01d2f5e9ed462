import {
  type CallOptions,
  err,
  hostingError,
  ok,
  type ReadFileOptions,
  type RemoteFileFacts,
  type RemoteFileKind,
  type Result,
  ResultAsync,
  remotePath,
  type TransportCapabilities,
  type TransportError,
  type TransportFileError,
  type TransportFiles,
  untilAborted,
} from "@hostelry/core/adapter";
import type { Stats } from "ssh2";
import { unlessAborted } from "../connection/connection-keeper.ts";
import { type FileStep, fileExists, sftpFailure, sftpStatus, sftpStatusOf } from "./sftp-failure.ts";
import type { SftpSession } from "./sftp-session.ts";
import { readStream, writeStream } from "./sftp-stream.ts";

/** What the files of an SSH transport need of it. */
export interface SshFilesContext {
  /** The transport's name. */
  readonly transport: string;
  readonly capabilities: TransportCapabilities;
  /** The session, opened when there is none. */
  readonly session: (signal: AbortSignal | undefined) => PromiseLike<Result<SftpSession, TransportError>>;
}

type FileResult<T> = Promise<Result<T, TransportFileError>>;

/** Files over SFTP version 3, with OpenSSH's extensions where they are needed. */
export function sshFiles({ transport, capabilities, session: acquire }: SshFilesContext): TransportFiles {
  const step = (operation: string, path: string, options: CallOptions | undefined): FileStep => ({
    transport,
    operation,
    path,
    state: "unknown",
    options,
  });
  const looking = (operation: string, path: string, options: CallOptions | undefined): FileStep => ({
    ...step(operation, path, options),
    state: "unchanged",
  });

  /** Checks the call, does it, and names what went wrong. `keep` leaves the session in use: whoever keeps it gives it back. */
  const attend = async <T>(
    at: FileStep,
    paths: readonly string[],
    act: (session: SftpSession, release: () => void) => Promise<T>,
    keep: boolean,
  ): FileResult<T> => {
    const signal = at.options?.signal;
    for (const path of paths) {
      const checked = remotePath(path);
      if (checked.isErr()) return err(checked.error);
    }
    if (!capabilities.files) return err(lacking("files"));
    if (signal?.aborted === true) return err(aborted(at, signal));
    const opened = await acquire(signal);
    if (opened.isErr()) return err(opened.error);
    const session = opened.value;
    const release = session.use();
    // The work goes on to its own end when the caller has gone, so that no handle is left open.
    const work: FileResult<T> = (async () => {
      try {
        return ok(await act(session, release));
      } catch (cause) {
        release();
        return err(await sftpFailure(cause, at, session));
      } finally {
        if (!keep) release();
      }
    })();
    return (await unlessAborted(work, signal)) ?? err(aborted(at, signal));
  };
  const perform = <T>(
    at: FileStep,
    act: (session: SftpSession) => Promise<T>,
    ...more: readonly string[]
  ): ResultAsync<T, TransportFileError> => new ResultAsync(attend(at, [at.path, ...more], act, false));

  return {
    read: (path, options) => {
      const at = looking("read", path, options);
      const begin = async (session: SftpSession, release: () => void): Promise<AsyncIterable<Uint8Array>> => {
        const handle = await open(session, path, "r");
        return chunksOf(session, handle, at, options ?? {}, release);
      };
      return new ResultAsync(attend(at, [path], begin, true));
    },
    write: (path, content, options) => {
      if (options?.durable === true && !capabilities.flush)
        return new ResultAsync(Promise.resolve(err(lacking("flush"))));
      const at = step("write", path, options);
      return perform(at, async (session) => {
        const flags = options?.exclusive === true ? "wx" : "w";
        const handle = await open(session, path, flags, options?.mode ?? 0o644).catch((cause) =>
          refuseTaken(session, path, options?.exclusive === true ? at : undefined, cause),
        );
        try {
          const size = await writeStream({ session, handle }, untilAborted(chunked(content), options?.signal));
          if (options?.durable === true) await flush(session, handle);
          return { size };
        } finally {
          await close(session, handle);
        }
      });
    },
    rename: (from, to, options) => {
      const at = step("rename", from, options);
      return perform(
        at,
        (session) =>
          capabilities.atomicRename
            ? session.request<void>((sftp, done) => sftp.ext_openssh_rename(from, to, done))
            : session
                .request<void>((sftp, done) => sftp.rename(from, to, done))
                .catch((cause) => refuseTaken(session, to, { ...at, path: to }, cause)),
        to,
      );
    },
    look: (path, options) => perform(looking("look", path, options), (session) => look(session, path)),
    readLink: (path, options) =>
      perform(looking("readLink", path, options), (session) =>
        session.request<string>((sftp, done) => sftp.readlink(path, done)),
      ),
    symbolicLink: (path, target, options) => {
      const at = step("symbolicLink", path, options);
      const make = (session: SftpSession): Promise<void> =>
        session
          .request<void>((sftp, done) => sftp.symlink(target, path, done))
          .catch((cause) => refuseTaken(session, path, at, cause));
      return perform(at, make, target);
    },
    hardLink: (path, existing, options) => {
      if (!capabilities.hardLinks) return new ResultAsync(Promise.resolve(err(lacking("hardLinks"))));
      const at = step("hardLink", path, options);
      const make = (session: SftpSession): Promise<void> =>
        session
          .request<void>((sftp, done) => sftp.ext_openssh_hardlink(existing, path, done))
          .catch((cause) => refuseTaken(session, path, at, cause));
      return perform(at, make, existing);
    },
    removeFile: (path, options) =>
      perform(step("removeFile", path, options), async (session) => ({
        removed: await there(session.request<void>((sftp, done) => sftp.unlink(path, done))),
      })),
    makeDirectory: (path, options) => {
      const at = step("makeDirectory", path, options);
      return perform(at, async (session) => {
        try {
          await session.request<void>((sftp, done) => sftp.mkdir(path, { mode: options?.mode ?? 0o755 }, done));
          return { made: true };
        } catch (cause) {
          const facts = sftpStatusOf(cause) === sftpStatus.failure ? await look(session, path) : null;
          if (facts === null) throw cause;
          if (facts.kind !== "directory") throw fileExists(at, cause);
          return { made: false };
        }
      });
    },
    removeDirectory: (path, options) =>
      perform(step("removeDirectory", path, options), async (session) => ({
        removed: await there(session.request<void>((sftp, done) => sftp.rmdir(path, done))),
      })),
    list: (path, options) =>
      perform(looking("list", path, options), async (session) => {
        const entries = await session.request<readonly { readonly filename: string; readonly attrs: Stats }[]>(
          (sftp, done) => sftp.readdir(path, done),
        );
        return entries
          .filter(({ filename }) => filename !== "." && filename !== "..")
          .map(({ filename, attrs }) => ({ name: filename, ...factsOf(attrs) }));
      }),
    setAttributes: (path, { mode, modifiedAt }, options) =>
      perform(step("setAttributes", path, options), (session) => {
        const seconds = modifiedAt === undefined ? undefined : Math.floor(modifiedAt.getTime() / 1000);
        const attributes = {
          ...(mode === undefined ? {} : { mode }),
          ...(seconds === undefined ? {} : { atime: seconds, mtime: seconds }),
        };
        return session.request<void>((sftp, done) => sftp.setstat(path, attributes, done));
      }),
    flush: (path, options) => {
      if (!capabilities.flush) return new ResultAsync(Promise.resolve(err(lacking("flush"))));
      return perform(step("flush", path, options), async (session) => {
        const handle = await open(session, path, "r");
        try {
          await flush(session, handle);
        } finally {
          await close(session, handle);
        }
      });
    },
  };
}

async function* chunksOf(
  session: SftpSession,
  handle: Buffer,
  at: FileStep,
  { start = 0, end = Number.POSITIVE_INFINITY, signal }: ReadFileOptions,
  release: () => void,
): AsyncGenerator<Uint8Array, void> {
  try {
    yield* untilAborted(readStream({ session, handle }, start, end), signal);
  } catch (cause) {
    throw await sftpFailure(cause, at, session);
  } finally {
    // A session that is gone has closed it already.
    await close(session, handle).catch(() => undefined);
    release();
  }
}

function open(session: SftpSession, path: string, flags: "r" | "w" | "wx", mode?: number): Promise<Buffer> {
  return session.request<Buffer>((sftp, done) => sftp.open(path, flags, mode === undefined ? {} : { mode }, done));
}

function close(session: SftpSession, handle: Buffer): Promise<void> {
  return session.request<void>((sftp, done) => sftp.close(handle, done));
}

function flush(session: SftpSession, handle: Buffer): Promise<void> {
  return session.request<void>((sftp, done) => sftp.ext_openssh_fsync(handle, done));
}

async function look(session: SftpSession, path: string): Promise<RemoteFileFacts | null> {
  try {
    return factsOf(await session.request<Stats>((sftp, done) => sftp.lstat(path, done)));
  } catch (cause) {
    if (sftpStatusOf(cause) === sftpStatus.noSuchFile) return null;
    throw cause;
  }
}

/** Whether something was there to be removed. */
async function there(removal: Promise<void>): Promise<boolean> {
  try {
    await removal;
    return true;
  } catch (cause) {
    if (sftpStatusOf(cause) === sftpStatus.noSuchFile) return false;
    throw cause;
  }
}

/** The protocol has no word for "is there already": a failure in whose place something is, is that. */
async function refuseTaken(
  session: SftpSession,
  path: string,
  at: FileStep | undefined,
  cause: unknown,
): Promise<never> {
  if (at === undefined || sftpStatusOf(cause) !== sftpStatus.failure) throw cause;
  throw (await look(session, path)) === null ? cause : fileExists(at, cause);
}

async function* chunked(content: Uint8Array | AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  if (content instanceof Uint8Array) yield content;
  else yield* content;
}

function factsOf(stats: Stats): RemoteFileFacts {
  const modifiedAt = new Date(stats.mtime * 1000);
  return { kind: kindOf(stats), size: stats.size, mode: stats.mode & 0o7777, modifiedAt };
}

function kindOf(stats: Stats): RemoteFileKind {
  if (stats.isFile()) return "file";
  if (stats.isDirectory()) return "directory";
  return stats.isSymbolicLink() ? "link" : "other";
}

function lacking(capability: string): TransportFileError {
  const problem = `the transport's capability ${capability} is false`;
  return hostingError("INVALID_INPUT", `This can't be done: ${problem}.`, { field: "capabilities", problem });
}

function aborted({ operation }: FileStep, signal: AbortSignal | undefined): TransportFileError {
  const options = { cause: signal?.reason };
  return hostingError("ABORTED", `${operation} was ended by its caller.`, { operation }, options);
}
