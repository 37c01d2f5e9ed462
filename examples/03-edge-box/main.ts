// An edge box: a process that serves a directory and knows nothing else. No records, no blob store, no control plane. Whoever
// publishes into the directory, from this machine or over SSH, is seen by the next request.
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { directoryBlobStore, directoryContent, directoryTarget } from "@hostelry/adapter-local";
import { createHosting, unwrap } from "@hostelry/core";
import { createSiteHandler, labelResolver, siteHost } from "@hostelry/serve";
import { memoryStore } from "@hostelry/testing";

const directory = await mkdtemp(join(tmpdir(), "hostelry-edge-"));
const www = join(directory, "www");
const root = "sites.example";

// The box. `https: true` says that a proxy in front ends TLS.
const handler = createSiteHandler({
  content: directoryContent(www),
  resolve: labelResolver({ root }),
  https: true,
  maxCachedBytes: 128 * 1024 * 1024,
  pages: { suspended: { status: 410, html: "<title>Ask us about this site</title>" } },
  onProblem: ({ error, host, path }) => console.error(`${host}${path}: ${error.message}`),
});
const server = createServer(handler.node).listen(0, "127.0.0.1");
await once(server, "listening");
const { port } = server.address() as AddressInfo;

// The control plane, somewhere else. Text is compressed when it is published, not when it is asked for.
const hosting = createHosting({
  store: memoryStore(),
  blobs: directoryBlobStore(join(directory, "blobs")),
  targets: [directoryTarget(www)],
  publishing: { precompress: ["br", "gzip"] },
});
const site = await unwrap(hosting.sites.create({ name: "The Lantern" }));
const archive = fileURLToPath(new URL("../01-publish-a-site/site.zip", import.meta.url));
const revision = await unwrap(hosting.revisions.upload(site.id, archive));
await unwrap(hosting.revisions.validate(revision.id));
await unwrap(hosting.publish(revision.id));

const visit = async (path: string, headers: Record<string, string> = {}): Promise<string> => {
  const host = siteHost(site.id, { root });
  const asked = request({ port, path, headers: { ...headers, host }, agent: false }).end();
  const [response] = await once(asked, "response");
  const body = await text(response);
  const what = response.headers["content-encoding"] ?? /<title>(.*)<\/title>/.exec(body)?.[1] ?? `${body.length} bytes`;
  console.log(`${path} ${response.statusCode} ${what}`);
  return response.headers.etag ?? "";
};

const tag = await visit("/");
await visit("/", { "if-none-match": tag });
await visit("/", { "accept-encoding": "gzip, br" });
await visit("/style.css", { range: "bytes=0-99" });
await visit("/cellar");

// An operator at the box itself: no control plane is needed to take a site out of service.
await writeFile(join(www, "sites", site.id, "maintenance"), "");
await visit("/");
await rm(join(www, "sites", site.id, "maintenance"));
await unwrap(hosting.sites.setState(site.id, "suspended"));
await visit("/");

server.close();
await rm(directory, { recursive: true });
