// An Express application that serves the sites of its customers beside its own pages, from the same process and port.
// Fastify: fastify.all("/*", (request, reply) => { reply.hijack(); sites.node(request.raw, reply.raw); })
// Hono: app.all("*", (context) => sites.fetch(context.req.raw))
import { once } from "node:events";
import { request } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { createHosting, unwrap } from "@hostelry/core";
import { createSiteHandler, hostTable, recordContent } from "@hostelry/serve";
import { memoryBlobStore, memoryStore, memoryTarget } from "@hostelry/testing";
import express from "express";

// In memory here; in earnest `pgStorage` on the application's own pool, and a bucket for the blobs.
const [store, blobs] = [memoryStore(), memoryBlobStore()];
const content = recordContent({ store, blobs });
const hosting = createHosting({
  store,
  blobs,
  targets: [memoryTarget()],
  // A visitor's next request sees what was published; other processes see it within half a second.
  events: { emit: () => content.forget() },
});

const site = await unwrap(hosting.sites.create({ name: "The Lantern" }));
const archive = fileURLToPath(new URL("../01-publish-a-site/site.zip", import.meta.url));
const revision = await unwrap(hosting.revisions.upload(site.id, archive));
await unwrap(hosting.revisions.validate(revision.id));

// Which host is whose: two names, one of them the address that counts.
const hosts = hostTable();
const live = { siteId: site.id, slot: "live", canonicalHost: "lantern.example" } as const;
hosts.set("lantern.example", live).set("www.lantern.example", live);
const sites = createSiteHandler({ content, resolve: hosts.resolve });

// First the sites: the handler passes on what is asked of hosts that it does not know.
const app = express();
app.use(sites.node);
app.get("/", (_request, response) => void response.send("<title>The control panel</title>"));

const server = app.listen(0, "127.0.0.1");
await once(server, "listening");
const { port } = server.address() as AddressInfo;
const visit = async (host: string, path = "/"): Promise<void> => {
  const asked = request({ port, path, headers: { host }, agent: false }).end();
  const [response] = await once(asked, "response");
  const title = /<title>(.*)<\/title>/.exec(await text(response))?.[1] ?? response.headers.location ?? "";
  console.log(`${host}${path}: ${response.statusCode} ${title}`);
};

await visit("panel.example");
await visit("lantern.example");
await unwrap(hosting.publish(revision.id));
await visit("lantern.example");
await visit("www.lantern.example", "/rooms/");
await visit("lantern.example", "/index.html");
server.close();
