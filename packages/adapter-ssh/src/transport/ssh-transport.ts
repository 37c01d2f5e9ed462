import {
  type Clock,
  type Command,
  err,
  gatherOutput,
  hostingError,
  ok,
  type Result,
  ResultAsync,
  type StartOptions,
  type SupervisedProcess,
  supervisedLine,
  systemClock,
  type Transport,
  type TransportCapabilities,
  type TransportError,
  transportProcess,
} from "@hostelry/core/adapter";
import { closedError, connectionKeeper } from "./connection/connection-keeper.ts";
import { reachPlace } from "./connection/reach-place.ts";
import { type SessionSlots, sessionSlots } from "./connection/session-slots.ts";
import type { SshPlace } from "./connection/ssh-place.ts";
import { sftpKeeper } from "./files/sftp-keeper.ts";
import { sshFiles } from "./files/ssh-files.ts";
import { openProcess, type Sessions } from "./ssh-process.ts";

/** How to make an {@link sshTransport}. */
export type SshTransportOptions = SshPlace & {
  /** For messages. Default `user@host:port`. */
  readonly name?: string | undefined;
  /** What the machine does not allow; becomes `false` in `capabilities`. `["exec"]` for an account that has only SFTP. */
  readonly without?: readonly (keyof TransportCapabilities)[] | undefined;
  /** So long each machine on the way may take until the sign-in is done. Default 20,000. */
  readonly connectTimeoutMs?: number | undefined;
  /** An idle connection is asked for a sign of life after so long. Default 15,000; 0 never asks. */
  readonly keepAliveMs?: number | undefined;
  /** So many unanswered questions in a row end the connection. Default 3. */
  readonly keepAliveMisses?: number | undefined;
  /** Sessions on the connection at once. Default 10, as sshd's `MaxSessions`; a lower limit of the server's is found out. */
  readonly maxSessions?: number | undefined;
  /**
   * So long a call waits while a server hangs up before the handshake and is therefore left alone, for 20 s at first.
   * Default 30,000; with 0 such a call fails at once.
   */
  readonly patienceMs?: number | undefined;
  /** For time limits, waiting, and whether a certificate is valid. Default: the machine's. */
  readonly clock?: Clock | undefined;
};

/**
 * A transport to a machine that runs an ordinary sshd. One connection, made when it is first needed, carries everything; it
 * is made again when it was lost. Nothing is installed on the machine: programs need a POSIX shell there, files need SFTP.
 * Close it when it is no longer needed: an open connection keeps the process alive.
 */
export function sshTransport(options: SshTransportOptions): Transport {
  const { without = [] } = options;
  const name = options.name ?? `${options.user}@${options.host}:${options.port ?? 22}`;
  const clock = options.clock ?? systemClock;
  const has = (capability: keyof TransportCapabilities): boolean => !without.includes(capability);
  const capabilities: TransportCapabilities = {
    exec: has("exec"),
    files: has("files"),
    atomicRename: has("files") && has("atomicRename"),
    hardLinks: has("files") && has("hardLinks"),
    flush: has("files") && has("flush"),
  };
  const keeper = connectionKeeper({
    transport: name,
    clock,
    patienceMs: options.patienceMs ?? 30_000,
    open: () =>
      reachPlace(options, {
        transport: name,
        timeoutMs: options.connectTimeoutMs ?? 20_000,
        keepAliveMs: options.keepAliveMs ?? 15_000,
        keepAliveMisses: options.keepAliveMisses ?? 3,
        clock,
      }),
  });
  const slotsOf = new WeakMap<object, SessionSlots>();
  const makingRoom = new Set<() => boolean>();
  const running = new Set<SupervisedProcess>();

  const sessions = (signal: AbortSignal | undefined): ResultAsync<Sessions, TransportError> =>
    keeper.acquire(signal).map((connection) => {
      const known = slotsOf.get(connection);
      if (known !== undefined) return { connection, slots: known };
      const slots = sessionSlots(options.maxSessions ?? 10);
      slots.onCrowded(() => [...makingRoom].some((makesRoom) => makesRoom()));
      slotsOf.set(connection, slots);
      return { connection, slots };
    });

  const start = async (
    command: Command,
    startOptions: StartOptions,
  ): Promise<Result<SupervisedProcess, TransportError>> => {
    if (!capabilities.exec) return err(lacking("exec"));
    const line = supervisedLine(command);
    if (line.isErr()) return err(line.error);
    // A connection that died unnoticed is found out by using it; nothing was begun then, and a new one is worth a try.
    for (let attempt = 1; ; attempt += 1) {
      const got = await sessions(startOptions.signal);
      if (got.isErr()) return err(got.error);
      const pipes = await openProcess(name, got.value, line.value, startOptions.signal);
      if (pipes.isErr()) return err(pipes.error);
      if (pipes.value === "stale") {
        if (attempt === 2) return err(lostError(name));
        continue;
      }
      const started = transportProcess(pipes.value, { transport: name, clock, options: startOptions });
      running.add(started);
      void pipes.value.ended.then(() => running.delete(started));
      return ok(started);
    }
  };

  return {
    spec: "transport/1",
    name,
    capabilities,
    files: sshFiles({ transport: name, capabilities, session: sftpKeeper(name, () => sessions(undefined)) }),
    crowd: {
      isCrowded: () => {
        const connection = keeper.current();
        return connection !== undefined && slotsOf.get(connection)?.crowded() === true;
      },
      onCrowded: (listener) => {
        makingRoom.add(listener);
        return () => makingRoom.delete(listener);
      },
    },
    connect: ({ signal } = {}) => keeper.acquire(signal).map(() => undefined),
    start: (command, startOptions = {}) => new ResultAsync(start(command, startOptions)),
    run: (command, runOptions = {}) =>
      new ResultAsync(start(command, runOptions)).andThen((started) => gatherOutput(started, name, runOptions)),
    close: async () => {
      for (const started of running) started.failWith(closedError(name));
      await keeper.close();
    },
  };
}

function lacking(capability: string): TransportError {
  const problem = `the transport's capability ${capability} is false`;
  return hostingError("INVALID_INPUT", `This can't be done: ${problem}.`, { field: "capabilities", problem });
}

function lostError(transport: string): TransportError {
  const details = { transport, operation: "start", state: "unchanged" } as const;
  return hostingError("TRANSPORT_LOST", `The connection of ${transport} is lost again and again.`, details);
}
