import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { type SiteId, unwrap } from "@hostelry/core";
import { releaseIdOf } from "@hostelry/core/adapter";
import { afterEach, describe, expect, it } from "vitest";
import { httpProbe } from "./http-probe.ts";

const siteId = "site-00000000000000000000" as SiteId;
const release = releaseIdOf(1, "0".repeat(64));
const hashOf = (text: string): string => createHash("sha256").update(text).digest("hex");
const samples = [
  { path: "index.html", sha256: hashOf("home") },
  { path: "a b/ü%.txt", sha256: hashOf("odd") },
];
const noPause = { sleep: async () => undefined };

let server: Server | undefined;
afterEach(async () => {
  server?.closeAllConnections();
  server?.close();
  server = undefined;
});

async function serving(listener: RequestListener): Promise<number> {
  server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

/** A server that sends `/index.html` to `/`, knows one name, and counts. */
function siteNamed(host: string, asked: string[], home: () => string = () => "home"): RequestListener {
  return (request, response) => {
    asked.push(`${request.headers.host} ${request.url}`);
    if (request.headers.host !== host) response.writeHead(421).end();
    else if (request.url === "/index.html") response.writeHead(307, { location: "/" }).end();
    else if (request.url === "/") response.end(home());
    else if (request.url === "/a%20b/%C3%BC%25.txt") response.end("odd");
    else response.writeHead(404).end("home");
  };
}

const probeAt = (port: number, origin = "http://shop.example") =>
  httpProbe({ addressOf: () => ({ origin, connectTo: { host: "127.0.0.1", port } }), clock: noPause });

describe("httpProbe", () => {
  it("asks one node for the public name, follows its redirects, and compares bytes", async () => {
    const asked: string[] = [];
    const probe = probeAt(await serving(siteNamed("shop.example", asked)));
    expect(await unwrap(probe.look({ siteId, release, samples }))).toEqual({ asked: true, mismatches: [] });
    expect(asked).toEqual(["shop.example /index.html", "shop.example /", "shop.example /a%20b/%C3%BC%25.txt"]);
  });

  it("names what is missing, has other bytes, or leads elsewhere, after it has looked three times", async () => {
    const asked: string[] = [];
    const probe = probeAt(await serving(siteNamed("shop.example", asked, () => "another page")));
    const missing = { path: "gone.html", sha256: hashOf("home") };
    const seen = await unwrap(probe.look({ siteId, release, samples: [...samples, missing] }));
    expect(seen.mismatches).toEqual(["index.html", "gone.html"]);
    expect(asked.filter((line) => line.endsWith("/gone.html"))).toHaveLength(3);

    const away = probeAt(
      await serving((_, response) => response.writeHead(302, { location: "http://else.example/" }).end()),
    );
    expect((await unwrap(away.look({ siteId, release, samples }))).mismatches).toEqual(samples.map(({ path }) => path));
  });

  it("is content with a name that lags behind for a moment", async () => {
    let looks = 0;
    const home = (): string => {
      looks += 1;
      return looks < 3 ? "the old page" : "home";
    };
    const probe = probeAt(await serving(siteNamed("shop.example", [], home)));
    expect(await unwrap(probe.look({ siteId, release, samples }))).toEqual({ asked: true, mismatches: [] });
  });

  it("says that nobody answers, which is no mismatch", async () => {
    const port = await serving(() => undefined);
    server?.close();
    const error = (await probeAt(port).look({ siteId, release, samples }))._unsafeUnwrapErr();
    expect(error).toMatchObject({ code: "ADAPTER_FAILED", details: { operation: "look", state: "unchanged" } });
  });

  it("ends when a server does not, and when its caller does", async () => {
    const addressOf = { addressOf: () => ({ origin: `http://127.0.0.1:${port}` }), clock: noPause };
    const port: number = await serving((request) => request.once("close", () => undefined));
    const late = await httpProbe({ ...addressOf, attempts: 1, timeoutMs: 20 }).look({ siteId, release, samples });
    expect(late._unsafeUnwrapErr().details).toMatchObject({ operation: "look" });
    const caller = new AbortController();
    const running = httpProbe(addressOf).look({ siteId, release, samples }, { signal: caller.signal });
    caller.abort();
    expect((await running)._unsafeUnwrapErr().code).toBe("ABORTED");
  });

  it("does not ask for a site that has no name", async () => {
    const probe = httpProbe({ addressOf: () => undefined });
    expect(await unwrap(probe.look({ siteId, release, samples }))).toEqual({ asked: false, mismatches: [] });
  });
});
