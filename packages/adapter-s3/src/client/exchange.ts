import {
  type ClientRequest,
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
} from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { offAbort, onAbort } from "./abort-listeners.ts";
import type { S3Connection, StoreAddress } from "./s3-connection.ts";
import type { SignedRequest } from "./signed-request.ts";

/** What a store answered, as far as its headers. */
export interface StoreAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Has to be read to its end, or destroyed. */
  readonly body: IncomingMessage;
}

/** Thrown when a connection said nothing for too long. */
export class SilentConnection extends Error {
  override readonly name = "SilentConnection";
  readonly timeoutMs: number;

  constructor(timeoutMs: number) {
    super(`The connection was silent for ${timeoutMs} ms.`);
    this.timeoutMs = timeoutMs;
  }
}

/** Sends one request once. */
export interface Exchange {
  /**
   * Resolves with the headers of the answer, whatever its status.
   *
   * @throws the signal's reason; {@link SilentConnection}; what the connection met.
   */
  send(request: SignedRequest, body: Uint8Array | undefined, signal: AbortSignal | undefined): Promise<StoreAnswer>;
  readonly timeoutMs: number;
}

/** Speaks HTTP/1.1 over connections that are kept. */
export function exchange(connection: S3Connection, address: StoreAddress): Exchange {
  const { timeoutMs = 30_000 } = connection;
  const agent = connection.agent ?? keepingAgent(connection, address);
  const start = address.secure ? httpsRequest : httpRequest;

  return {
    timeoutMs,
    send: ({ method, path, headers }, body, signal) =>
      new Promise<StoreAnswer>((resolve, reject) => {
        signal?.throwIfAborted();
        const request: ClientRequest = start({
          agent,
          host: address.hostname,
          port: address.port,
          method,
          path,
          headers,
          timeout: timeoutMs,
        });
        // By hand: the option of that name watches the streams' ends as well, which costs as much as all else together.
        const abort = (): void => void request.destroy(signal?.reason instanceof Error ? signal.reason : undefined);
        if (signal !== undefined) {
          onAbort(signal, abort);
          request.once("close", () => offAbort(signal, abort));
        }
        // An aborted request ends with an AbortError of Node's own; the caller's reason says more.
        const failed = (cause: unknown): void => reject(signal?.aborted === true ? signal.reason : cause);
        request.once("error", failed);
        request.once("timeout", () => request.destroy(new SilentConnection(timeoutMs)));
        request.once("response", (message) => {
          // What breaks later breaks the body, and whoever reads it hears of it there.
          request.removeListener("error", failed);
          request.on("error", () => {});
          resolve({ status: message.statusCode ?? 0, headers: message.headers, body: message });
        });
        // In one write with the headers, when it is small: one packet instead of two.
        request.end(body);
      }),
  };
}

function keepingAgent({ certificateAuthority }: S3Connection, { secure }: StoreAddress): HttpAgent | HttpsAgent {
  // How many run side by side is decided before, so that a request is not signed long before it is sent.
  const keeping = { keepAlive: true, maxFreeSockets: 256, scheduling: "lifo" as const };
  if (!secure) return new HttpAgent(keeping);
  const ca = typeof certificateAuthority === "object" ? [...certificateAuthority] : certificateAuthority;
  return new HttpsAgent(ca === undefined ? keeping : { ...keeping, ca });
}
