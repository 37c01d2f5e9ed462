import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type FaultProxy, faultProxy } from "./fault-proxy.ts";

describe("a proxy with faults", () => {
  let server: Server;
  let proxy: FaultProxy;
  let seen: { received: number; readonly ended: Promise<void> };

  beforeEach(async () => {
    let end = (): void => undefined;
    const counted = { received: 0, ended: new Promise<void>((resolve) => (end = resolve)) };
    seen = counted;
    // Says everything back, and counts it.
    server = createServer((socket) => {
      socket.on("error", () => undefined);
      socket.once("close", end);
      socket.on("data", (bytes) => {
        counted.received += bytes.length;
        socket.write(bytes);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    proxy = await faultProxy(address.port);
  });

  afterEach(async () => {
    await proxy.close();
    server.close();
  });

  async function client(): Promise<Socket> {
    const socket = connect(proxy.port, "127.0.0.1");
    socket.on("error", () => undefined);
    await once(socket, "connect");
    return socket;
  }

  async function roundTripMs(socket: Socket, text: string): Promise<number> {
    const before = performance.now();
    socket.write(text);
    let answer = "";
    while (answer.length < text.length) answer += String((await once(socket, "data"))[0]);
    expect(answer).toBe(text);
    return performance.now() - before;
  }

  it("carries bytes both ways, as far away as it is told to be", async () => {
    const socket = await client();
    const near = await roundTripMs(socket, "near");
    proxy.faults.delayMs = 40;
    const far = await roundTripMs(socket, "far");
    expect(far).toBeGreaterThanOrEqual(79);
    expect(far).toBeGreaterThan(near);
    expect(proxy.bytes()).toEqual({ up: 7, down: 7 });
    socket.destroy();
  });

  it("keeps the order and the bytes of much data that is delayed", async () => {
    proxy.faults.delayMs = 5;
    const socket = await client();
    const text = Array.from({ length: 200_000 }, (_, index) => `${index} `).join("");
    await roundTripMs(socket, text);
    socket.destroy();
  });

  it("cuts a connection after exactly so many bytes", async () => {
    proxy.faults.cutAfterBytes = 1000;
    const socket = await client();
    const closed = closing(socket);
    socket.write(Buffer.alloc(700));
    socket.write(Buffer.alloc(700));
    await closed;
    await seen.ended;
    expect(seen.received).toBe(1000);
  });

  it("falls silent, and refuses", async () => {
    const socket = await client();
    await roundTripMs(socket, "heard");
    proxy.faults.silent = true;
    socket.write("not heard");
    proxy.faults.refuse = true;
    const refused = connect(proxy.port, "127.0.0.1");
    const error: unknown = await new Promise((resolve) => refused.once("error", resolve));
    expect((error as NodeJS.ErrnoException).code).toBe("ECONNRESET");
    const closed = closing(socket);
    proxy.cutAll();
    await closed;
    await seen.ended;
    expect(seen.received).toBe(5);
  });
});

/** Resolves when a socket is closed, for whatever reason. */
function closing(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.once("close", () => resolve()));
}
