// A host bundled into one file, as for a container or a function: there are no package folders left to load a worker from.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { directoryBlobStore, directoryTarget } from "@hostelry/adapter-local";
import { createHosting, unwrap } from "@hostelry/core";
import { memoryStore } from "@hostelry/testing";

const folder = mkdtempSync(join(tmpdir(), "bundled-host-"));
try {
  const hosting = createHosting({
    store: memoryStore(),
    blobs: directoryBlobStore(join(folder, "blobs")),
    targets: [directoryTarget(join(folder, "www"))],
  });
  const site = await unwrap(hosting.sites.create({ name: "Acme" }));
  const revision = await unwrap(hosting.revisions.upload(site.id, readFileSync("../site.zip")));
  await unwrap(hosting.revisions.validate(revision.id));
  console.log((await unwrap(hosting.publish(revision.id))).outcome);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log("consumer: done");
