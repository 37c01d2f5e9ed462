// A DNS server that answers every question the same odd way: with an error, or not at all.
import { createSocket } from "node:dgram";
import dnsPacket from "dns-packet";

/** What it does. */
export type OddAnswer = "formerr" | "garbage" | "refused" | "servfail" | "silence";

/** A running odd server. */
export interface OddServer {
  /** `127.0.0.1:port`. */
  readonly place: string;
  /** How many questions it was asked. */
  asked(): number;
  stop(): Promise<void>;
}

const codes = { formerr: 1, servfail: 2, refused: 5 } as const;

/** Starts it on a free port of loopback. */
export async function startOddServer(answer: OddAnswer): Promise<OddServer> {
  const socket = createSocket("udp4");
  let asked = 0;
  socket.on("message", (message, from) => {
    asked += 1;
    if (answer === "silence") return;
    const { id = 0, questions = [] } = dnsPacket.decode(message);
    if (answer === "garbage") {
      socket.send(Buffer.concat([message.subarray(0, 2), Buffer.from([0x84, 0, 0, 1, 0, 9])]), from.port, from.address);
      return;
    }
    const reply = dnsPacket.encode({ type: "response", id, flags: codes[answer], questions });
    socket.send(reply, from.port, from.address);
  });
  await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
  return {
    place: `127.0.0.1:${socket.address().port}`,
    asked: () => asked,
    stop: () => new Promise((resolve) => socket.close(() => resolve())),
  };
}
