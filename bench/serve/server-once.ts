// Serves one thing on a free port, until its input ends. Says the port, then its CPU time and memory for every line it gets; at `memory` also what is
// left of it when it has settled.
import { createServer, type RequestListener } from "node:http";
import { createInterface } from "node:readline";
import { directoryContent } from "@hostelry/adapter-local";
import { createSiteHandler, labelResolver } from "@hostelry/serve";
import type { ServerKind } from "./server-kind.ts";

const [kind = "", folder = "", file = ""] = process.argv.slice(2);
/** Of half a second each. */
const settledRounds = 16;
const mostRounds = 60;

const listeners: Readonly<Record<ServerKind, () => Promise<RequestListener>>> = {
  hostelry: async () => {
    const handler = createSiteHandler({
      content: directoryContent(folder),
      resolve: labelResolver({ root: "localhost" }),
    });
    // As a host mounts it that has nothing else to serve.
    return (request, response) => handler.node(request, response);
  },
  // The most a Node server can do: one look at the address, headers that are known, bytes that are in memory.
  buffer: async () => {
    const { readFileSync } = await import("node:fs");
    const body = readFileSync(`${folder}/${file}`);
    const headers = { "content-type": "text/css; charset=utf-8", "content-length": body.byteLength };
    return (request, response) => {
      if (request.url === `/${file}`) response.writeHead(200, headers).end(body);
      else response.writeHead(404).end();
    };
  },
  sirv: async () => {
    const { default: sirv } = await import("sirv");
    return sirv(folder, { dev: false, etag: true });
  },
  "serve-static": async () => {
    const { default: serveStatic } = await import("serve-static");
    const serve = serveStatic(folder, { fallthrough: false });
    return (request, response) =>
      serve(request, response, () => {
        response.writeHead(404).end();
      });
  },
};

const make = listeners[kind as ServerKind];
if (make === undefined) throw new TypeError(`There is no server ${kind}.`);
const server = createServer(await make());
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  if (address === null || typeof address === "string") throw new TypeError("A TCP server has an address and a port.");
  console.log(address.port);
});
createInterface({ input: process.stdin })
  .on("line", async (question) => {
    const { user, system } = process.cpuUsage();
    const rssAtWorkBytes = process.memoryUsage.rss();
    // Not when it is about time: code that a collection has thrown out is compiled again, at the cost of what follows.
    if (question === "memory") await settle();
    console.log(
      JSON.stringify({ cpuMicroseconds: user + system, rssAtWorkBytes, rssBytes: process.memoryUsage.rss() }),
    );
  })
  .on("close", () => process.exit(0));

/**
 * Collects until the process has not become smaller for a while: V8 gives pages back on another thread, and those of its young generation only
 * when nothing has been allocated for some seconds. Until then they are what the last requests left, however many sites there are.
 */
async function settle(): Promise<void> {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0, since = 0; since < settledRounds && round < mostRounds; round += 1, since += 1) {
    globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 500));
    const rss = process.memoryUsage.rss();
    if (rss < least - 64 * 1024) {
      least = rss;
      since = 0;
    }
  }
}
