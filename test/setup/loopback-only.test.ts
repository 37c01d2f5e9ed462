import { createServer, connect as netConnect } from "node:net";
import { expect, test } from "vitest";
import { isLoopback } from "./loopback-only.ts";

test.each(["localhost", "shop.localhost", "127.0.0.1", "127.8.9.1", "::1", undefined])(
  "%s stays on this machine",
  (host) => {
    expect(isLoopback(host)).toBe(true);
  },
);

test.each(["192.0.2.1", "example.com", "2001:db8::1", "127.0.0.1.example.com", "localhost.example"])(
  "%s does not",
  (host) => {
    expect(isLoopback(host)).toBe(false);
  },
);

test("a socket to another machine is refused, whoever opens it", async () => {
  expect(() => netConnect(9, "192.0.2.1")).toThrow(/beyond this machine: 192\.0\.2\.1/);
  const error: unknown = await fetch("http://192.0.2.1:8080/").catch((cause: unknown) => cause);
  expect(error instanceof Error && error.cause instanceof Error && error.cause.message).toMatch(/beyond this machine/);
});

test("a socket to this machine is opened", async () => {
  const server = createServer((socket) => socket.end("hello"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const text = await new Promise<string>((resolve, reject) => {
    const socket = netConnect(address.port, "127.0.0.1");
    socket.on("data", (bytes) => resolve(bytes.toString()));
    socket.on("error", reject);
  });
  server.close();
  expect(text).toBe("hello");
});
