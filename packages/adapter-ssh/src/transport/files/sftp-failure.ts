import { posix } from "node:path";
import {
  adapterError,
  type CallOptions,
  type FailureState,
  hostingError,
  type TransportFileError,
} from "@hostelry/core/adapter";
import type { SftpSession } from "./sftp-session.ts";

/** One step on a file: what it is called, and what may have happened when it fails. */
export interface FileStep {
  /** The transport's name. */
  readonly transport: string;
  readonly operation: string;
  readonly path: string;
  readonly state: FailureState;
  readonly options: CallOptions | undefined;
}

/** Status codes of SFTP version 3 (draft-ietf-secsh-filexfer-02, 7). Nearly everything is `failure`. */
export const sftpStatus = { eof: 1, noSuchFile: 2, permissionDenied: 3, failure: 4, unsupported: 8 } as const;

/** The status that a server answered with; `undefined` for anything else. */
export function sftpStatusOf(cause: unknown): number | undefined {
  const code = typeof cause === "object" && cause !== null && "code" in cause ? cause.code : undefined;
  return typeof code === "number" ? code : undefined;
}

/** Names what went wrong. For the protocol's one word for all troubles of a disk the disk itself is asked. */
export async function sftpFailure(cause: unknown, step: FileStep, session: SftpSession): Promise<TransportFileError> {
  const { transport, operation, path, state, options } = step;
  const general = adapterError(cause, { adapter: transport, operation, state, path, signal: options?.signal });
  if (general.code !== "ADAPTER_FAILED" || general === cause) return general;
  if (session.isLost()) {
    const message = `The connection of ${transport} was lost (${operation} ${path}).`;
    return hostingError("TRANSPORT_LOST", message, { transport, operation, state }, { cause });
  }
  switch (sftpStatusOf(cause)) {
    case sftpStatus.noSuchFile:
      return hostingError("REMOTE_FILE_NOT_FOUND", `${transport} has no ${path}.`, { transport, path }, { cause });
    case sftpStatus.permissionDenied: {
      const message = `Access was denied at ${path} (${operation}).`;
      return hostingError("STORAGE_DENIED", message, { path, state }, { cause });
    }
    case sftpStatus.failure:
      return (await diskFailure(cause, step, session)) ?? general;
    case sftpStatus.unsupported:
      return unsupported(cause, step);
    case undefined:
      // Thrown by the library before anything is sent.
      if (cause instanceof Error && cause.message.includes("does not support")) return unsupported(cause, step);
      return general;
    default:
      return general;
  }
}

/** The error of a name that is taken. */
export function fileExists({ transport, path }: FileStep, cause: unknown): TransportFileError {
  return hostingError("REMOTE_FILE_EXISTS", `${transport} has ${path} already.`, { transport, path }, { cause });
}

function unsupported(cause: unknown, { transport, operation }: FileStep): TransportFileError {
  const reason = "the server's SFTP has no such operation";
  return hostingError(
    "TRANSPORT_REFUSED",
    `${transport} can't ${operation}: ${reason}.`,
    { transport, operation, reason },
    { cause },
  );
}

/** `ST_RDONLY` of statvfs(3). */
const readOnlyFlag = 1;

/** What statvfs(3) says, where OpenSSH's extension is there to ask for it. */
interface FileSystemFacts {
  readonly f_bavail: number;
  readonly f_favail: number;
  readonly f_flag: number;
}

async function diskFailure(
  cause: unknown,
  { operation, path, state }: FileStep,
  session: SftpSession,
): Promise<TransportFileError | undefined> {
  const facts = await session
    .request<FileSystemFacts>((sftp, done) => {
      sftp.ext_openssh_statvfs(posix.dirname(path), done as unknown as Parameters<typeof sftp.ext_openssh_statvfs>[1]);
    })
    .catch(() => undefined); // Not to be had: then the general error is all there is to say.
  if (facts === undefined) return undefined;
  if ((facts.f_flag & readOnlyFlag) !== 0) {
    return hostingError(
      "STORAGE_READ_ONLY",
      `The file system is read-only at ${path} (${operation}).`,
      { path, state },
      { cause },
    );
  }
  if (facts.f_bavail === 0 || facts.f_favail === 0) {
    return hostingError(
      "STORAGE_FULL",
      `There is no space left at ${path} (${operation}).`,
      { path, state },
      { cause },
    );
  }
  return undefined;
}
