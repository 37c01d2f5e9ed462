// Stands before a DNS server, reads the messages that pass, and can do something before one of them goes on.
import { createConnection, createServer, type Socket } from "node:net";

/** What a gate does. */
export interface UpdateGate {
  readonly port: number;
  /** Called with each update that writes, before it goes on: somebody else is faster. */
  beforeUpdate: (() => Promise<void>) | undefined;
  /** Changes answers to updates that write; `null`: the answer is lost, with the connection. */
  answer: ((message: Buffer) => Buffer | null) | undefined;
  /** Messages that went to the server: `query` or `update`. */
  readonly messages: ("query" | "update")[];
  stop(): Promise<void>;
}

/** A gate before a server on loopback. */
export async function startUpdateGate(serverPort: number): Promise<UpdateGate> {
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = createConnection({ port: serverPort, host: "127.0.0.1" });
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on("error", () => socket.destroy());
      socket.on("close", () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    let wrote = false;
    forEachMessage(client, async (message) => {
      const isUpdate = ((message[2] ?? 0) >> 3) % 16 === 5;
      // One without a single change only looks.
      wrote = isUpdate && message.readUInt16BE(8) > 0;
      if (wrote) await gate.beforeUpdate?.();
      gate.messages.push(isUpdate ? "update" : "query");
      send(upstream, message);
    });
    forEachMessage(upstream, async (message) => {
      const answer = wrote && gate.answer !== undefined ? gate.answer(message) : message;
      if (answer === null) client.destroy();
      else send(client, answer);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("a listening server has a port");
  const gate: UpdateGate = {
    port: address.port,
    beforeUpdate: undefined,
    answer: undefined,
    messages: [],
    stop: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
  return gate;
}

function send(socket: Socket, message: Buffer): void {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(message.length, 0);
  socket.write(Buffer.concat([length, message]));
}

function forEachMessage(socket: Socket, take: (message: Buffer) => Promise<void>): void {
  let pending: Buffer = Buffer.alloc(0);
  let last: Promise<void> = Promise.resolve();
  socket.on("data", (bytes: Buffer) => {
    pending = Buffer.concat([pending, bytes]);
    while (pending.length >= 2 && pending.length >= pending.readUInt16BE(0) + 2) {
      const end = pending.readUInt16BE(0) + 2;
      const message = Buffer.from(pending.subarray(2, end));
      pending = pending.subarray(end);
      last = last.then(() => take(message));
    }
  });
}
