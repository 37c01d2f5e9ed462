import type { Transform } from "node:stream";
import {
  err,
  hostingError,
  ok,
  type ProcessEnd,
  type ProcessPipes,
  type Result,
  type TransportError,
} from "@hostelry/core/adapter";
import type { ClientChannel } from "ssh2";
import { announcedGroup } from "./announced-group.ts";
import { unlessAborted } from "./connection/connection-keeper.ts";
import type { SshConnection } from "./connection/open-connection.ts";
import type { SessionSlots } from "./connection/session-slots.ts";

/** A connection with its sessions counted. */
export interface Sessions {
  readonly connection: SshConnection;
  readonly slots: SessionSlots;
}

/** After so long without an answer, somebody else is asked to end the program. */
const signalPatienceMs = 160;
/** How long a server may take to say that a program it was told to kill has ended. */
const killGraceMs = 3000;

/**
 * Asks for a session and runs a line in it. `stale`: the connection had died before it could be used for anything, so that it
 * is safe to try again on another one.
 */
export async function openProcess(
  transport: string,
  { connection, slots }: Sessions,
  line: string,
  signal: AbortSignal | undefined,
): Promise<Result<ProcessPipes | "stale", TransportError>> {
  for (;;) {
    if (!(await slots.take(signal))) return err(aborted(signal?.reason));
    const opening = exec(connection, slots, line);
    const opened = await unlessAborted(opening, signal);
    if (opened === undefined) {
      void opening.then((late) => abandon(late, slots));
      return err(aborted(signal?.reason));
    }
    if (!("asked" in opened)) {
      slots.granted();
      return ok(opened);
    }
    const { asked, error } = opened;
    if (asked) {
      slots.release();
      // The program may have been started: nobody but the caller knows whether it may be started twice.
      if (connection.isLost()) return err(lost(transport, error));
      return err(refused(transport, "the server does not run programs for this user", error));
    }
    if (!("reason" in error)) {
      slots.release();
      connection.drop();
      return ok("stale");
    }
    if (!(await slots.refused())) return err(refused(transport, error.message, error));
  }
}

/** A program that was not started, or of which nobody knows. */
interface NotStarted {
  readonly error: Error;
  /** Whether the request to start it was sent. */
  readonly asked: boolean;
}

/**
 * The running program, or the error that the library gives instead. Listeners are put on the channel at once: a short
 * program's end may stand in the very packet that says that it was started.
 */
function exec(connection: SshConnection, slots: SessionSlots, line: string): Promise<ProcessPipes | NotStarted> {
  return new Promise((resolve) => {
    let asked = false;
    // No variables: the library looks for them when the channel is open, just before it asks for the program.
    const env = new Proxy<NodeJS.ProcessEnv>(
      {},
      {
        ownKeys: () => {
          asked = true;
          return [];
        },
      },
    );
    // A connection may die without a word to those who wait for a channel.
    const forget = connection.onLost(() => resolve({ error: new Error("the connection was lost"), asked }));
    const done = (outcome: ProcessPipes | NotStarted): void => {
      forget();
      resolve(outcome);
    };
    try {
      connection.client.exec(line, { env }, (error, channel) =>
        done(error === undefined ? pipesOf(channel, connection, slots) : { error, asked }),
      );
    } catch (cause) {
      done({ error: cause instanceof Error ? cause : new Error(String(cause)), asked });
    }
  });
}

/** A program that was started when its caller had gone. */
function abandon(late: ProcessPipes | NotStarted, slots: SessionSlots): void {
  if ("asked" in late) {
    slots.release();
    return;
  }
  late.output.resume();
  late.errors.resume();
  late.kill();
}

function pipesOf(channel: ClientChannel, connection: SshConnection, slots: SessionSlots): ProcessPipes {
  let settle: (end: ProcessEnd) => void = () => undefined;
  const ended = new Promise<ProcessEnd>((resolve) => {
    settle = resolve;
  });
  channel.once("exit", (code: number | null, signal?: string) => {
    if (code !== null) settle({ kind: "exited", code });
    else settle({ kind: "signalled", signal: signal ?? "SIGKILL" });
  });
  const group = announcedGroup();
  channel.stderr.pipe(group.errors);
  const closed = new Promise<void>((resolve) => {
    // The library does not end the streams of a channel whose connection is gone.
    const forget = connection.onLost(() => {
      channel.stderr.unpipe(group.errors);
      group.errors.end();
      resolve();
    });
    channel.once("close", () => {
      forget();
      resolve();
    });
  });
  void closed.then(() => {
    slots.release();
    // Nothing happens when the program's end was told before.
    settle({ kind: "lost", cause: new Error("the channel was closed without a word on how the program ended") });
  });
  const killGroup = (): void => {
    const number = group.number();
    if (number !== undefined) endGroup(connection, number);
  };
  return {
    input: channel,
    output: channel,
    errors: group.errors,
    ended,
    closed: closed.then(() => finished(group.errors)),
    kill: () => kill(channel, killGroup, (cause) => settle({ kind: "lost", cause })),
  };
}

/** Settles when everything has come out of a stream, or nothing more will. */
function finished(stream: Transform): Promise<void> {
  return new Promise((resolve) => {
    if (stream.readableEnded || stream.destroyed) resolve();
    else stream.once("end", resolve).once("close", resolve);
  });
}

/** Ends a process group by a program of its own. Whether it worked is told by the group's own end. */
function endGroup({ client }: SshConnection, group: number): void {
  try {
    // A number of our own reading; `kill` is built into every shell.
    client.exec(`kill -9 -${group}`, (error, channel) => {
      if (error === undefined)
        channel
          .on("error", () => undefined)
          .resume()
          .stderr.resume();
    });
  } catch {
    // The connection has ended, and with it the program.
  }
}

/**
 * The signal makes sshd kill the session's process group and report it. It is lost when the program is so young that it has no
 * group yet, so it is sent until the end is told. Closing the channel alone would not do: sshd keeps the error output of a
 * session open until its program has ended, and the watcher notices only the end of the connection. For root sshd passes no signals
 * on ("session signalling requires privilege separation"): then the group is ended by its number.
 */
function kill(channel: ClientChannel, killGroup: () => void, giveUp: (cause: unknown) => void): void {
  const deadline = performance.now() + killGraceMs;
  let pauseMs = 20;
  let timer: NodeJS.Timeout | undefined;
  const over = (): void => {
    clearTimeout(timer);
    channel.close();
  };
  channel.once("exit", over);
  channel.once("close", over);
  const again = (): void => {
    if (performance.now() > deadline) {
      over();
      giveUp(new Error("the server did not confirm that the program has ended"));
      return;
    }
    sendKill(channel);
    if (pauseMs >= signalPatienceMs) killGroup();
    timer = setTimeout(again, pauseMs);
    pauseMs *= 2;
  };
  again();
}

/** Sends a signal also after the input was ended. The library's own method no longer does then; the protocol allows it. */
function sendKill(channel: ClientChannel): void {
  const { _client, outgoing } = channel as unknown as Partial<ChannelInside>;
  if (_client?._protocol !== undefined && outgoing !== undefined) {
    if (outgoing.state === "open" || outgoing.state === "eof") _client._protocol.signal(outgoing.id, "KILL");
  } else channel.signal("KILL");
}

/** What ssh2 1.17.0 keeps inside of a channel; looked at with care, for it may be otherwise one day. */
interface ChannelInside {
  readonly _client: { readonly _protocol?: { signal(id: number, name: string): void } };
  readonly outgoing: { readonly id: number; readonly state: string };
}

function lost(transport: string, cause: unknown): TransportError {
  const message = `The connection of ${transport} was lost while a program was being started.`;
  return hostingError("TRANSPORT_LOST", message, { transport, operation: "start", state: "unknown" }, { cause });
}

function refused(transport: string, reason: string, cause: unknown): TransportError {
  const message = `${transport} can't start programs: ${reason}.`;
  return hostingError("TRANSPORT_REFUSED", message, { transport, operation: "start", reason }, { cause });
}

function aborted(cause: unknown): TransportError {
  return hostingError("ABORTED", "start was ended by its caller.", { operation: "start" }, { cause });
}
