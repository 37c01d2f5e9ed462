// A CommonJS host, as NestJS applications are: `require` of ES modules works from Node 20.19 on.
const { readFileSync } = require("node:fs");
const { directoryTarget } = require("@hostelry/adapter-local");
const { createHosting, isHostingError, unwrap } = require("@hostelry/core");
const { isHostingError: isHostingErrorOfAdapters } = require("@hostelry/core/adapter");
const { createSiteHandler } = require("@hostelry/serve");
const { pgStorage } = require("@hostelry/storage-pg");
const { memoryBlobStore, memoryStore, memoryTarget } = require("@hostelry/testing");

async function main() {
  const hosting = createHosting({ store: memoryStore(), blobs: memoryBlobStore(), targets: [memoryTarget()] });
  const site = await unwrap(hosting.sites.create({ name: "Acme" }));
  const revision = await unwrap(hosting.revisions.upload(site.id, readFileSync("../site.zip")));

  const refusal = await unwrap(hosting.publish(revision.id)).catch((error) => error);
  if (!isHostingError(refusal) || !isHostingErrorOfAdapters(refusal)) throw refusal;
  if (refusal.code !== "REVISION_NOT_VALIDATED") throw new Error(`an unvalidated revision: ${refusal.code}`);

  await unwrap(hosting.revisions.validate(revision.id));
  console.log((await unwrap(hosting.publish(revision.id))).outcome);
  for (const entry of [directoryTarget, createSiteHandler, pgStorage]) {
    if (typeof entry !== "function") throw new Error("a package lacks its entry point");
  }
  console.log("consumer: done");
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
