import { err, hostingError, ok, type Result, type TransportError } from "@hostelry/core/adapter";
import type { SFTPWrapper } from "ssh2";
import type { SessionSlots } from "../connection/session-slots.ts";
import type { Sessions } from "../ssh-process.ts";

/** One SFTP session, as something that always answers. */
export interface SftpSession {
  /** Sends a request. Rejects with the server's status, or when the session is gone before the answer. */
  request<T>(send: (sftp: SFTPWrapper, done: Answer<T>) => void): Promise<T>;
  isLost(): boolean;
  /** Marks it used until the returned function is called: a session that nobody uses may be given up for a program. */
  use(): () => void;
}

/** The protocol library's callbacks. */
export type Answer<T> = (error: Error | null | undefined, value?: T) => void;

/** Opens a session on a connection. */
export async function openSftpSession(
  transport: string,
  { connection, slots }: Sessions,
): Promise<Result<SftpSession, TransportError>> {
  for (;;) {
    await slots.take(undefined);
    const opened = await open(connection.client.sftp.bind(connection.client), connection.onLost);
    if (!(opened instanceof Error)) {
      slots.granted();
      return ok(sessionOf(opened, connection.onLost, slots));
    }
    if (connection.isLost() || !isAnswer(opened)) {
      slots.release();
      connection.drop();
      const details = { transport, operation: "files", state: "unchanged" } as const;
      const message = `The connection of ${transport} was lost while its files were being reached.`;
      return err(hostingError("TRANSPORT_LOST", message, details, { cause: opened }));
    }
    if ("reason" in opened && (await slots.refused())) continue;
    if (!("reason" in opened)) slots.release();
    const reason = opened.message;
    const message = `${transport} can't reach files: ${reason}.`;
    return err(
      hostingError("TRANSPORT_REFUSED", message, { transport, operation: "files", reason }, { cause: opened }),
    );
  }
}

/** Whether the server has said no, in one of the library's words for it; anything else is a connection that is dead. */
function isAnswer(error: Error): boolean {
  return "reason" in error || /subsystem|exit|SFTP/i.test(error.message);
}

type OnLost = Sessions["connection"]["onLost"];

function open(start: (done: Answer<SFTPWrapper>) => unknown, onLost: OnLost): Promise<SFTPWrapper | Error> {
  return new Promise((resolve) => {
    const forget = onLost(() => resolve(new Error("the connection was lost")));
    const done = (outcome: SFTPWrapper | Error): void => {
      forget();
      resolve(outcome);
    };
    try {
      start((error, sftp) => done(error ?? sftp ?? new Error("there is no session")));
    } catch (cause) {
      done(cause instanceof Error ? cause : new Error(String(cause)));
    }
  });
}

function sessionOf(sftp: SFTPWrapper, onLost: OnLost, slots: SessionSlots): SftpSession {
  const waiting = new Set<(cause: Error) => void>();
  let users = 0;
  let lost = false;
  const lose = (): void => {
    if (lost) return;
    lost = true;
    forgetLoss();
    forgetCrowd();
    slots.release();
    // The library forgets requests that are made after the channel was closed; nobody else would answer them.
    for (const reject of [...waiting]) reject(new Error("the session was lost"));
  };
  const giveWay = (): boolean => {
    if (users > 0 || lost || !slots.crowded()) return false;
    sftp.end();
    lose();
    return true;
  };
  const forgetCrowd = slots.onCrowded(giveWay);
  const forgetLoss = onLost(() => lose());
  sftp.once("close", lose);
  // What it means is told by the end of the session, which follows.
  sftp.on("error", () => undefined);
  return {
    request: (send) =>
      new Promise((resolve, reject) => {
        if (lost) return reject(new Error("the session was lost"));
        waiting.add(reject);
        const done = (settle: () => void): void => {
          waiting.delete(reject);
          settle();
        };
        try {
          send(sftp, (error, value) => {
            done(() => (error === null || error === undefined ? resolve(value as never) : reject(error)));
          });
        } catch (cause) {
          done(() => reject(cause));
        }
      }),
    isLost: () => lost,
    use: () => {
      users += 1;
      let used = true;
      return () => {
        if (used) users -= 1;
        used = false;
        giveWay();
      };
    },
  };
}
