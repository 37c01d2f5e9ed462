// A static host whose only storage is a bucket: sites are published into it, and handlers anywhere serve from it by host name.
// Runs on a fake store in this process; on any S3-compatible one with S3_ENDPOINT, S3_REGION, S3_BUCKET, S3_ACCESS_KEY_ID and
// S3_SECRET_ACCESS_KEY. What it writes is below `hostelry-example/`.
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { s3BlobStore, s3Content, s3Target } from "@hostelry/adapter-s3";
import { createHosting, type RevisionId, unwrap } from "@hostelry/core";
import { createSiteHandler, labelResolver, siteHost } from "@hostelry/serve";
import { memoryStore } from "@hostelry/testing";
import { strToU8, unzipSync, zipSync } from "fflate";
import { openBucket } from "./bucket.ts";

const { bucket, place, close } = await openBucket();
const prefix = "hostelry-example/";
const root = "sites.example";
console.log(`publishing to ${place}`);

// The control plane: what is uploaded, and what is published, are in one bucket, so that publishing copies nothing.
const blobs = s3BlobStore(bucket, { prefix: `${prefix}blobs/` });
const target = s3Target(bucket, { prefix, blobs });
const hosting = createHosting({ store: memoryStore(), blobs, targets: [target] });
const { publishersKeptApartBy, notes } = await unwrap(target.describe());
console.log(`two publishers of a site are kept apart by ${publishersKeptApartBy}`, ...notes);

// A serving process, most often elsewhere. It knows the bucket, may only read there, and asks nobody else.
const handler = createSiteHandler({ content: s3Content(bucket, { prefix, blobs }), resolve: labelResolver({ root }) });
const server = createServer(handler.node).listen(0, "127.0.0.1");
await once(server, "listening");
const { port } = server.address() as AddressInfo;

const site = await unwrap(hosting.sites.create({ name: "The Lantern" }));
const archive = await readFile(fileURLToPath(new URL("../01-publish-a-site/site.zip", import.meta.url)));
const visit = async (): Promise<string> => {
  const host = siteHost(site.id, { root });
  const [response] = await once(request({ port, headers: { host }, agent: false }).end(), "response");
  return `${response.statusCode} ${/<title>(.*)<\/title>/.exec(await text(response))?.[1] ?? ""}`;
};
const publish = async (bytes: Uint8Array): Promise<RevisionId> => {
  const revision = await unwrap(hosting.revisions.upload(site.id, bytes));
  await unwrap(hosting.revisions.validate(revision.id));
  await unwrap(hosting.publish(revision.id));
  return revision.id;
};
/** Visits until there is something new to see: nobody tells the handler, it asks the bucket twice a second. */
const nextSight = async (before: string): Promise<string> => {
  for (;;) {
    const seen = await visit();
    if (seen !== before) return seen;
  }
};

const first = await publish(archive);
console.log(`published: ${await visit()}`);
const files = unzipSync(archive);
await publish(zipSync({ ...files, "index.html": strToU8("<!doctype html><title>The New Lantern</title>") }));
console.log(`published again: ${await nextSight("200 The Lantern")}`);
await unwrap(hosting.publish(first));
console.log(`taken back: ${await nextSight("200 The New Lantern")}`);
await unwrap(hosting.sites.setState(site.id, "maintenance"));
console.log(`in maintenance: ${await nextSight("200 The Lantern")}`);

server.close();
await close();
