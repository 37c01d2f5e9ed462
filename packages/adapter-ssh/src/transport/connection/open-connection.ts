import { Socket } from "node:net";
import type { Duplex } from "node:stream";
import {
  err,
  type HostingErrorOf,
  hostingError,
  ok,
  type Result,
  ResultAsync,
  type TransportError,
} from "@hostelry/core/adapter";
import ssh2, { type AnyAuthMethod, type Client, type ServerHostKeyAlgorithm } from "ssh2";
import type { SignIn } from "../authentication.ts";
import { takesCertificates } from "../certificate-auth.ts";
import type { HostKeyPolicy, HostPlace } from "../host-key/host-key-policy.ts";

/** A signed-in connection. */
export interface SshConnection {
  readonly client: Client;
  /** Whether it is gone. */
  isLost(): boolean;
  /** Calls back once when it is gone, in whatever way; at once when it is already. Returns what calls that off. */
  onLost(listener: (cause: unknown) => void): () => void;
  /** Counts it as lost from now on: whoever used it has found it dead before its end was told. */
  drop(): void;
  /** Lets go of it; settles when it is gone. */
  end(): Promise<void>;
}

/** Why there is no connection, and what that means for the next attempt. */
export interface ConnectFailure {
  readonly error: TransportError;
  /** `dropped`: somebody answers and hangs up before a word is said. `denied`: signing in failed. */
  readonly kind: "denied" | "dropped" | "other";
}

/** Everything one attempt needs. */
export interface ConnectRequest extends HostPlace {
  readonly user: string;
  readonly policy: HostKeyPolicy;
  readonly signIn: SignIn;
  /** The way to the host, when it is not a socket of this machine: a channel of a jump host. */
  readonly through?: Duplex | undefined;
  readonly timeoutMs: number;
  readonly keepAliveMs: number;
  readonly keepAliveMisses: number;
}

/** How long a connection that was told to end may take. */
const endGraceMs = 1000;

/** Makes one attempt. Nothing is left open when it fails. */
export function openConnection(request: ConnectRequest): ResultAsync<SshConnection, ConnectFailure> {
  return new ResultAsync(connect(request));
}

function connect(request: ConnectRequest): Promise<Result<SshConnection, ConnectFailure>> {
  const { host, port, user, policy, signIn } = request;
  const client = new ssh2.Client();
  let stage: Stage = "connecting";
  let verdict: Result<void, TransportError> = ok(undefined);
  let cause: unknown;
  let isLost = false;
  const listeners = new Set<(cause: unknown) => void>();
  const causeOfLoss = (): unknown => cause ?? new Error("the connection was closed");
  const lose = (): void => {
    isLost = true;
    for (const listener of listeners) listener(causeOfLoss());
    listeners.clear();
  };
  client.once("close", lose);
  const onLost = (listener: (cause: unknown) => void): (() => void) => {
    if (isLost) listener(causeOfLoss());
    else listeners.add(listener);
    return () => listeners.delete(listener);
  };
  return new Promise((resolve) => {
    const fail = (error: unknown): void => {
      cause ??= error;
      if (stage === "ready" || stage === "failed") return;
      const failure = verdict.isErr()
        ? { error: verdict.error, kind: "other" as const }
        : failureOf(request, stage, error);
      stage = "failed";
      client.destroy();
      resolve(err(failure));
    };
    client.on("error", (error: Error & { readonly level?: string }) => {
      // An agent that does not answer is one way less to sign in; the library goes on with the next.
      if (error.level === "agent") cause ??= error;
      else fail(error);
    });
    client.once("close", () => fail(causeOfLoss()));
    client.once("connect", () => {
      stage = "greeting";
      // Without it each small exchange waits for a delayed acknowledgement: 45 ms instead of 2.
      client.setNoDelay(true);
    });
    client.once("handshake", () => {
      if (stage === "greeting") stage = "signing in";
    });
    client.once("ready", () => {
      if (stage === "failed") return;
      stage = "ready";
      cause = undefined;
      const drop = (): void => {
        client.destroy();
        lose();
      };
      resolve(ok({ client, isLost: () => isLost, onLost, drop, end: () => end(client, onLost) }));
    });
    client.connect({
      sock: request.through ?? gatheringSocket().connect({ host, port }),
      username: user,
      readyTimeout: request.timeoutMs,
      keepaliveInterval: request.keepAliveMs,
      keepaliveCountMax: request.keepAliveMisses,
      algorithms: { serverHostKey: hostKeyAlgorithms(policy.types) },
      hostVerifier: (key: Buffer) => {
        verdict = policy.judge(key);
        return verdict.isOk();
      },
      // `false`, for "nothing more", is missing in the declarations.
      authHandler: (accepted, _partial, next) => next(signIn.next(accepted, client) as AnyAuthMethod),
    });
    if (signIn.hasCertificates && !takesCertificates(client)) {
      verdict = err(incompatible(request));
      fail(verdict.error);
    }
  });
}

/**
 * A socket that hands what is written within one turn of the event loop to the system at once. The library writes a packet at a
 * time, four for each chunk of an upload.
 */
function gatheringSocket(): Socket {
  const socket = new Socket();
  const write = socket.write.bind(socket) as (bytes: Uint8Array) => boolean;
  // Only what the library does: bytes, and nobody waits for them to be written.
  socket.write = (bytes: Uint8Array | string): boolean => {
    if (socket.writableCorked === 0) {
      socket.cork();
      process.nextTick(() => socket.uncork());
    }
    return write(bytes as Uint8Array);
  };
  return socket;
}

type Stage = "connecting" | "failed" | "greeting" | "ready" | "signing in";

/** All that the library can verify, strongest first; SHA-1 and DSA are left out. */
const allHostKeyAlgorithms: readonly ServerHostKeyAlgorithm[] = [
  "ssh-ed25519",
  "ecdsa-sha2-nistp256",
  "ecdsa-sha2-nistp384",
  "ecdsa-sha2-nistp521",
  "rsa-sha2-512",
  "rsa-sha2-256",
];

/**
 * A server shows the first key of the client's list that it has: what is known comes first. The others follow, so that a
 * server that has changed its key is told apart from one that can't be spoken to.
 */
function hostKeyAlgorithms(types: readonly string[] | undefined): ServerHostKeyAlgorithm[] {
  const known = (algorithm: string): boolean =>
    types?.includes(algorithm.startsWith("rsa-") ? "ssh-rsa" : algorithm) === true;
  return [...allHostKeyAlgorithms.filter(known), ...allHostKeyAlgorithms.filter((algorithm) => !known(algorithm))];
}

function failureOf(request: ConnectRequest, stage: Stage, cause: unknown): ConnectFailure {
  const { transport, host, port, timeoutMs } = request;
  const { level, code } = (cause ?? {}) as { readonly level?: unknown; readonly code?: unknown };
  if (level === "client-timeout") {
    const message = `${host}:${port} did not answer within ${timeoutMs} ms.`;
    const details = { adapter: transport, operation: "connect", timeoutMs, state: "unchanged" } as const;
    return { error: hostingError("ADAPTER_TIMEOUT", message, details, { cause }), kind: "other" };
  }
  if (stage === "connecting") return { error: unreachable(request, problemOf(code), cause), kind: "other" };
  if (stage === "greeting") {
    if (level === "handshake") return { error: refused(request, "handshake", cause), kind: "other" };
    return { error: unreachable(request, "hangs up before the handshake", cause), kind: "dropped" };
  }
  // A DISCONNECT message carries its reason as a number: too many failures, a user that is not allowed, …
  if (level === "client-authentication" || typeof code === "number") {
    return { error: authFailed(request, cause), kind: "denied" };
  }
  return { error: unreachable(request, "hangs up while signing in", cause), kind: "other" };
}

const socketProblems: Readonly<Record<string, string>> = {
  ENOTFOUND: "has no address",
  EAI_AGAIN: "has no address that could be found out now",
  ECONNREFUSED: "refuses connections",
  EHOSTUNREACH: "can't be reached",
  ENETUNREACH: "can't be reached",
  ETIMEDOUT: "does not answer",
};

function problemOf(code: unknown): string {
  return (typeof code === "string" ? socketProblems[code] : undefined) ?? "can't be connected to";
}

function unreachable(
  { transport, host, port }: ConnectRequest,
  problem: string,
  cause: unknown,
): HostingErrorOf<"TRANSPORT_UNREACHABLE"> {
  const message = `${host}:${port} ${problem}.`;
  return hostingError("TRANSPORT_UNREACHABLE", message, { transport, problem, retryAt: null }, { cause });
}

function refused(
  { transport, host, port }: ConnectRequest,
  operation: string,
  cause: unknown,
): HostingErrorOf<"TRANSPORT_REFUSED"> {
  const reason = cause instanceof Error ? cause.message : "no reason given";
  const message = `${host}:${port} and this side have no way to speak to each other: ${reason}.`;
  return hostingError("TRANSPORT_REFUSED", message, { transport, operation, reason }, { cause });
}

/** Somebody has exchanged the protocol library, which this package pins. */
function incompatible({ transport }: ConnectRequest): HostingErrorOf<"ADAPTER_INCOMPATIBLE"> {
  const message = `${transport} can't sign in with a certificate: that takes ssh2 1.17, and another version is installed.`;
  const details = { adapter: transport, expected: "ssh2 1.17", actual: "another version of ssh2" };
  return hostingError("ADAPTER_INCOMPATIBLE", message, details);
}

function authFailed(
  { transport, host, port, user, signIn }: ConnectRequest,
  cause: unknown,
): HostingErrorOf<"TRANSPORT_AUTH_FAILED"> {
  const message = `${host}:${port} does not let ${user} in.`;
  return hostingError("TRANSPORT_AUTH_FAILED", message, { transport, methods: signIn.accepted() }, { cause });
}

function end(client: Client, onLost: SshConnection["onLost"]): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => client.destroy(), endGraceMs);
    onLost(() => {
      clearTimeout(timer);
      resolve();
    });
    client.end();
  });
}
