import { edgeConfig } from "@hostelry/adapter-ssh";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { serverAvailable } from "../servers/server-binary.ts";
import { startNginx } from "../servers/web/nginx.ts";
import type { WebServer } from "../servers/web/web-server.ts";
import { type Answer, ask } from "./ask.ts";
import { type EdgeRoot, type EdgeSite, newEdgeRoot, type SiteFiles } from "./edge-root.ts";

const day = 24 * 60 * 60 * 1000;

/** A build as bundlers make it: the page has one name, everything else is named after its content. */
function build(version: number): SiteFiles {
  const assets = {
    [`assets/app-a${version}b2c3d4.js`]: `start(${version})`,
    [`assets/chunk.c${version}d4e5f6.mjs`]: `lazy(${version})`,
    [`assets/style-e${version}f6a7b8.css`]: `body{order:${version}}`,
    [`assets/text-g${version}h8i9j0.woff2`]: `wOF2${version}`,
  };
  return {
    "index.html": `<script src="${Object.keys(assets)[0]}">`,
    "assets/shared-z9y8x7w6.js": "shared()",
    ...assets,
  };
}

describe.skipIf(!serverAvailable("nginx"))("hashed assets of earlier releases", () => {
  let root: EdgeRoot;
  let server: WebServer;
  let site: EdgeSite;

  beforeAll(async () => {
    root = await newEdgeRoot();
    site = await root.site("acme.test");
    server = await startNginx({
      http: ({ port }) =>
        edgeConfig("nginx", { root: root.path, listen: [{ address: "127.0.0.1", port }] })._unsafeUnwrap(),
    });
  });
  afterAll(async () => {
    await server.stop();
    await root.remove();
  });

  const get = (path: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> =>
    ask({ port: server.port, host: site.host, path: `/${path}`, headers });

  it("answer 200 with their own bytes and validators five releases later, and go when their time is over", async () => {
    const versions = [1, 2, 3, 4, 5, 6];
    const etags = new Map<string, string>();
    for (const version of versions) {
      await site.publish(build(version));
      for (const path of Object.keys(build(version))) etags.set(path, String((await get(path)).headers.etag));
    }
    for (const version of versions) {
      for (const [path, bytes] of Object.entries(build(version))) {
        if (path === "index.html") continue;
        expect(await get(path), path).toMatchObject({ status: 200, body: bytes });
        const etag = etags.get(path) ?? "";
        expect((await get(path, { "if-none-match": etag })).status, path).toBe(304);
      }
    }
    await root.clock.advance(day + 1000);
    await site.publish({ ...build(6), "index.html": "another page" });
    for (const path of Object.keys(build(1))) {
      const stays = path === "index.html" || path === "assets/shared-z9y8x7w6.js";
      expect((await get(path)).status, path).toBe(stays ? 200 : 404);
    }
    expect((await get("assets/app-a6b2c3d4.js")).status).toBe(200);
  });
});
