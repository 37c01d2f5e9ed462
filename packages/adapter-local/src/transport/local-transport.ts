import { hostname, userInfo } from "node:os";
import {
  type Clock,
  type Command,
  err,
  flow,
  gatherOutput,
  type HostingErrorOf,
  hostingError,
  ok,
  type Result,
  type ResultAsync,
  type StartOptions,
  type SupervisedProcess,
  supervisedCommand,
  systemClock,
  type Transport,
  type TransportError,
  transportProcess,
} from "@hostelry/core/adapter";
import { localFiles } from "./local-files.ts";
import { localProcess } from "./local-process.ts";

/** How to make a {@link localTransport}. */
export interface LocalTransportOptions {
  /** Where programs start, and what relative paths start from. Default: this process's working directory. */
  readonly directory?: string | undefined;
  /**
   * All that programs find in their environment. Default: `PATH`, `HOME`, `LANG`, `LC_ALL`, `TMPDIR` and `TZ` of this process,
   * and nothing else, for an environment is where processes keep their secrets.
   */
  readonly environment?: Readonly<Record<string, string>> | undefined;
  /** Default: the user and the name of this machine. */
  readonly name?: string | undefined;
  /** Default: the machine's clock. */
  readonly clock?: Clock | undefined;
}

const passedOn: readonly string[] = ["PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TZ"];

/** A transport to the machine this process runs on: for products with one host, and for tests. Needs a POSIX shell. */
export function localTransport(options: LocalTransportOptions = {}): Transport {
  const name = options.name ?? `${userInfo().username}@${hostname()}`;
  const directory = options.directory ?? process.cwd();
  const environment = options.environment ?? ownEnvironment();
  const clock = options.clock ?? systemClock;
  const running = new Set<SupervisedProcess>();
  let closed = false;

  const ready = (operation: string, signal: AbortSignal | undefined): Result<void, TransportError> => {
    if (closed) return err(closedError(name, operation));
    if (signal?.aborted === true) {
      const message = `${operation} was ended by its caller before it began.`;
      return err(hostingError("ABORTED", message, { operation }, { cause: signal.reason }));
    }
    return ok(undefined);
  };

  const start = (command: Command, startOptions: StartOptions): ResultAsync<SupervisedProcess, TransportError> =>
    flow(async function* () {
      const argv = yield* supervisedCommand(command);
      yield* ready("start", startOptions.signal);
      const pipes = localProcess(argv, directory, environment);
      const started = transportProcess(pipes, { transport: name, clock, options: startOptions });
      running.add(started);
      void pipes.ended.then(() => running.delete(started));
      return ok(started);
    });

  return {
    spec: "transport/1",
    name,
    capabilities: { exec: true, files: true, atomicRename: true, hardLinks: true, flush: true },
    files: localFiles({ name, directory, ready }),
    connect: ({ signal } = {}) =>
      flow(async function* () {
        yield* ready("connect", signal);
        return ok(undefined);
      }),
    start: (command, startOptions = {}) => start(command, startOptions),
    run: (command, runOptions = {}) =>
      start(command, runOptions).andThen((started) => gatherOutput(started, name, runOptions)),
    close: async () => {
      closed = true;
      const ending = [...running];
      for (const started of ending) started.failWith(closedError(name, "run"));
      await Promise.all(ending.map((started) => started.stop()));
    },
  };
}

function ownEnvironment(): Readonly<Record<string, string>> {
  return Object.fromEntries(
    passedOn.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

function closedError(transport: string, operation: string): HostingErrorOf<"TRANSPORT_LOST"> {
  const state = operation === "run" ? "unknown" : "unchanged";
  return hostingError("TRANSPORT_LOST", `${transport} was closed.`, { transport, operation, state });
}
