import {
  type AdapterError,
  adapterError,
  attempt,
  type Clock,
  type FailureState,
  hostingError,
  type ResultAsync,
} from "@hostelry/core/adapter";
import { type DnsConnection, DnsTimeout, dnsConnection } from "./dns-connection.ts";
import { signMessage, type TsigKey, type TsigProblem, type TsigVerdict } from "./tsig.ts";
import { readHeader, responseCode } from "./wire.ts";

/** The adapter's name. */
export const rfc2136Name = "rfc2136";

/** Questions and updates to one server, over one connection, one after the other. */
export interface DnsSession {
  /**
   * Sends a message and gives the messages that answer it, checked. `isLast` says whether a message ends the answer; default
   * the first one does.
   */
  exchange(exchange: SessionExchange): ResultAsync<readonly Buffer[], AdapterError>;
  /** Ends the connection; the session opens another one when it is used again. */
  close(): void;
}

/** A message, and what it does. */
export interface SessionExchange {
  /** For errors, e.g. `applyChanges`. */
  readonly operation: string;
  /** Its id is replaced. */
  readonly message: Buffer;
  /** What is known of the zone when there is no answer. */
  readonly state: FailureState;
  readonly isLast?: ((message: Buffer) => boolean) | undefined;
}

/** How to reach the server. */
export interface DnsSessionOptions {
  readonly host: string;
  readonly port: number;
  readonly key: TsigKey | undefined;
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
}

/** What a server's signature says, as a failure. */
class TsigRefusal extends Error {
  override readonly name = "TsigRefusal";
  readonly problem: TsigProblem;
  constructor(problem: TsigProblem) {
    super(`the server does not take the signature: ${problem}`);
    this.problem = problem;
  }
}

/** A session; it connects with its first message. */
export function dnsSession(options: DnsSessionOptions): DnsSession {
  const { key, clock, signal } = options;
  let connection: DnsConnection | undefined;
  let lastId = Math.floor(Math.random() * 65_536);
  const close = (): void => {
    connection?.close();
    connection = undefined;
  };
  const converse = async ({ message, isLast }: SessionExchange, sent: () => void): Promise<readonly Buffer[]> => {
    connection ??= await dnsConnection(options);
    lastId = (lastId + 1) % 65_536;
    message.writeUInt16BE(lastId, 0);
    const signed = key === undefined ? undefined : signMessage(message, key, () => clock.now());
    sent();
    connection.send(signed?.request ?? message);
    const answers: Buffer[] = [];
    for (;;) {
      const answer = await connection.receive();
      const { id, code, isReply } = readHeader(answer);
      if (id !== lastId || !isReply) throw new RangeError("the server answers something else");
      const verdict: TsigVerdict = signed?.verify(answer) ?? { signed: "valid" };
      if (verdict.signed === "refused") throw new TsigRefusal(verdict.problem);
      if (verdict.signed === "invalid") throw new RangeError(`the server's answer can't be trusted: ${verdict.reason}`);
      answers.push(answer);
      const ended = code !== responseCode.noError || isLast === undefined || isLast(answer);
      // That it can't do something, a server may say without a signature; what it did, it may not.
      if (ended && verdict.signed === "missing" && code === responseCode.noError) {
        throw new RangeError("the server's answer is not signed");
      }
      if (ended) return answers;
    }
  };
  return {
    close,
    exchange: (exchange) => {
      let state: FailureState = "unchanged";
      return attempt(
        () =>
          converse(exchange, () => {
            state = exchange.state;
          }),
        (cause) => {
          close();
          return failureOf(cause, exchange.operation, state, options);
        },
      ).mapErr((error) => (signal?.aborted === true && error.code !== "ABORTED" ? aborted(exchange.operation) : error));
    },
  };
}

function aborted(operation: string): AdapterError {
  return hostingError("ABORTED", `${operation} was ended by its caller.`, { operation });
}

function failureOf(cause: unknown, operation: string, state: FailureState, options: DnsSessionOptions): AdapterError {
  const adapter = rfc2136Name;
  const { signal, timeoutMs } = options;
  if (cause instanceof DnsTimeout) {
    const message = `${adapter} did not finish ${operation} within ${timeoutMs} ms.`;
    return hostingError("ADAPTER_TIMEOUT", message, { adapter, operation, timeoutMs, state }, { cause });
  }
  if (cause instanceof TsigRefusal) return unauthorized(operation, cause.problem);
  if (cause instanceof RangeError) {
    const message = `${adapter} could not ${operation}: ${cause.message}.`;
    return hostingError("ADAPTER_FAILED", message, { adapter, operation, state }, { cause });
  }
  return adapterError(cause, { adapter, operation, state, signal });
}

/** The error of a server that does not take the key, or does not let it do this. */
export function unauthorized(operation: string, problem: TsigProblem | "policy"): AdapterError {
  const adapter = rfc2136Name;
  const reasons = { "bad-time": "clock", policy: "permission" } as const;
  const sentences: Readonly<Record<TsigProblem | "policy", string>> = {
    "bad-key": "the server does not know the key",
    "bad-signature": "the server finds the signature wrong: the secret is another one",
    "bad-time": "the clocks of this machine and of the server differ by minutes",
    other: "the server does not take the signature",
    policy: "the server's policy does not allow it",
  };
  const reason = problem === "bad-time" || problem === "policy" ? reasons[problem] : "credentials";
  const message = `${adapter} could not ${operation}: ${sentences[problem]}.`;
  return hostingError("ADAPTER_UNAUTHORIZED", message, { adapter, operation, reason, state: "unchanged" });
}
