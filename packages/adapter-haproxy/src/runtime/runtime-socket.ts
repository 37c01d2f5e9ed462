import { connect, type NetConnectOpts } from "node:net";
import { type Transport, unwrap } from "@hostelry/core/adapter";
import { HaproxyUnreachable } from "./haproxy-failure.ts";

/**
 * Where HAProxy's `stats socket … level admin` is: a socket file or a port of this machine, or a socket file on another machine, which
 * needs `socat` there.
 */
export type HaproxyRuntime =
  | { readonly socketPath: string }
  | { readonly host: string; readonly port: number }
  | { readonly transport: Transport; readonly socketPath: string };

/** Says one command to HAProxy, and gives what it answers. */
export type AskRuntime = (command: string, signal: AbortSignal | undefined) => Promise<string>;

const idleTimeoutMs = 10_000;
const maxAnswerBytes = 256 * 1024 * 1024;

/** How a command is said. */
export function askRuntime(runtime: HaproxyRuntime): AskRuntime {
  if ("transport" in runtime) return overTransport(runtime.transport, runtime.socketPath);
  return overSocket("socketPath" in runtime ? { path: runtime.socketPath } : { ...runtime });
}

/** Where it is, for messages and to know two of the same. */
export function runtimeName(runtime: HaproxyRuntime): string {
  if ("transport" in runtime) return `${runtime.transport.name}:${runtime.socketPath}`;
  return "socketPath" in runtime ? runtime.socketPath : `${runtime.host}:${runtime.port}`;
}

/** One connection for each command: HAProxy answers, and closes it. */
function overSocket(place: NetConnectOpts): AskRuntime {
  return (command, signal) =>
    new Promise((resolve, reject) => {
      const parts: Buffer[] = [];
      const socket = connect(place);
      const abort = (): void =>
        void socket.destroy(signal?.reason instanceof Error ? signal.reason : new Error("aborted"));
      signal?.addEventListener("abort", abort, { once: true });
      socket.setTimeout(idleTimeoutMs, () => socket.destroy(new Error("HAProxy did not answer in time")));
      socket.once("connect", () => socket.write(`${command}\n`));
      socket.on("data", (part: Buffer) => parts.push(part));
      socket.once("error", (cause) => reject(unreachable(place, cause)));
      socket.once("close", () => {
        signal?.removeEventListener("abort", abort);
        resolve(Buffer.concat(parts).toString("utf8"));
      });
    });
}

function unreachable(place: NetConnectOpts, cause: Error): HaproxyUnreachable {
  const where = "path" in place ? place.path : `${"host" in place ? place.host : ""}:${place.port}`;
  return new HaproxyUnreachable(`HAProxy did not answer at ${where} (${cause.message})`, { cause });
}

function overTransport(transport: Transport, socketPath: string): AskRuntime {
  return async (command, signal) => {
    // -t: how long to wait for the answer once everything is said; the end of the answer ends it before.
    const argv = ["socat", "-t", "10", "-", `UNIX-CONNECT:${socketPath}`] as const;
    const input = Buffer.from(`${command}\n`);
    const output = await unwrap(transport.run({ argv }, { input, signal, maxOutputBytes: maxAnswerBytes }));
    if (output.exitCode === 0) return Buffer.from(output.stdout).toString("utf8");
    const said = Buffer.from(output.stderr).toString("utf8").trim().slice(0, 300);
    const advice = output.exitCode === 127 ? "; install socat there" : "";
    throw new HaproxyUnreachable(
      `socat could not ask HAProxy at ${socketPath} (exit code ${output.exitCode}${advice}): ${said}`,
    );
  };
}
