import { createConnection, type Socket } from "node:net";

/** A TCP connection to a DNS server: messages with their length before them, RFC 7766. */
export interface DnsConnection {
  send(message: Buffer): void;
  /** The next message. Rejects when the connection ends, or the time is over. */
  receive(): Promise<Buffer>;
  close(): void;
}

/** Where to, and for how long. */
export interface DnsConnectionOptions {
  readonly host: string;
  readonly port: number;
  /** For connecting, and then for each message. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** The error of a server that does not answer in time. */
export class DnsTimeout extends Error {
  override readonly name = "DnsTimeout";
}

interface Waiting {
  readonly resolve: (message: Buffer) => void;
  readonly reject: (cause: unknown) => void;
}

/** Opens a connection. */
export async function dnsConnection(options: DnsConnectionOptions): Promise<DnsConnection> {
  const { host, port, timeoutMs, signal } = options;
  signal?.throwIfAborted();
  const socket = createConnection({ host, port, noDelay: true });
  const messages: Buffer[] = [];
  const waiting: Waiting[] = [];
  let ended: { readonly cause: unknown } | undefined;
  const end = (cause: unknown): void => {
    ended ??= { cause };
    for (const each of waiting.splice(0)) each.reject(ended.cause);
    socket.destroy();
  };
  const onAbort = (): void => end(signal?.reason);
  signal?.addEventListener("abort", onAbort, { once: true });
  socket.setTimeout(timeoutMs, () => end(new DnsTimeout(`no answer within ${timeoutMs} ms`)));
  socket.on("error", end);
  socket.on("close", () => {
    signal?.removeEventListener("abort", onAbort);
    end(Object.assign(new Error("the server closed the connection"), { code: "ECONNRESET" }));
  });
  cutIntoMessages(socket, (message) => {
    const next = waiting.shift();
    if (next === undefined) messages.push(message);
    else next.resolve(message);
  });
  await new Promise<void>((resolve, reject) => {
    socket.once("connect", resolve);
    waiting.push({ resolve: () => resolve(), reject });
  });
  waiting.length = 0;
  return {
    send: (message) => {
      const length = Buffer.alloc(2);
      length.writeUInt16BE(message.length, 0);
      socket.write(Buffer.concat([length, message]));
    },
    receive: () =>
      new Promise((resolve, reject) => {
        const message = messages.shift();
        if (message !== undefined) resolve(message);
        else if (ended !== undefined) reject(ended.cause);
        else waiting.push({ resolve, reject });
      }),
    close: () => end(new Error("closed by us")),
  };
}

function cutIntoMessages(socket: Socket, take: (message: Buffer) => void): void {
  let pending: Buffer = Buffer.alloc(0);
  socket.on("data", (bytes: Buffer) => {
    pending = pending.length === 0 ? bytes : Buffer.concat([pending, bytes]);
    while (pending.length >= 2 && pending.length >= pending.readUInt16BE(0) + 2) {
      const end = pending.readUInt16BE(0) + 2;
      take(pending.subarray(2, end));
      pending = pending.subarray(end);
    }
  });
}
