// The report about a real nginx, read from the node as it runs, beside what visitors of it really see.
import { localTransport } from "@hostelry/adapter-local";
import { readStaleness } from "@hostelry/adapter-ssh";
import { unwrap } from "@hostelry/core/adapter";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { serverAvailable } from "../servers/server-binary.ts";
import { startNginx } from "../servers/web/nginx.ts";
import { ask } from "./ask.ts";
import { type EdgeRoot, newEdgeRoot } from "./edge-root.ts";

describe.skipIf(!serverAvailable("nginx"))("the staleness of a running nginx", () => {
  let root: EdgeRoot;

  beforeEach(async () => {
    root = await newEdgeRoot();
  });
  afterEach(() => root.remove());

  const withCache = (port: number): string => `open_file_cache max=100 inactive=60s;
    open_file_cache_valid 2s;
    server { listen 127.0.0.1:${port}; root ${root.path}/hosts/$host/current; }`;

  it("is bounded as the report says, where files are kept open", async () => {
    const nginx = await startNginx({ http: ({ port }) => withCache(port) });
    const transport = localTransport();
    try {
      const report = await unwrap(readStaleness(transport, { mainFile: nginx.configFile, root: root.path }));
      expect(report).toMatchObject({ serverSeconds: 2, visitorSeconds: 2 });
      expect(report.findings).toMatchObject([{ cause: "open-file-cache", seconds: 2 }]);
      expect(report.findings[0]?.where).toMatch(/nginx\.conf:\d+$/);

      const site = await root.site("acme.test");
      const page = async (): Promise<string> => (await ask({ port: nginx.port, host: "acme.test" })).body;
      await site.publish({ "index.html": "one" });
      expect(await page()).toBe("one");
      await site.publish({ "index.html": "two" });
      const flippedAt = performance.now();
      expect(await page()).toBe("one");
      while ((await page()) === "one") {
        // nginx counts in its own cached time, a fraction of a second coarse.
        expect(performance.now() - flippedAt).toBeLessThan(3500);
      }
      expect(await page()).toBe("two");
    } finally {
      await transport.close();
      await nginx.stop();
    }
  });

  it("is ADAPTER_FAILED with what nginx said, where it refuses its own configuration", async () => {
    const transport = localTransport();
    const error = (await readStaleness(transport, { mainFile: `${root.path}/none.conf` }))._unsafeUnwrapErr();
    await transport.close();
    expect(error.code).toBe("ADAPTER_FAILED");
    expect(String(error.cause)).toContain("none.conf");
  });
});
