import { createServer, type Server } from "node:http";
import type { AddressInfo, LookupFunction } from "node:net";
import { unwrap } from "@hostelry/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hostProbe, isPublicAddress } from "./host-probe.ts";

let server: Server;
let port = 0;
beforeAll(async () => {
  server = createServer((request, response) => {
    if (request.url === "/redirect") response.writeHead(302, { location: "/token" }).end("elsewhere");
    else if (request.url === "/endless") response.write("x".repeat(100_000));
    else if (request.url === "/token") response.end(`token of ${request.headers.host}`);
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  ({ port } = server.address() as AddressInfo);
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** Every name is this machine. */
const lookup: LookupFunction = (_hostname, { all }, done) =>
  all === true ? done(null, [{ address: "127.0.0.1", family: 4 }]) : done(null, "127.0.0.1", 4);

const ask = (path: string, options = {}, signal?: AbortSignal) =>
  hostProbe({ port, lookup, privateAddresses: true, ...options }).ask(
    { hostname: "acme.localhost", path, maxBytes: 64 },
    { signal },
  );

describe("the probe of a host", () => {
  it("reads what is there, under the name that was asked", async () => {
    expect(await unwrap(ask("/token"))).toEqual({
      reached: true,
      status: 200,
      text: `token of acme.localhost:${port}`,
    });
    expect(await unwrap(ask("/missing"))).toEqual({ reached: true, status: 404, text: "" });
  });

  it("follows no redirect, and reads no more than it was told to", async () => {
    expect(await unwrap(ask("/redirect"))).toMatchObject({ status: 302 });
    expect(await unwrap(ask("/endless"))).toEqual({ reached: true, status: 200, text: "x".repeat(64) });
  });

  it("connects to no address that is not public, whatever the name says", async () => {
    expect(await unwrap(ask("/token", { privateAddresses: false }))).toEqual({ reached: false, status: 0, text: "" });
    const probe = hostProbe({ port, privateAddresses: true });
    const address = { hostname: "127.0.0.1", path: "/token", maxBytes: 64 };
    expect(await unwrap(probe.ask(address))).toMatchObject({ reached: false });
  });

  it("tells apart that nobody is there and that it was cancelled", async () => {
    const nobody: LookupFunction = (_hostname, _options, done) => done(new Error("ENOTFOUND"), "", 0);
    expect(await unwrap(ask("/token", { lookup: nobody }))).toMatchObject({ reached: false });
    const cancelled = await ask("/token", {}, AbortSignal.abort());
    expect(cancelled.isErr() && cancelled.error.code).toBe("ABORTED");
  });

  it.each([
    ["8.8.8.8", true],
    ["172.15.0.1", true],
    ["2606:4700::1111", true],
    ["10.1.2.3", false],
    ["127.0.0.2", false],
    ["100.64.0.1", false],
    ["169.254.169.254", false],
    ["172.31.255.255", false],
    ["192.168.1.1", false],
    ["198.19.0.1", false],
    ["224.0.0.1", false],
    ["255.255.255.255", false],
    ["0.0.0.0", false],
    ["::", false],
    ["::1", false],
    ["::ffff:10.0.0.1", false],
    ["::ffff:8.8.8.8", false],
    ["64:ff9b::a00:1", false],
    ["2002:a00:1::", false],
    ["2001:db8::1", false],
    ["fe80::1", false],
    ["fd00::1", false],
    ["ff02::1", false],
    ["not an address", false],
  ])("takes %s for public: %s", (address, expected) => {
    expect(isPublicAddress(address)).toBe(expected);
  });
});
