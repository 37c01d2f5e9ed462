import { err, hostingError, ok, type Result, type ResultAsync, type TransportError } from "@hostelry/core/adapter";
import { unlessAborted } from "../connection/connection-keeper.ts";
import type { Sessions } from "../ssh-process.ts";
import { openSftpSession, type SftpSession } from "./sftp-session.ts";

/** Gives the one SFTP session of a transport; opens it when there is none. The signal ends this caller's waiting only. */
export function sftpKeeper(
  transport: string,
  sessions: () => ResultAsync<Sessions, TransportError>,
): (signal: AbortSignal | undefined) => Promise<Result<SftpSession, TransportError>> {
  let standing: SftpSession | undefined;
  let opening: Promise<Result<SftpSession, TransportError>> | undefined;

  const open = async (): Promise<Result<SftpSession, TransportError>> => {
    const attempt = async (): Promise<Result<SftpSession, TransportError>> => {
      const got = await sessions();
      return got.isErr() ? err(got.error) : openSftpSession(transport, got.value);
    };
    // A connection that died unnoticed is found out by using it; nothing was begun then, and a new one is worth a try.
    const first = await attempt();
    const opened = first.isErr() && first.error.code === "TRANSPORT_LOST" ? await attempt() : first;
    opening = undefined;
    if (opened.isOk()) standing = opened.value;
    return opened;
  };
  return async (signal) => {
    if (standing !== undefined && !standing.isLost()) return ok(standing);
    opening ??= open();
    return (await unlessAborted(opening, signal)) ?? err(aborted(signal));
  };
}

function aborted(signal: AbortSignal | undefined): TransportError {
  const options = { cause: signal?.reason };
  return hostingError("ABORTED", "files was ended by its caller.", { operation: "files" }, options);
}
