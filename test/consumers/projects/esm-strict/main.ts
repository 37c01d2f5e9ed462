// A strict TypeScript host: publishes a site on the in-memory adapters, in both styles, and hands errors on by their codes.
import { readFile } from "node:fs/promises";
import { directoryTarget } from "@hostelry/adapter-local";
import { createHosting, type HostingOptions, type PublishError, unwrap } from "@hostelry/core";
import type { Target } from "@hostelry/core/adapter";
import { createSiteHandler } from "@hostelry/serve";
import { pgStorage } from "@hostelry/storage-pg";
import { memoryBlobStore, memoryStore, memoryTarget } from "@hostelry/testing";

const target: Target = memoryTarget();
const options: HostingOptions = { store: memoryStore(), blobs: memoryBlobStore(), targets: [target] };
const hosting = createHosting(options);

const site = await unwrap(hosting.sites.create({ name: "Acme" }));
const revision = await unwrap(hosting.revisions.upload(site.id, await readFile("../site.zip")));

const refused = await hosting.publish(revision.id).match(
  () => "published",
  (error: PublishError) => (error.code === "REVISION_NOT_VALIDATED" ? error.code : error.message),
);
if (refused !== "REVISION_NOT_VALIDATED") throw new Error(`an unvalidated revision: ${refused}`);

const report = await unwrap(hosting.revisions.validate(revision.id));
if (!report.ok) throw new Error(JSON.stringify(report.findings));
const first = await unwrap(hosting.publish(revision.id));
const again = await unwrap(hosting.publish(revision.id));
console.log(first.outcome, again.outcome);

for (const entry of [directoryTarget, createSiteHandler, pgStorage]) {
  if (typeof entry !== "function") throw new Error("a package lacks its entry point");
}
console.log("consumer: done");
