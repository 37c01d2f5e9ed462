// Asks a server on loopback over keep-alive connections, as fast as it answers: port, host name, path, requests, connections. The
// first answer of each connection is looked at; the others must be as long as it was. With a `*` in the host name, requests go to that
// many hosts in turn, a hundred of them twice, then the next hundred: what somebody asks for again is kept otherwise than what nobody does.
import { connect, type Socket } from "node:net";

const [port = "", host = "", path = "/", requests = "0", connections = "1", hosts = "1"] = process.argv.slice(2);
let left = Number(requests);
const hostCount = Number(hosts);
const block = 100;
let asked = 0;

function question(): string {
  const number = Math.floor(asked / (2 * block)) * block + (asked % block);
  asked += 1;
  const name = host.replace("*", String(number % hostCount).padStart(20, "0"));
  return `GET ${path} HTTP/1.1\r\nHost: ${name}\r\n\r\n`;
}

function lengthOf(answer: Buffer): number | undefined {
  const end = answer.indexOf("\r\n\r\n");
  if (end < 0) return undefined;
  const head = answer.subarray(0, end).toString("latin1");
  const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1];
  if (!head.startsWith("HTTP/1.1 200 ") || length === undefined) throw new Error(`${path} was answered with ${head}`);
  return end + 4 + Number(length);
}

function ask(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    let first = Buffer.alloc(0);
    let length: number | undefined;
    let got = 0;
    const next = (): void => {
      if (left <= 0) {
        socket.end();
        resolve();
        return;
      }
      left -= 1;
      socket.write(question());
    };
    socket.on("data", (chunk: Buffer) => {
      got += chunk.byteLength;
      if (length === undefined) {
        first = Buffer.concat([first, chunk]);
        length = lengthOf(first);
      }
      if (length === undefined || got < length) return;
      if (got > length) reject(new Error("An answer is longer than the first one."));
      got = 0;
      next();
    });
    socket.on("error", reject);
    socket.on("connect", next);
  });
}

const begun = performance.now();
await Promise.all(Array.from({ length: Number(connections) }, () => ask(connect(Number(port), "127.0.0.1"))));
console.log(JSON.stringify({ wall: performance.now() - begun }));
