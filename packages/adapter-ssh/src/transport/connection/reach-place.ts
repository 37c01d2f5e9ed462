import type { Duplex } from "node:stream";
import {
  type Clock,
  err,
  flow,
  hostingError,
  ok,
  type Result,
  ResultAsync,
  type TransportError,
} from "@hostelry/core/adapter";
import type { Client } from "ssh2";
import { type SshAuthentication, signIn } from "../authentication.ts";
import { hostKeyPolicy } from "../host-key/host-key-policy.ts";
import { type ConnectFailure, openConnection, type SshConnection } from "./open-connection.ts";
import type { SshPlace } from "./ssh-place.ts";

/** What is the same for every machine on the way. */
export interface ReachOptions {
  /** The transport's name. */
  readonly transport: string;
  /** For each machine on the way. */
  readonly timeoutMs: number;
  readonly keepAliveMs: number;
  readonly keepAliveMisses: number;
  /** By which certificates are valid or not. */
  readonly clock: Pick<Clock, "now">;
}

/** Connects to a place, through its jump hosts where it has some. Nothing is left open when it fails. */
export function reachPlace(place: SshPlace, options: ReachOptions): ResultAsync<SshConnection, ConnectFailure> {
  return flow(async function* () {
    const { host, user, jump } = place;
    const port = place.port ?? 22;
    const { transport } = options;
    // What can be wrong without the network is found before anybody is asked.
    const policy = yield* hostKeyPolicy({ transport, host, port }, place).mapErr(plain);
    const ways = yield* new ResultAsync(credentialsOf(place, transport)).mapErr(plain);
    const attempt = yield* signIn(user, ways, options.clock.now()).mapErr(plain);
    const request = { ...options, host, port, user, policy, signIn: attempt };
    if (jump === undefined) return await openConnection(request);

    const before = yield* reachPlace(jump, options);
    const through = await forward(before.client, host, port);
    if (through instanceof Error) {
      await before.end();
      return err(plain(notForwarded(transport, `${host}:${port}`, jump.host, through)));
    }
    const reached = await openConnection({ ...request, through });
    if (reached.isErr()) await before.end();
    return reached.map((connection) => ({
      ...connection,
      end: async () => {
        await connection.end();
        await before.end();
      },
    }));
  });
}

async function credentialsOf(
  { auth }: SshPlace,
  transport: string,
): Promise<Result<SshAuthentication | readonly SshAuthentication[], TransportError>> {
  if (typeof auth !== "function") return ok(auth);
  try {
    return ok(await auth());
  } catch (cause) {
    const message = `The credentials of ${transport} can't be had.`;
    const details = { adapter: transport, operation: "connect", state: "unchanged" } as const;
    return err(hostingError("ADAPTER_FAILED", message, details, { cause }));
  }
}

/** A channel that the jump host connects to the next machine. */
function forward(client: Client, host: string, port: number): Promise<Duplex | Error> {
  return new Promise((resolve) => {
    client.once("close", () => resolve(new Error("the connection was lost")));
    client.forwardOut("127.0.0.1", 0, host, port, (error, channel) => resolve(error ?? channel));
  });
}

function plain(error: TransportError): ConnectFailure {
  return { error, kind: "other" };
}

function notForwarded(transport: string, place: string, jump: string, cause: Error): TransportError {
  const problem = `can't be reached from ${jump}`;
  const details = { transport, problem, retryAt: null };
  return hostingError("TRANSPORT_UNREACHABLE", `${place} ${problem}.`, details, { cause });
}
